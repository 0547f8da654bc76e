from assessments.framework.queries import catalogue
from assessments.models import Rating
from calibration.desk.queries.inputs import Ratings
from calibration.models import Calibration
from calibration.rules.levels import change
from calibration.rules.reasons import Settler, settled_by


def snapshot(calibration: Calibration, ratings: Ratings) -> dict[str, dict]:
    """Criterion code → what the organisation is given for it, in the framework's order.

    `ratings` are what the coaches gave. A moderator's reason is given where the level is none of
    theirs, and nowhere else.
    """
    framework = catalogue(calibration.assessment.framework_id)
    own = dict(
        Rating.objects.filter(assessment=calibration.assessment_id).values_list(
            "criterion", "level"
        )
    )
    decisions = {
        decision.criterion_id: decision
        for decision in calibration.decisions.filter(version=calibration.version)
    }
    given = {}
    for criterion in framework.criteria:
        decision = decisions[criterion.id]
        levels = [rating.level for rating in ratings.get(criterion.id, ())]
        settler = settled_by(decision.level, levels)
        given[criterion.code] = {
            "level": decision.level,
            "self_level": own[criterion.id],
            "change": change(own[criterion.id], decision.level).value,
            "commentary": decision.commentary,
            "lift": decision.lift,
            "cause": decision.cause,
            "settled_by": settler.value,
            "reason": decision.rationale if settler is Settler.MODERATOR else "",
        }
    return given
