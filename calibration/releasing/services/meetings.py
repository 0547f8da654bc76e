from datetime import date

from django.db import transaction

from accelerator.core import audit
from accelerator.core.closing import hold_open
from accelerator.models import User
from calibration.models import (
    Calibration,
    ImprovementMeeting,
)
from calibration.rules.problems import StepRefused


@transaction.atomic
def save_meeting(
    *,
    actor: User,
    calibration: Calibration,
    held_on: date,
    attendees: str,
    notes: str,
    readers: str,
    meeting: ImprovementMeeting | None = None,
) -> ImprovementMeeting:
    """Note an improvement meeting, new or changed. `readers` says who may read the notes.

    Raises StepRefused.
    """
    hold_open(calibration.assessment.enrolment_id, StepRefused)
    meeting = meeting or ImprovementMeeting(calibration=calibration, written_by=actor)
    meeting.held_on, meeting.attendees = held_on, attendees
    meeting.notes, meeting.readers = notes, readers
    meeting.save()
    audit.record(actor, "meeting.saved", meeting, readers=readers)
    return meeting
