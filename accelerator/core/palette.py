"""The palette's colours for what is not a style sheet: pictures, drawings, a page's head."""

import re
from functools import lru_cache

from django.conf import settings

COLOUR = re.compile(r"--([\w-]+): (?:(#[0-9a-f]{3,6})|var\(--([\w-]+)\));")


@lru_cache(maxsize=1)
def colours() -> dict[str, str]:
    """Name → "#rrggbb", as static/css/palette.css says; a name for another is resolved."""
    found: dict[str, str] = {}
    for name, number, other in COLOUR.findall(
        (settings.BASE_DIR / "static/css/palette.css").read_text()
    ):
        found[name] = _long(number) if number else found[other]
    return found


def _long(number: str) -> str:
    return number if len(number) == 7 else "#" + "".join(2 * digit for digit in number[1:])
