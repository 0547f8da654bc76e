"""What people say about a piece of evidence, as plain values that can be compared."""

import hashlib
import json
from collections.abc import Iterable


def fingerprint(words: Iterable[str]) -> str:
    """What a form was opened on, in 64 hex digits, so that a save can tell whether it stands."""
    return hashlib.sha256(json.dumps(list(words)).encode()).hexdigest()


def description_read(title: str, description: str, codes: Iterable[str]) -> str:
    """That of a piece's name, description and the criteria that use it."""
    return fingerprint([title, description, *sorted(codes)])


def use_read(part: str, practice: str) -> str:
    """That of what is said about one piece beside one criterion."""
    return fingerprint([part, practice])
