"""The demonstration's calibrations, each brought to its state by the services."""

from accelerator.models import User
from assessments.models import Assessment, Rating
from calibration.assigning.services import assigning
from calibration.desk.services import lease, moderating
from calibration.models import Calibration, Review
from calibration.releasing.services import releasing
from calibration.reviewing.services import reviewing
from calibration.rules import commentary
from calibration.rules.judgement import Judgement

# What has happened by each state, in order.
STATES = Calibration.State.values


def calibrate(
    assessment: Assessment, state: str, words: dict[str, list[str]], people: dict[str, User]
) -> Calibration:
    """Open the calibration of a submitted assessment and take it as far as `state`."""
    reached = STATES.index(state)
    hub, moderator = people["hub"], people["moderator"]
    calibration = assigning.open_calibration(actor=hub, assessment=assessment)
    if reached < STATES.index("assigned"):
        return calibration
    coaches = [people["coach-a"], people["coach-b"]]
    assigning.assign_coaches(actor=hub, calibration=calibration, coaches=coaches)
    if reached < STATES.index("scoring"):
        return calibration
    own = dict(Rating.objects.filter(assessment=assessment).values_list("criterion", "level"))
    for seat, coach in enumerate(coaches):
        review = Review.objects.get(calibration=calibration, coach=coach)
        if state == "scoring":
            _review(review, own, words, seat, until=12 if seat == 0 else 4)
        else:
            _review(review, own, words, seat)
            reviewing.submit_review(actor=coach, review=review)
    if reached < STATES.index("moderating"):
        return calibration
    lease.take_lease(actor=moderator, calibration=calibration)
    moderating.confirm_agreements(actor=moderator, calibration=calibration)
    if state == "moderating":
        lease.give_back_lease(actor=moderator, calibration=calibration)
        return calibration
    _decide_rest(calibration, moderator)
    if state == "released":
        releasing.release(
            actor=hub,
            calibration=calibration,
            message="Thank you for opening your work to us. Begin with what is strong.",
        )
    return calibration


def _review(
    review: Review,
    own: dict[int, int | None],
    words: dict[str, list[str]],
    seat: int,
    until: int | None = None,
) -> None:
    """Rate from the self-assessment with a fixed pattern, so that every loading is the same."""
    ratings = review.ratings.select_related("criterion", "review")
    for rating in list(ratings)[:until]:
        place = rating.criterion.position
        level = own[rating.criterion_id] or 0
        given = level
        if (place + review.calibration_id) % 3 == 0:
            given = max(0, level - 1)
        elif place % 11 == 4:
            given = min(3, level + 1)
        if seat == 1 and (place * 7 + review.calibration_id) % 5 == 0:
            given = max(0, given - 1)
        kind = "lower" if given < level else "higher" if given > level else "same"
        reviewing.save_judgement(
            rating=rating,
            read_version=rating.version,
            judgement=Judgement(
                level=given,
                cannot_judge_reason="",
                commentary=words[kind][(place + seat) % len(words[kind])],
                private_note="",
                sureness="unsure" if (place + seat) % 6 == 0 else "sure",
                cause="missing" if given < level else "",
                lift=words["lift"][(place + seat) % len(words["lift"])] if given < 3 else "",
            ),
        )


def _decide_rest(calibration: Calibration, moderator: User) -> None:
    """Settle what is left at the lower of the two levels, in both coaches' words."""
    decided = set(calibration.decisions.values_list("criterion", flat=True))
    calibration.refresh_from_db()
    given = moderating.submitted_ratings(calibration)
    for criterion in calibration.assessment.framework.criteria.exclude(pk__in=decided):
        ratings = given[criterion.pk]
        moderating.decide(
            actor=moderator,
            calibration=calibration,
            criterion=criterion,
            outcome=commentary.Outcome(
                level=min(rating.level for rating in ratings if rating.level is not None),
                parts=commentary.parts_of(ratings),
                lift=commentary.merged_lift(ratings) or "Write down one thing you changed.",
                cause=commentary.shared_cause(ratings),
            ),
            read_version=None,
        )
