"""How long a letter waits for its next try, when it is given up, and whom one names."""

from collections.abc import Sequence
from datetime import timedelta

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
# With these waits the last try is four days after the first.
MAX_ATTEMPTS = 25


def wait_after(attempts: int) -> timedelta:
    """How long to wait once a letter was tried in vain `attempts` (1 or more) times."""
    return min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them: "Ana", "Ana and Ben", "Ana, Ben and Chi"."""
    *first, last = names or [""]
    return f"{', '.join(first)} and {last}" if first else last
