"""The coaches' questions to the organisation, as its people reach them."""

from django.db.models import QuerySet

from accelerator.core.access import get_for, scoped
from accelerator.models import User
from assessments.models import Assessment
from calibration.models import EvidenceRequest

REQUESTS = EvidenceRequest.objects.select_related(
    "criterion",
    "answered_by",
    "calibration__assessment__enrolment__organisation",
    "calibration__assessment__enrolment__cohort",
)


def requests_of(assessment: Assessment, user: User) -> QuerySet[EvidenceRequest]:
    """What the coaches asked about one assessment, and what was answered."""
    found = REQUESTS.filter(calibration__assessment=assessment)
    return scoped(user, found, "calibration.read").prefetch_related("evidence")


def request_to_answer(user: User, pk: int) -> EvidenceRequest:
    return get_for(user, REQUESTS.all(), "calibration.respond", pk=pk)


def why_closed(request: EvidenceRequest) -> str:
    """Why a question takes no answer any more."""
    if request.answered_at is not None:
        return "This question is answered already."
    if request.calibration.why_closed:
        return request.calibration.why_closed
    return (
        "The calibrated framework is released, so this question is closed. "
        "You can add late evidence beside any of its criteria."
    )
