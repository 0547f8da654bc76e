"""Calibrations brought to a state through the services, as people would."""

from collections.abc import Callable
from types import SimpleNamespace

from accelerator.models import Role
from accelerator.models.people import OWN_ROLES
from calibration.assigning.services import assigning
from calibration.desk.services import lease, moderating
from calibration.models import Calibration, Review
from calibration.releasing.services import releasing
from calibration.reviewing.services import reviewing
from calibration.rules import commentary
from calibration.rules.judgement import Judgement
from tests.factories.assessment import submitted
from tests.factories.programme import EnrolmentFactory, MembershipFactory


def judgement(level: int | None = 1, **more) -> Judgement:
    return Judgement(
        level=level,
        cannot_judge_reason=more.get("cannot_judge_reason", ""),
        commentary=more.get("commentary", "Regular registers are kept."),
        private_note=more.get("private_note", ""),
        sureness=more.get("sureness", "sure"),
        cause=more.get("cause", ""),
        lift=more.get("lift", "Write down one thing you changed."),
    )


def assigned(cast) -> Calibration:
    """The cast's enrolment, self-rated moderate throughout, with coach A and coach B."""
    assessment = submitted(cast.enrolment, cast.lead)
    calibration = assigning.open_calibration(actor=cast.hub, assessment=assessment)
    return assigning.assign_coaches(
        actor=cast.hub, calibration=calibration, coaches=[cast.coach_a, cast.coach_b]
    )


def review_of(calibration: Calibration, coach) -> Review:
    return Review.objects.current().get(calibration=calibration, coach=coach)


def rate_review(review: Review, level: Callable[[int], int] | int = 1, **words) -> None:
    """Rate every criterion of a review; `level` may depend on the criterion's position."""
    for rating in review.ratings.select_related("criterion", "review"):
        value = level(rating.criterion.position) if callable(level) else level
        reviewing.save_judgement(
            rating=rating, read_version=rating.version, judgement=judgement(value, **words)
        )


def submit(review: Review) -> None:
    reviewing.submit_review(actor=review.coach, review=review)


def scored(cast) -> Calibration:
    """Coach A has rated everything and not submitted; coach B has not begun."""
    calibration = assigned(cast)
    rate_review(review_of(calibration, cast.coach_a))
    calibration.refresh_from_db()
    return calibration


def both_in(
    cast,
    first: Callable[[int], int] | int = 1,
    second: Callable[[int], int] | int = lambda position: 2 if position % 5 == 0 else 1,
) -> Calibration:
    """Both submitted: by default six criteria are one step apart."""
    calibration = assigned(cast)
    for coach, level in ((cast.coach_a, first), (cast.coach_b, second)):
        review = review_of(calibration, coach)
        rate_review(review, level, commentary=f"{coach.name} read the registers.")
        submit(review)
    calibration.refresh_from_db()
    return calibration


def agreed(cast, **levels) -> Calibration:
    """Every criterion decided by the moderator: agreements together, the rest at coach A's level.

    Like a moderator's sitting, and a fifth of the time of thirty decisions.
    """
    calibration = both_in(cast, **levels)
    calibration = lease.take_lease(actor=cast.moderator, calibration=calibration)
    moderating.confirm_agreements(actor=cast.moderator, calibration=calibration)
    calibration.refresh_from_db()
    given = moderating.submitted_ratings(calibration)
    decided = calibration.decisions.values("criterion")
    for criterion in calibration.assessment.framework.criteria.exclude(pk__in=decided):
        outcome = commentary.Outcome(
            level=given[criterion.pk][0].level,
            parts=commentary.parts_of(given[criterion.pk]),
            lift="Write down one thing you changed.",
        )
        moderating.decide(
            actor=cast.moderator,
            calibration=calibration,
            criterion=criterion,
            outcome=outcome,
            read_version=None,
        )
    calibration.refresh_from_db()
    return calibration


def released(cast, **levels) -> Calibration:
    calibration = agreed(cast, **levels)
    releasing.release(actor=cast.hub, calibration=calibration, message="Thank you.")
    calibration.refresh_from_db()
    return calibration


def twin(cast) -> SimpleNamespace:
    """The same people around another organisation of the same cohort."""
    enrolment = EnrolmentFactory(cohort=cast.enrolment.cohort)
    own = {"organisation": enrolment.organisation}
    for role in (*sorted(OWN_ROLES), Role.ADVISER):
        if person := getattr(cast, role, None):
            home = own if role in OWN_ROLES else {"enrolment": enrolment}
            MembershipFactory(user=person, role=role, **home)
    return SimpleNamespace(**{**vars(cast), "enrolment": enrolment})
