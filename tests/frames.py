"""Room for Python's frames.

CPython keeps the frames of a thread in pieces of 16 KB and gives each back the moment it is empty.
What is called again and again just where one piece is full asks the system for the next piece at
each call: under pytest's deep stack a page did so five hundred times, a sixth of its processor
time. A frame that asks for a large piece leaves the rest of it to all that is called from it.
"""

from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
SLOTS = 33_000  # of 8 bytes; the piece is the next power of two, 512 KB, of which half is left


def with_room(call: Callable[..., Result], *arguments: object) -> Result:
    """`call(*arguments)`, with room for its frames and for those of all that it calls."""
    return call(*arguments)


with_room.__code__ = with_room.__code__.replace(co_stacksize=SLOTS)
