"""Files that come with a form: each taken into the library or refused beside its field."""

from accelerator.models import User
from assessments import files
from assessments.evidence import services as evidence_service
from calibration.reviewing.forms.requests import PiecesForm


def take_in(form: PiecesForm, *, actor: User) -> None:
    """Store the files of a checked form, even one with errors, so that no upload is lost.

    What was taken in is ticked in the form's library; a refusal stands beside the file field.
    """
    taken = []
    for upload in form.cleaned_data.get("uploads", ()):
        try:
            piece = evidence_service.add_file(
                actor=actor, enrolment=form.enrolment, upload=upload, name=upload.name
            )
        except files.FileRefused as refusal:
            form.add_error("uploads", refusal.message)
        else:
            taken.append(piece)
    form.tick(taken)
