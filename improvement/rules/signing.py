"""The states of a plan's version, and who may take it from one to the next."""

from enum import Enum


class State(Enum):
    SUBMITTED = "submitted"
    TAKEN_BACK = "taken_back"
    RETURNED = "returned"
    APPROVED = "approved"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    State.SUBMITTED: "With the senior sponsor",
    State.TAKEN_BACK: "Taken back",
    State.RETURNED: "Returned with comments",
    State.APPROVED: "Approved",
    State.REVOKED: "Approval withdrawn",
    State.SUPERSEDED: "Superseded",
}
STANDING = State.APPROVED.value
# Those on which a sponsor has spoken.
DECIDED = tuple(
    state.value for state in (State.RETURNED, State.APPROVED, State.REVOKED, State.SUPERSEDED)
)
STEPS = {
    State.SUBMITTED: {State.TAKEN_BACK, State.RETURNED, State.APPROVED},
    State.APPROVED: {State.REVOKED, State.SUPERSEDED},
}


def may_become(now: State, then: State) -> bool:
    return then in STEPS.get(now, set())
