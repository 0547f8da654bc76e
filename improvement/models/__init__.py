from improvement.models.action import Action, ActionEvidence, Resource
from improvement.models.plan import Objective, ObjectiveCriterion, Plan
from improvement.models.version import PlanVersion

__all__ = [
    "Action",
    "ActionEvidence",
    "Objective",
    "ObjectiveCriterion",
    "Plan",
    "PlanVersion",
    "Resource",
]
