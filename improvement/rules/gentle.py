"""What is worth a second look in a plan. It stops nobody, and adds nothing up to a score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from improvement.rules.frozen import Goal

MANY_OBJECTIVES = 3
HOURS_A_WEEK = 7


@dataclass(frozen=True)
class Dated:
    """An action's dates, for the look at a plan's year."""

    due: date | None
    after_round: bool


def looks(goals: Sequence[Goal], dates: Sequence[Dated], first: date, last: date) -> list[str]:
    """Sentences for whoever plans; none where all is well. `first` to `last`: what is left."""
    found = []
    if len(goals) > MANY_OBJECTIVES:
        found.append(
            f"{len(goals)} objectives are a lot for one year; most organisations choose "
            f"{MANY_OBJECTIVES}. One could wait."
        )
    if goals and not any(work.is_quick_win for goal in goals for work in goal.actions):
        found.append("No action is marked as a quick win. One that shows soon keeps people going.")
    found += [
        f"“{goal.title}” has no criterion yet, so nobody can see later what it lifted."
        for goal in goals
        if not goal.aims
    ]
    found += [f"“{goal.title}” has no action yet." for goal in goals if not goal.actions]
    weeks = max((last - first).days / 7, 1)
    hours = float(sum(goal.hours for goal in goals if goal.horizon == "programme"))
    if hours / weeks > HOURS_A_WEEK:
        found.append(
            f"{hours:.0f} hours until {last.day} {last:%B} are about {hours / weeks:.0f} a week. "
            "Is that there?"
        )
    undated = sum(one.due is None and not one.after_round for one in dates)
    if undated:
        found.append(
            "One action has no date." if undated == 1 else f"{undated} actions have no date."
        )
    late = sum(one.due is not None and one.due > last for one in dates)
    if late:
        found.append(
            f"{'One action ends' if late == 1 else f'{late} actions end'} after the programme "
            f"({last.day} {last:%B %Y}); a medium or long horizon says so."
        )
    return found
