"""Who may sit at an assessment as a coach: the rule itself, over plain ids.

Pages, suggestions and services ask `bar`, so none offers somebody whom another refuses.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

NOBODY: frozenset[int] = frozenset()


class Bar(Enum):
    """What keeps somebody from a seat."""

    SEATED = auto()
    INACTIVE = auto()
    NO_INSTITUTION = auto()
    OUTSIDE = auto()
    OWN = auto()
    ADVISES = auto()
    TIED = auto()
    UNPRACTISED = auto()
    AWARE = auto()
    SAME_INSTITUTION = auto()


@dataclass(frozen=True)
class Person:
    """Somebody who may be asked to sit, by id; `own` and `tied` are ids of organisations.

    `institution` None: they are no institution's coach. `practised`: every practice case is done.
    """

    id: int
    institution: int | None
    active: bool = True
    own: frozenset[int] = NOBODY
    tied: frozenset[int] = NOBODY
    practised: bool = True


@dataclass(frozen=True)
class Seating:
    """What bears on a seat at one organisation's assessment, by id.

    `seated` coach it now, `aware` may have read what the others gave, `advisers` support its
    organisation, and `partners` are the institutions of those with whom the seat makes a pair.
    `institutions` are those whose coaches its cohort asks; None: every one.
    """

    organisation: int
    wants_practice: bool = False
    seated: frozenset[int] = NOBODY
    aware: frozenset[int] = NOBODY
    advisers: frozenset[int] = NOBODY
    partners: frozenset[int] = NOBODY
    institutions: frozenset[int] | None = None

    def beside(self, person: Person) -> "Seating":
        """What bears on the second seat of a pair once `person` has the first."""
        theirs = NOBODY if person.institution is None else {person.institution}
        return replace(self, seated=self.seated | {person.id}, partners=self.partners | theirs)


def may_pair(institution: int | None, other: int | None) -> bool:
    """Whether coaches of these two make a pair: its coaches never come from one institution."""
    return institution != other


def is_asked(institution: int | None, institutions: frozenset[int] | None) -> bool:
    """Whether a cohort that names these (None: none, so every one) asks coaches of the one."""
    return institutions is None or institution in institutions


def bar(person: Person, seating: Seating) -> Bar | None:
    """What keeps `person` from the seat, the plainest first; None when nothing does."""
    holds = {
        Bar.SEATED: person.id in seating.seated,
        Bar.INACTIVE: not person.active,
        Bar.NO_INSTITUTION: person.institution is None,
        Bar.OUTSIDE: not is_asked(person.institution, seating.institutions),
        Bar.OWN: seating.organisation in person.own,
        Bar.ADVISES: person.id in seating.advisers,
        Bar.TIED: seating.organisation in person.tied,
        Bar.UNPRACTISED: seating.wants_practice and not person.practised,
        Bar.AWARE: person.id in seating.aware,
        Bar.SAME_INSTITUTION: not all(
            may_pair(person.institution, one) for one in seating.partners
        ),
    }
    return next((one for one, stands in holds.items() if stands), None)
