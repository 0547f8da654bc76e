from collections.abc import Sequence
from dataclasses import dataclass

from accelerator.models import User


@dataclass(frozen=True)
class Touched:
    """What stands still in one app, a sentence each, and who is at work there and is told."""

    sentences: Sequence[str] = ()
    people: Sequence[User] = ()
