"""Whether an address inside a document leads to the writer's own disk."""

import re
from urllib.parse import unquote


def is_local(address: str) -> bool:
    """Whether a path leads to a disk: no scheme but file:, and no computer's name."""
    path = unquote(address).strip().replace("\\", "/")
    path = re.sub("^file:", "", path, flags=re.IGNORECASE)
    slashes = len(path) - len(path.lstrip("/"))
    if re.match("[a-z]:/", path[slashes:], re.IGNORECASE):
        return slashes in (0, 1, 2, 3)
    return slashes in (0, 1, 3) and ":" not in path.partition("/")[0]
