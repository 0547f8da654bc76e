"""What people say about a piece of evidence, as plain values that can be compared."""

from collections.abc import Iterable

from accelerator.core.fingerprint import fingerprint


def description_read(title: str, description: str, codes: Iterable[str]) -> str:
    """The fingerprint of a piece's name, description and the criteria that use it."""
    return fingerprint([title, description, *sorted(codes)])


def use_read(part: str, practice: str) -> str:
    """The fingerprint of what is said about one piece beside one criterion."""
    return fingerprint([part, practice])
