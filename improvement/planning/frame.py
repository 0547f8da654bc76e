"""What every page of a plan has: whose it is, its views, and where signing stands."""

from typing import Any

from django.urls import reverse

from accelerator.core.access import may
from accelerator.models import Enrolment
from improvement.models import Plan

VIEWS = (
    ("plan", "By objective"),
    ("board", "Board"),
    ("timeline", "Timeline"),
    ("grid", "Who, by when"),
    ("versions", "Versions"),
)


def frame(plan: Plan, current: str = "") -> dict[str, Any]:
    """`current`: the name of the view that is shown. `plan` was fetched for the reader."""
    enrolment: Enrolment = plan.enrolment
    return {
        "plan": plan,
        "enrolment": enrolment,
        "views": [
            {
                "label": label,
                "url": reverse(f"improvement:{name}", args=[enrolment.pk]),
                "current": name == current,
            }
            for name, label in VIEWS
        ],
        "may_write": may(plan, "plan.write") and not enrolment.why_closed,
        "may_work": may(plan, "plan.work") and not enrolment.why_closed,
        "may_sign": may(plan, "plan.sign") and not enrolment.why_closed,
        "may_acknowledge": may(plan, "plan.acknowledge") and not enrolment.why_closed,
        "closed": enrolment.why_closed,
    }
