"""What a coach's pages read: their reviews, one criterion at a time, and nobody else's."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import Case, Count, Exists, F, OuterRef, QuerySet, Subquery, Sum, When
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from accelerator.core.access import get_for, scoped
from accelerator.models import User
from accelerator.models.programme import still_open
from assessments.framework.queries import catalogue
from assessments.framework.values import Catalogue, CriterionInfo, LevelInfo
from assessments.models import Criterion, Evidence, EvidenceUse, Rating
from assessments.rating.queries import Cell, Grid, Row
from assessments.scoring import Words
from calibration.models import EvidenceRequest, Review, ReviewRating, unanswered
from calibration.reviewing.queries.gaps import missing
from calibration.rules.reasons import lift_is_missing
from calibration.rules.wording import yours_words

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

LIFT = "say what would lift it"
JUDGED = Words("judged", "cannot be judged", "Not judged yet", "Cannot judge")
ENROLMENT = "calibration__assessment__enrolment"
REVIEWS = Review.objects.select_related(
    f"{ENROLMENT}__organisation", f"{ENROLMENT}__programme", f"{ENROLMENT}__cohort"
)
RATINGS = ReviewRating.objects.select_related(
    "criterion",
    f"review__{ENROLMENT}__organisation",
    f"review__{ENROLMENT}__programme",
    f"review__{ENROLMENT}__cohort",
).prefetch_related("spotlights")


class Progress(TypedDict):
    """What `queue` counts of each review: criteria, and the evidence in its coach's reach."""

    total: int
    done: int
    pieces: int | None
    bytes: int | None


if TYPE_CHECKING:
    QueuedReview = WithAnnotations[Review, Progress]


def review_for(user: User, pk: int) -> Review:
    """The person's own review; another's is not there, whoever asks."""
    return get_for(user, REVIEWS.filter(coach=user), "calibration.review", pk=pk)


def rating_for(user: User, pk: int, code: str) -> ReviewRating:
    own = RATINGS.filter(review__coach=user)
    return get_for(user, own, "calibration.review", review=pk, criterion__code=code)


def _pieces_in_reach() -> QuerySet[Evidence, dict[str, Any]]:
    """What a review's coach may read, grouped for a subquery of reviews."""
    assessment = OuterRef(OuterRef("calibration__assessment"))
    used = EvidenceUse.objects.filter(evidence=OuterRef("pk"), rating__assessment=assessment)
    sent = EvidenceRequest.evidence.through.objects.filter(
        evidence=OuterRef("pk"), evidencerequest__calibration__assessment=assessment
    )
    return (
        Evidence.objects.kept()
        .filter(Exists(used) | Exists(sent), enrolment=OuterRef(ENROLMENT))
        .order_by()
        .values("enrolment")
    )


def queue(user: User) -> "QuerySet[QueuedReview]":
    """The person's reviews, what is to do first, each with its `Progress`."""
    reach = _pieces_in_reach()
    return (
        scoped(user, REVIEWS.current().filter(coach=user), "calibration.review")
        .annotate(
            total=Count("ratings"),
            done=Count("ratings", filter=~unanswered("ratings__")),
            pieces=Subquery(reach.annotate(n=Count("pk")).values("n")),
            bytes=Subquery(reach.annotate(n=Sum("size")).values("n")),
        )
        .order_by(
            "state",
            Case(When(still_open(f"{ENROLMENT}__"), then=0), default=1),
            F("calibration__due_on").asc(nulls_last=True),
            "pk",
        )
    )


def state_in_words(review: Review, done: int) -> str:
    """Where the review is, without a word about the other coach before both are in."""
    if review.calibration.is_released:
        return "Released"
    if review.calibration.why_closed:
        return review.calibration.why_closed
    if review.is_open:
        return "Being written" if done else "Not begun"
    return "Both reviews are in" if review.calibration.is_open_to_compare else "Submitted"


def can_recall(review: Review) -> bool:
    calibration = review.calibration
    return review.is_submitted and calibration.lets_reviews_back and not calibration.why_closed


def can_step_back(review: Review) -> bool:
    return review.calibration.has_open_seats


def evidence_label(pieces: int | None, size: int | None) -> str:
    if not pieces:
        return "No evidence"
    words = f"{pieces} piece{'' if pieces == 1 else 's'}"
    return f"{words}, {filesizeformat(size)}" if size else words


@dataclass(frozen=True)
class Overview:
    """A review as its own page shows it. `gaps` are (cell, why) that stop a submission."""

    grid: Grid
    gaps: tuple[tuple[Cell, str], ...]
    resume: Cell | None

    @property
    def done(self) -> int:
        return self.grid.answered

    @property
    def total(self) -> int:
        return self.grid.total


