"""The journey of an enrolment: Explore, Calibrate, Improve, Review.

Each phase belongs to one app, named in settings.JOURNEY by a dotted path, so that this app
knows nothing of those above it. A provider takes enrolments, the reader's roles in each and
the round that is asked for, and returns what it knows of each.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.utils.module_loading import import_string

from accelerator.models import Deadline, Enrolment
from accelerator.programme.dates.queries import busy_sentence, due_dates

# The id of an enrolment → the roles that the reader holds there.
Roles = Mapping[int, frozenset[str]]
FIRST_ROUND = 1


@dataclass(frozen=True)
class Button:
    label: str
    url: str
    method: str = "get"


@dataclass(frozen=True)
class Panel:
    """A card on the home page of somebody who works for the programme."""

    title: str
    text: str
    button: Button | None = None
    links: list[Button] = field(default_factory=list)


@dataclass(frozen=True)
class Phase:
    """What an app says of its phase for one enrolment; `is_due` where it is work with a date."""

    done: bool
    headline: str
    text: str
    button: Button | None = None
    links: list[Button] = field(default_factory=list)
    is_due: bool = True


@dataclass(frozen=True)
class Step:
    """One of the four steps as a page shows it; `state` is done, now or later."""

    number: int
    title: str
    what: str
    due: date
    state: str

    @property
    def when(self) -> str:
        return f"due {self.due.day} {self.due:%b %Y}"


@dataclass(frozen=True)
class Journey:
    enrolment: Enrolment
    steps: list[Step]
    phase: Phase | None
    due: date | None
    busy: str = ""  # the busy time that `due` falls in, as a sentence


WHAT = {
    Deadline.Phase.EXPLORE: "Rate yourselves",
    Deadline.Phase.CALIBRATE: "Two coaches look",
    Deadline.Phase.IMPROVE: "Plan and act",
    Deadline.Phase.REVIEW: "Look again",
}
WAITING = Phase(
    done=False,
    headline="Nothing for you to do just now",
    text="The Learning Hub will write to you when the next step opens.",
)


def journeys(enrolments: Iterable[Enrolment], roles: Roles, *, round: int) -> list[Journey]:
    """Where each enrolment is in a round. Each provider's queries once, however many enrolments."""
    enrolments = list(enrolments)
    known = {
        key: import_string(path)(enrolments, roles, round) if enrolments else {}
        for key, path in settings.JOURNEY.items()
    }
    return [_journey(enrolment, known) for enrolment in enrolments]


def steps_of(enrolment: Enrolment, done: int) -> list[Step]:
    """The four steps when it is known that the first `done` are behind.

    At most the one query of `due_dates`.
    """
    states = ["done"] * done + ["later" if enrolment.why_closed else "now"] + ["later"] * 3
    return [
        Step(number, str(phase.label), WHAT[phase], due, state)
        for number, ((phase, due), state) in enumerate(
            zip(due_dates(enrolment).items(), states, strict=False), start=1
        )
    ]


def _journey(enrolment: Enrolment, known: dict[str, dict[int, Phase]]) -> Journey:
    phases = [known.get(key, {}).get(enrolment.pk, WAITING) for key in WHAT]
    finished = [phase.done for phase in phases]
    done = finished.index(False) if False in finished else len(phases)
    steps = steps_of(enrolment, done)
    current = phases[done] if done < len(phases) else None
    if enrolment.why_closed:
        current = Phase(
            done=True,
            headline=enrolment.why_closed.removesuffix("."),
            text="What was written stays readable. Nothing is due.",
            links=current.links if current else [],
        )
    due = steps[done].due if current and not enrolment.why_closed else None
    busy = busy_sentence(due, enrolment.peak_periods.all()) if due else ""
    return Journey(enrolment, steps, current, due, busy)
