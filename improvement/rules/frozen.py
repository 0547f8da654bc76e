"""What a sponsor signs, as plain values: objectives, criteria, targets, horizon, hours, money.

States, owners, dates and evidence of actions are live and not part of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Aim:
    """A criterion's code, its level as released (None: not rated), and the target (None: none)."""

    criterion: str
    today: int | None
    target: int | None


@dataclass(frozen=True)
class Work:
    """An action as it is signed: `hours` and `money` as decimal text, "" where none is named."""

    key: int
    title: str
    hours: str
    money: str
    is_quick_win: bool


@dataclass(frozen=True)
class Goal:
    """An objective as it is signed."""

    key: int
    title: str
    why: str
    known_by: str
    horizon: str
    depth: str
    support: str
    tags: Sequence[str]
    aims: Sequence[Aim]
    actions: Sequence[Work]

    @property
    def hours(self) -> Decimal:
        return total(work.hours for work in self.actions)

    @property
    def money(self) -> Decimal:
        return total(work.money for work in self.actions)


def total(texts: Iterable[str]) -> Decimal:
    """The sum of decimal texts; "" counts as nothing."""
    return sum((Decimal(text) for text in texts if text), Decimal())


def as_json(goals: Iterable[Goal]) -> dict[str, Any]:
    return {"objectives": [asdict(goal) for goal in goals]}


def goals_of(frozen: Mapping[str, Any]) -> list[Goal]:
    """What `as_json` wrote."""
    return [
        Goal(
            **{
                **one,
                "tags": tuple(one["tags"]),
                "aims": tuple(Aim(**aim) for aim in one["aims"]),
                "actions": tuple(Work(**work) for work in one["actions"]),
            }
        )
        for one in frozen["objectives"]
    ]


@dataclass(frozen=True)
class Changed:
    """One thing that differs between two versions; before or after "" where it was not there."""

    where: str
    what: str
    before: str
    after: str


FIELDS = {
    "title": "Its name",
    "why": "Why",
    "known_by": "How we will know",
    "horizon": "Horizon",
    "depth": "Depth",
    "support": "Support wanted",
}


def difference(
    before: Sequence[Goal], after: Sequence[Goal], say: Mapping[str, Mapping[str, str]]
) -> list[Changed]:
    """What changed, in the order of the newer version, then what is gone.

    `say`: for a field of choices, key → word; for "criterion" code → label, "level" → word.
    """
    found = []
    earlier = {goal.key: goal for goal in before}
    for goal in after:
        old = earlier.pop(goal.key, None)
        if old is None:
            found.append(Changed(goal.title, "Objective", "", "added"))
        else:
            found += _changes(old, goal, say)
    found += [Changed(goal.title, "Objective", "taken out", "") for goal in earlier.values()]
    return found


def _changes(old: Goal, new: Goal, say: Mapping[str, Mapping[str, str]]) -> list[Changed]:
    found = []
    for name, label in FIELDS.items():
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            words = say.get(name, {})
            found.append(Changed(new.title, label, words.get(was, was), words.get(now, now)))
    if set(old.tags) != set(new.tags):
        was, now = (_listed(tags, say["tags"]) for tags in (old.tags, new.tags))
        found.append(Changed(new.title, "Tags", was, now))
    found += _aims(old, new, say)
    return found + _actions(old, new)


def _listed(keys: Iterable[str], words: Mapping[str, str]) -> str:
    return ", ".join(words.get(key, key) for key in keys) or "none"


def _aims(old: Goal, new: Goal, say: Mapping[str, Mapping[str, str]]) -> list[Changed]:
    found = []
    was = {aim.criterion: aim for aim in old.aims}
    now = {aim.criterion: aim for aim in new.aims}
    for code in [*now, *(code for code in was if code not in now)]:
        label = say["criterion"].get(code, code)
        if code not in was:
            found.append(Changed(new.title, label, "", _aimed(now[code], say)))
        elif code not in now:
            found.append(Changed(new.title, label, _aimed(was[code], say), ""))
        elif was[code].target != now[code].target:
            found.append(Changed(new.title, label, _aimed(was[code], say), _aimed(now[code], say)))
    return found


def _aimed(aim: Aim, say: Mapping[str, Mapping[str, str]]) -> str:
    return "no target" if aim.target is None else f"aim: {say['level'][str(aim.target)]}"


def _actions(old: Goal, new: Goal) -> list[Changed]:
    found = []
    was = {work.key: work for work in old.actions}
    for work in new.actions:
        before = was.pop(work.key, None)
        if before is None:
            found.append(Changed(new.title, work.title, "", f"added{_costs(work)}"))
            continue
        if before.title != work.title:
            found.append(Changed(new.title, "An action’s name", before.title, work.title))
        if (before.hours, before.money) != (work.hours, work.money):
            found.append(
                Changed(new.title, work.title, _cost(before) or "nothing", _cost(work) or "nothing")
            )
    found += [
        Changed(new.title, work.title, f"taken out{_costs(work)}", "") for work in was.values()
    ]
    return found


def _cost(work: Work) -> str:
    told = [f"{Decimal(work.hours).normalize():f} hours"] if work.hours else []
    told += [f"£{work.money}"] if work.money else []
    return " and ".join(told)


def _costs(work: Work) -> str:
    return f" ({_cost(work)})" if _cost(work) else ""
