"""What coaches, moderators and the hub type, so that it can be found and removed for good.

What is blind stays blind: words of a review are shown to those who may read it, and others'
places are not even listed for somebody who reviews the same organisation or is tied to it.
"""

from django.db.models import QuerySet

from accelerator.core.words import Narrow, Typed, Words
from accelerator.models import User
from calibration.access import unblinded
from calibration.desk.services.standing import decisions_stand
from calibration.models import Review

CALIBRATION = "calibration__assessment__enrolment"
REVIEW = f"review__{CALIBRATION}"


def _of(calibration: str) -> Narrow:
    """Rows of calibrations in which nothing shuts the person out."""

    def narrow(user: User, rows: QuerySet) -> QuerySet:
        return rows.filter(**{f"{calibration}__in": unblinded(user).order_by().values("pk")})

    return narrow


def _seen(review: str) -> Narrow:
    """Rows of reviews that the person may read."""

    def narrow(user: User, rows: QuerySet) -> QuerySet:
        return rows.filter(**{f"{review}__in": Review.objects.visible_to(user).order_by()})

    return narrow


def _comparing(calibration: str) -> Narrow:
    """Rows of calibrations whose coaches compare, which the person may see."""

    def narrow(user: User, rows: QuerySet) -> QuerySet:
        open_ones = unblinded(user).open_to_compare().order_by().values("pk")
        return rows.filter(**{f"{calibration}__in": open_ones})

    return narrow


WORDS = Words(
    typed=(
        Typed(
            "calibration.Calibration",
            {"reopened_reason": "Why the calibration was reopened"},
            enrolment="assessment__enrolment",
            reach=_of("pk"),
        ),
        Typed(
            "calibration.Release",
            {"message": "The message with a release"},
            enrolment=CALIBRATION,
            reach=_of("calibration"),
        ),
        Typed(
            "calibration.Release",
            {"snapshot": "The calibrated framework, as released"},
            enrolment=CALIBRATION,
            copy=True,
            listed=False,
            by_code=True,
            reach=_of("calibration"),
        ),
        Typed(
            "calibration.ConflictOfInterest",
            {"reason": "A person's tie to the organisation"},
            enrolment="organisation__enrolments",
            private=frozenset({"reason"}),
            person="person",
        ),
        Typed(
            "calibration.Review",
            {"withdrawn_reason": "Why a coach stepped back"},
            enrolment=CALIBRATION,
            reach=_of("calibration"),
        ),
        Typed(
            "calibration.ReviewRating",
            {
                "commentary": "A coach's commentary",
                "lift": "A coach's advice: what would lift it one level",
                "cannot_judge_reason": "Why a coach cannot judge it",
                "private_note": "A coach's private note",
            },
            enrolment=REVIEW,
            criterion="criterion__code",
            version="version",
            private=frozenset({"private_note"}),
            reach=_of("review__calibration"),
            read=_seen("review"),
        ),
        Typed(
            "calibration.Spotlight",
            {"passage": "The passage that persuaded a coach"},
            enrolment=f"rating__{REVIEW}",
            criterion="rating__criterion__code",
            goes_with=("assessments.Evidence", "evidence"),
            reach=_of("rating__review__calibration"),
            read=_seen("rating__review"),
        ),
        Typed(
            "calibration.Decision",
            {
                "commentary": "The commentary that was settled on",
                "lift": "What would lift it one level",
                "rationale": "Why it was decided so",
            },
            enrolment=CALIBRATION,
            criterion="criterion__code",
            version="row_version",
            copy=True,
            reach=_of("calibration"),
            read=_comparing("calibration"),
        ),
        Typed(
            "calibration.CommentaryPart",
            {"text": "A piece of the commentary"},
            enrolment=f"decision__{CALIBRATION}",
            criterion="decision__criterion__code",
            copy=True,
            listed=False,
            pieces_of=("calibration.Decision", "commentary", "decision"),
            reach=_of("decision__calibration"),
            read=_comparing("decision__calibration"),
        ),
        Typed(
            "calibration.Proposal",
            {
                "commentary": "A commentary proposed by a coach",
                "lift": "Advice proposed by a coach",
            },
            enrolment=CALIBRATION,
            criterion="criterion__code",
            copy=True,
            reach=_of("calibration"),
            read=_comparing("calibration"),
        ),
        Typed(
            "calibration.EvidenceRequest",
            {"question": "A coach's question", "answer": "The organisation's answer"},
            enrolment=CALIBRATION,
            reach=_of("calibration"),
        ),
        Typed(
            "calibration.ReleaseQuestion",
            {"question": "The organisation's question", "answer": "The Learning Hub's answer"},
            enrolment=f"release__{CALIBRATION}",
            reach=_of("release__calibration"),
        ),
        Typed(
            "calibration.ImprovementMeeting",
            {"attendees": "Who met", "notes": "Notes of a meeting"},
            enrolment=CALIBRATION,
            reach=_of("calibration"),
        ),
        Typed(
            "calibration.PracticeAttempt",
            {"reason": "A coach's reason in a practice case"},
            private=frozenset({"reason"}),
            listed=False,
            person="coach",
        ),
    ),
    not_words={
        "calibration.Review.last_code": "a criterion's code",
        "calibration.Decision.inputs": "a hash",
        "calibration.Proposal.content": "a hash",
        "calibration.Signature.content": "a hash",
        "calibration.PracticeCase": "published by the hub, the same for every coach",
    },
    copied_under=(("calibration.Calibration", "assessment__enrolment"),),
    around=decisions_stand,
)