def overview(review: Review) -> Overview:
    """The review's grid of own levels, what is missing, and where to carry on."""
    assessment = review.calibration.assessment
    levels = catalogue(assessment.framework_id)
    ratings = {rating.criterion_id: rating for rating in review.ratings.all()}
    counts = Rating.objects.filter(assessment=assessment).evidence_counts()
    why = {rating.criterion_id: reason for rating, reason in missing(review)}
    rows = []
    for pillar in levels.pillars:
        cells = tuple(
            _cell(levels, criterion, ratings[criterion.id], counts.get(criterion.id, 0), why)
            for criterion in pillar.criteria
            if criterion.id in ratings
        )
        if cells:
            rows.append(Row(pillar, cells))
    grid = Grid("Your levels by pillar and criterion", tuple(rows), levels.levels)
    gaps = tuple((cell, why[cell.criterion.id]) for cell in grid.cells if cell.criterion.id in why)
    return Overview(grid, gaps, _resume(review, grid))


def _cell(
    levels: Catalogue,
    criterion: CriterionInfo,
    rating: ReviewRating,
    evidence_count: int,
    why: dict[int, str],
) -> Cell:
    return Cell(
        criterion=criterion,
        level=levels.level(rating.level),
        cannot_rate=bool(rating.cannot_judge_reason),
        answered=rating.is_answered,
        evidence_count=evidence_count,
        attention=LIFT if criterion.id in why and rating.level is not None else "",
        url=reverse("calibration:rate", args=[rating.review_id, criterion.code]),
        words=JUDGED,
    )


def _resume(review: Review, grid: Grid) -> Cell | None:
    """Where the coach stopped; from a finished criterion, the next that is open."""
    cells = list(grid.cells)
    place = next((i for i, cell in enumerate(cells) if cell.code == review.last_code), 0)
    ahead = cells[place:] + cells[:place]
    return next((cell for cell in ahead if not cell.answered), ahead[0] if ahead else None)


@dataclass(frozen=True)
class Piece:
    """Evidence as a coach meets it: from the assessment, or sent in answer to a question."""

    evidence: Evidence
    part: str = ""
    practice_label: str = ""
    answers: EvidenceRequest | None = None

    @property
    def key(self) -> str:
        return str(self.evidence.pk)


def questions(review: Review, criterion_id: int | None = None) -> list[EvidenceRequest]:
    """Questions and answers, both coaches' alike; for one criterion, also the general ones.

    A coach who still reviews blind sees none that was asked once others had compared.
    """
    found = EvidenceRequest.objects.seen_from(review)
    if criterion_id is not None:
        found = found.about(criterion_id)
    return list(found.select_related("criterion").prefetch_related("evidence"))


def pieces_for(own: Rating, asked: Iterable[EvidenceRequest]) -> list[Piece]:
    """The evidence for one criterion, each piece once. One query."""
    found = {
        use.evidence_id: Piece(use.evidence, use.part, use.practice_label)
        for use in own.uses.select_related("evidence")
    }
    for request in asked:
        for evidence in request.evidence.all():
            found.setdefault(evidence.pk, Piece(evidence, answers=request))
    return list(found.values())


@dataclass(frozen=True)
class OwnLevel:
    """The organisation's own answer beside the coach's. Closed: nothing of its level is told.

    `words` say how the coach's level lies to it; `wants_lift` that theirs still lacks its lift.
    """

    open: bool
    level: LevelInfo | None = None
    cannot_rate_reason: str = ""
    words: str = ""
    wants_lift: bool = False


def own_level(rating: ReviewRating, own: Rating) -> OwnLevel:
    if not rating.self_level_is_open:
        return OwnLevel(open=False)
    levels = catalogue(rating.review.calibration.assessment.framework_id)
    return OwnLevel(
        open=True,
        level=levels.level(own.level),
        cannot_rate_reason=own.cannot_rate_reason,
        words=yours_words(own.level, rating.level),
        wants_lift=lift_is_missing(own.level, rating.level, rating.lift),
    )


def own_rating(rating: ReviewRating) -> Rating:
    """The organisation's rating of the same criterion."""
    return Rating.objects.get(
        assessment=rating.review.calibration.assessment_id, criterion=rating.criterion_id
    )


def criteria_of(review: Review) -> list[CriterionInfo]:
    """The criteria that are the coach's to rate, in the framework's order."""
    own = set(review.ratings.values_list("criterion", flat=True))
    framework = catalogue(review.calibration.assessment.framework_id)
    return [criterion for criterion in framework.criteria if criterion.id in own]


def criterion_of(review: Review, code: str) -> Criterion:
    """Raises Criterion.DoesNotExist for one that is not the coach's to rate."""
    return Criterion.objects.get(pk__in=review.ratings.values("criterion"), code=code)


def code_after(review: Review, code: str) -> str:
    """The next criterion of the review after `code`; "" at its end."""
    codes = [criterion.code for criterion in criteria_of(review)]
    return next(iter(codes[codes.index(code) + 1 :]), "")


def progress(review: Review) -> dict[str, int]:
    """{"done": n, "total": n} criteria of a review."""
    return {"done": review.ratings.answered().count(), "total": review.ratings.count()}
