"""What each role may do here, and how rows are fetched for a person, with what pages need."""

from accelerator.core.access import get_for
from accelerator.core.rights import Rights
from accelerator.models import Enrolment, Role, User
from assessments.models import Assessment, Evidence, EvidenceUse, Rating, Submission

VIEW = frozenset({"assessment.view", "evidence.view"})
RATE = VIEW | {"assessment.rate", "evidence.add"}
RIGHTS = {
    Role.LEAD: Rights(
        RATE | {"assessment.start", "assessment.submit", "evidence.withdraw"},
        "Rates the framework, attaches and withdraws evidence, submits the assessment.",
    ),
    Role.MEMBER: Rights(RATE, "Rates the framework and attaches evidence with the project lead."),
    Role.SPONSOR: Rights(VIEW, "Reads the organisation's assessment and evidence."),
    Role.HUB: Rights(VIEW, "Reads an assessment and its evidence once it is submitted."),
    Role.MODERATOR: Rights(frozenset({"evidence.view"})),
    Role.COACH: Rights(frozenset({"evidence.view"})),
}

ENROLMENTS = Enrolment.objects.select_related("organisation", "programme", "cohort")
ASSESSMENTS = Assessment.objects.select_related(
    "enrolment__organisation",
    "enrolment__programme",
    "enrolment__cohort",
    "submitted_by",
)
SUBMISSIONS = Submission.objects.select_related(
    "assessment__enrolment__organisation",
    "assessment__enrolment__programme",
    "assessment__enrolment__cohort",
    "submitted_by",
    "ended_by",
)
RATINGS = Rating.objects.select_related(
    "assessment__enrolment__organisation",
    "assessment__enrolment__programme",
    "assessment__enrolment__cohort",
    "updated_by",
)


def enrolment_for(user: User, action: str, pk: int) -> Enrolment:
    return get_for(user, ENROLMENTS.all(), action, pk=pk)


def assessment_for(user: User, action: str, pk: int) -> Assessment:
    return get_for(user, ASSESSMENTS.all(), action, pk=pk)


def submission_for(user: User, pk: int, **lookup: int) -> Submission:
    """One submission of an assessment (its id); the newest, without a `number`."""
    found = SUBMISSIONS.order_by("-number")
    return get_for(user, found, "assessment.view", assessment=pk, **lookup)


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
