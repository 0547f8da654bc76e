"""How this app's rows are fetched for a person, with what their pages need."""

from accelerator.core.access import get_for
from accelerator.models import User
from assessments.models import Assessment, Evidence, EvidenceUse, Rating

ASSESSMENTS = Assessment.objects.select_related(
    "enrolment__organisation",
    "enrolment__programme",
    "enrolment__cohort",
    "submitted_by",
)
RATINGS = Rating.objects.select_related(
    "assessment__enrolment__organisation",
    "assessment__enrolment__programme",
    "assessment__enrolment__cohort",
    "updated_by",
)


def assessment_for(user: User, action: str, pk: int) -> Assessment:
    return get_for(user, ASSESSMENTS.all(), action, pk=pk)


def rating_for(user: User, action: str, pk: int, code: str) -> Rating:
    return get_for(user, RATINGS.all(), action, assessment=pk, criterion__code=code)


def evidence_for(user: User, action: str, pk: str) -> Evidence:
    return get_for(user, Evidence.objects.select_related("enrolment", "added_by"), action, pk=pk)


def use_for(user: User, action: str, pk: int) -> EvidenceUse:
    return get_for(
        user,
        EvidenceUse.objects.select_related(
            "evidence", "rating__criterion", "rating__assessment__enrolment"
        ),
        action,
        pk=pk,
    )
