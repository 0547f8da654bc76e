"""The states of an action, and what each asks for."""

from datetime import date
from enum import Enum


class State(Enum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    DONE = "done"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    State.NOT_STARTED: "Not started",
    State.IN_PROGRESS: "In progress",
    State.PAUSED: "Paused",
    State.DONE: "Done",
    State.DROPPED: "Dropped",
}
# Those that somebody is still to do something about now.
WAITING = (State.NOT_STARTED.value, State.IN_PROGRESS.value)
NEEDS_REASON = (State.PAUSED.value, State.DROPPED.value)


def is_past_due(state: str, due: date | None, today: date) -> bool:
    """Whether its date has gone by while it is still to be done. A paused one has no date now."""
    return state in WAITING and due is not None and due < today
