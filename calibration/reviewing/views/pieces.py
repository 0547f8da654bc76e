"""Files that come with a form: each taken into the library or refused beside its field."""

from accelerator.models import User
from assessments.evidence import services as evidence_service
from calibration.reviewing.forms.requests import PiecesForm


def take_in(form: PiecesForm, *, actor: User) -> None:
    """Store the files of a checked form, even one with errors, so that no upload is lost.

    What was taken in is ticked in the form's library; a refusal stands beside the file field.
    """
    outcomes = evidence_service.add_files(
        actor=actor, enrolment=form.enrolment, uploads=form.cleaned_data.get("uploads", ())
    )
    for outcome in outcomes:
        if outcome.evidence is None:
            form.add_error("uploads", _about(outcome))
    form.tick([outcome.evidence for outcome in outcomes if outcome.evidence])


def _about(outcome: evidence_service.Outcome) -> str:
    named = outcome.name in outcome.message
    return outcome.message if named else f"“{outcome.name}”: {outcome.message}"
