"""Whom a letter about a calibration goes to."""

from accelerator.models import Membership, Role, User
from calibration.models import Calibration


def leads_of(calibration: Calibration) -> list[User]:
    """The organisation's project leads."""
    return _people(role=Role.LEAD, organisation=calibration.assessment.enrolment.organisation_id)


def hub_of(calibration: Calibration) -> list[User]:
    """The Learning Hub staff who run the cohort."""
    return _people(role=Role.HUB, cohort=calibration.assessment.enrolment.cohort_id)


def _people(**held) -> list[User]:
    return [one.user for one in Membership.objects.filter(**held).select_related("user")]
