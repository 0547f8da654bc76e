"""What a benchmark prints."""

import sys
from collections.abc import Iterable, Sequence


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under a title, the first column to the left and the others to the right."""
    rows = [heads, *rows]
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
    say(f"\n{title}")
    for row in rows:
        first, *others = (
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        say("  ".join((first, *others)).rstrip())


def verdict(what: str, ratio: float, most: float) -> None:
    say(f"{what}: {ratio:.2f} (at most {most}: {'met' if ratio <= most else 'MISSED'})")
