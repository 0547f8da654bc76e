"""How often the page of a job looks how far it is."""

from datetime import timedelta

FIRST_LOOK_MS = 150
# Up to which age of the job, how long until the next look in milliseconds.
LOOKS = (
    (timedelta(seconds=5), 300),
    (timedelta(seconds=30), 1000),
    (timedelta(minutes=5), 2000),
)
SLOWEST_LOOK_MS = 5000


def next_look_ms(age: timedelta) -> int:
    """Milliseconds until the next look at a job that was asked for `age` ago."""
    return next((wait for limit, wait in LOOKS if age < limit), SLOWEST_LOOK_MS)
