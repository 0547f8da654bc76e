from django import forms

from accelerator.core.forms import field_of
from accelerator.models import Cohort
from assessments.framework.queries import framework_for
from assessments.models import Framework


class FrameworkField(forms.ModelChoiceField):
    def label_from_instance(self, framework: Framework) -> str:
        return f"{framework.title}, version {framework.version}"


class FrameworkForm(forms.Form):
    """The version on which a cohort's assessments begin. One that is open can only be changed."""

    framework = FrameworkField(
        Framework.objects.defer("source"),
        label="Framework version",
        help_text="Self-assessments that begin from now on use it; those begun keep theirs.",
        empty_label="Not open yet: nobody can begin",
        required=False,
        error_messages={
            "required": "Choose a version.",
            "invalid_choice": "That version is not published here. Choose one of the list.",
        },
    )

    def __init__(self, cohort: Cohort | None) -> None:
        super().__init__()
        if cohort and framework_for(cohort):
            field = field_of(self, "framework", FrameworkField)
            field.required, field.empty_label = True, None
