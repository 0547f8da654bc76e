from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from accelerator.models import User


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]
        labels = {"name": "Your name"}
        help_texts = {"name": "Colleagues and coaches see it beside what you write."}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.helper = FormHelper()
        self.helper.add_input(Submit("save", "Save my name"))
