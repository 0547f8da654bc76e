"""A day as sentences say it; templates have `|date:"j F Y"`."""

from datetime import date


def day_in_words(day: date) -> str:
    """Such as "1 September 2027"."""
    return f"{day.day} {day:%B %Y}"
