"""What each role may do here, and how rows are fetched for a person, with what pages need."""

from typing import TYPE_CHECKING, TypedDict

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef

from accelerator.core.access import get_for, may
from accelerator.core.rights import Rights
from accelerator.models import Role, User
from assessments.models import Assessment, Evidence, EvidenceUse, Rating, Submission

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

VIEW = frozenset({"assessment.view", "evidence.view"})
RATE = VIEW | {"assessment.rate", "evidence.add", "evidence.withdraw_own"}
LEAD = RATE | {"assessment.start", "assessment.submit", "evidence.withdraw"}
RIGHTS = {
    Role.LEAD: Rights(
        LEAD, "Rates the framework, attaches and withdraws evidence, submits the assessment."
    ),
    Role.DEPUTY: Rights(LEAD, "Does all that the project lead does."),
    Role.MEMBER: Rights(
        RATE,
        "Rates the framework and attaches evidence with the project lead; "
        "withdraws what they attached.",
    ),
    Role.READER: Rights(VIEW, "Reads the organisation's assessment and evidence."),
    Role.ADVISER: Rights(
        VIEW, "Supports one organisation: reads its assessment once submitted, and the result."
    ),
    Role.SPONSOR: Rights(VIEW, "Reads the organisation's assessment and evidence."),
    Role.HUB: Rights(VIEW, "Reads an assessment and its evidence once it is submitted."),
    Role.MODERATOR: Rights(frozenset({"evidence.view"})),
    Role.COACH: Rights(frozenset({"evidence.view"})),
}

ASSESSMENTS = Assessment.objects.select_related(
    "enrolment__organisation",
    "enrolment__programme",
    "enrolment__cohort",
    "submitted_by",
).annotate(was_handed_in=Exists(Submission.objects.filter(assessment=OuterRef("pk"))))
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


class Before(TypedDict):
    """Whether an assessment was ever handed in, also when it was given back since."""

    was_handed_in: bool


def assessment_for(user: User, action: str, pk: int) -> "WithAnnotations[Assessment, Before]":
    return get_for(user, ASSESSMENTS.all(), action, pk=pk)


def submission_for(user: User, pk: int, **lookup: int) -> Submission:
    """One submission of an assessment (its id); the newest, without a `number`."""
    found = SUBMISSIONS.order_by("-number")
    return get_for(user, found, "assessment.view", assessment=pk, **lookup)


def rating_for(user: User, action: str, pk: int, code: str) -> Rating:
    return get_for(user, RATINGS.all(), action, assessment=pk, criterion__code=code)


def evidence_for(user: User, action: str, pk: str) -> Evidence:
    return get_for(
        user, Evidence.objects.select_related("enrolment__cohort", "added_by"), action, pk=pk
    )


def may_withdraw(user: User, piece: Evidence) -> bool:
    """Whether the person for whom the piece was fetched may remove it for good.

    A lead may, whoever uploaded it, and who removes words where they must go.
    """
    own = piece.added_by_id == user.pk and may(piece, "evidence.withdraw_own")
    return own or may(piece, "evidence.withdraw") or may(piece, "words.redact")


def to_withdraw(user: User, pk: str) -> Evidence:
    """A piece that the person may remove for good."""
    piece = evidence_for(user, "evidence.view", pk)
    if not may_withdraw(user, piece):
        raise PermissionDenied
    return piece


def use_for(user: User, action: str, pk: int) -> EvidenceUse:
    return get_for(
        user,
        EvidenceUse.objects.select_related(
            "evidence", "rating__criterion", "rating__assessment__enrolment__cohort"
        ),
        action,
        pk=pk,
    )
