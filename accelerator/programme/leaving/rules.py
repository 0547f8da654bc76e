"""What a person who left is called, and which of their words name them."""

FORMER = "a former member"
ADDRESS = "@removed.invalid"
SHORTEST = 6


def address_of(pk: int) -> str:
    """An address to which no letter goes, one for each former member."""
    return f"former-{pk}{ADDRESS}"


def telling(name: str, email: str) -> tuple[str, ...]:
    """What names a person for certain; "Sam" alone may be anybody, or part of a word."""
    known = dict.fromkeys((email, email.lower(), name))
    return tuple(text for text in known if len(text) >= SHORTEST)
