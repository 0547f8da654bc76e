from assessments.framework.queries import catalogue
from assessments.models import Rating
from calibration.models import Calibration
from calibration.rules.levels import change


def snapshot(calibration: Calibration) -> dict[str, dict]:
    """Criterion code → what the organisation is given for it, in the framework's order."""
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
    return {
        criterion.code: {
            "level": decisions[criterion.id].level,
            "self_level": own[criterion.id],
            "change": change(own[criterion.id], decisions[criterion.id].level).value,
            "commentary": decisions[criterion.id].commentary,
            "lift": decisions[criterion.id].lift,
            "cause": decisions[criterion.id].cause,
        }
        for criterion in framework.criteria
    }
