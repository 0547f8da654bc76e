"""How a plan is going, what it asks for, and what is worth a second look."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from accelerator.models import Deadline
from accelerator.programme.dates.queries import due_of
from calibration.rules.wording import count_words
from improvement.models import Plan, Resource
from improvement.planning.queries.rows import ObjectiveRow, goal_of
from improvement.rules.actions import State
from improvement.rules.gentle import Dated, looks


@dataclass(frozen=True)
class Going:
    """How a plan's actions are going: how many are in each state, and past their date."""

    total: int
    counts: dict[str, int]
    passed: int

    @property
    def told(self) -> str:
        """The two states that matter most, in words."""
        done, doing = self.counts["done"], self.counts["in_progress"]
        actions = "action" if self.total == 1 else "actions"
        verb = "is" if done == 1 else "are"
        return (
            f"{count_words(done).capitalize()} of {count_words(self.total)} {actions} {verb} done, "
            f"{count_words(doing)} under way."
        )

    @property
    def rest(self) -> list[str]:
        """What else there is to say of them, a sentence each."""
        found = []
        for key, said in (("not_started", "not started yet"), ("paused", "paused")):
            if count := self.counts[key]:
                verb = "is" if count == 1 else "are"
                found.append(f"{count_words(count).capitalize()} {verb} {said}.")
        if self.passed:
            verb = "is" if self.passed == 1 else "are"
            found.append(
                f"{count_words(self.passed).capitalize()} {verb} past their date. "
                "That happens: new dates take a minute."
            )
        return found


def going(rows: Sequence[ObjectiveRow]) -> Going:
    """Dropped ones are not counted: nobody is to do them."""
    work = [action for row in rows for action in row.actions if action.state != State.DROPPED.value]
    counts = Counter({state.value: 0 for state in State})
    counts.update(action.state for action in work)
    passed = sum(action.is_past_due for action in work)
    return Going(len(work), dict(counts), passed)


def looks_of(plan: Plan, rows: Sequence[ObjectiveRow]) -> list[str]:
    """What is worth a second look, for whoever writes the plan."""
    dates = [Dated(one.due_on, one.after_round) for row in rows for one in row.actions]
    ends = due_of(plan.enrolment, Deadline.Phase.REVIEW)
    return looks([goal_of(row) for row in rows], dates, timezone.localdate(plan.started_at), ends)


@dataclass(frozen=True)
class Asks:
    """Hours and money that a plan asks for, and what was logged so far."""

    hours: Decimal
    money: Decimal
    logged: Decimal


def asks_of(plan: Plan, rows: Sequence[ObjectiveRow]) -> Asks:
    work = [action for row in rows for action in row.actions]
    logged = Resource.objects.filter(action__in=[one.pk for one in work]).aggregate(Sum("hours"))
    return Asks(
        hours=sum((one.hours or Decimal() for one in work), Decimal()),
        money=sum((one.money or Decimal() for one in work), Decimal()),
        logged=logged["hours__sum"] or Decimal(),
    )
