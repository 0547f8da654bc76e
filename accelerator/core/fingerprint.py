import hashlib
import json
from typing import Any


def fingerprint(value: Any) -> str:
    """64 hex digits by which a change of `value`, of plain lists and texts, is noticed."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
