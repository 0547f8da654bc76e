"""One commentary from several coaches' words, sentence by sentence, keeping who wrote what."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

MOST_SENTENCES = 8  # A longer commentary is offered by paragraph.
AGAIN = 1000  # Paragraph numbers of what was decided before, apart from the coaches' own.
SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z])")
ABBREVIATIONS = ("e.g.", "i.e.", "etc.", "Mr.", "Mrs.", "Ms.", "Dr.", "St.", "No.", "vs.")


class Given(Protocol):
    """What one coach gave on one criterion, as a ReviewRating holds it."""

    review_id: int
    level: int | None
    commentary: str
    lift: str
    cause: str


@dataclass(frozen=True)
class Part:
    """One piece of a commentary; `review` None is the moderator's own. `edited`: words changed."""

    review: int | None
    text: str
    edited: bool = False


@dataclass(frozen=True)
class Outcome:
    """What is decided on one criterion. `level` None: it cannot be judged."""

    level: int | None
    parts: Sequence[Part] = ()
    lift: str = ""
    cause: str = ""
    rationale: str = ""

    @property
    def commentary(self) -> str:
        return "\n\n".join(part.text for part in self.parts if part.text)


@dataclass(frozen=True)
class Row:
    """A piece the composer offers. `source` is a review's id, None the moderator's own words.

    Neighbours of one source and one `paragraph` run on in the same paragraph.
    """

    source: int | None
    text: str
    paragraph: int = 0
    use: bool = True


def _paragraphs(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def sentences(paragraph: str) -> list[str]:
    """A paragraph's sentences; what only looks like an end is joined again."""
    found: list[str] = []
    start = 0
    for end in SENTENCE_END.finditer(paragraph):
        # Closing quotation marks belong to the sentence they close.
        cut = end.start() + len(end.group().rstrip())
        piece = paragraph[start:cut]
        if piece.endswith(ABBREVIATIONS):
            continue
        found.append(piece.strip())
        start = end.end()
    rest = paragraph[start:].strip()
    return [*found, rest] if rest else found


def split(text: str) -> list[tuple[int, str]]:
    """(paragraph, sentence) pairs; whole paragraphs where there are many sentences."""
    paragraphs = _paragraphs(text)
    pieces = [(n, one) for n, words in enumerate(paragraphs) for one in sentences(words)]
    return pieces if len(pieces) <= MOST_SENTENCES else list(enumerate(paragraphs))


def first_rows(texts: Mapping[int, str]) -> list[Row]:
    """What the composer begins with: review id → commentary, all used, each thing said once."""
    rows: list[Row] = []
    said: set[str] = set()
    for source, text in texts.items():
        for paragraph, piece in split(text):
            rows.append(Row(source, piece, paragraph, use=piece.casefold() not in said))
            said.add(piece.casefold())
    return rows


def rows_again(parts: Sequence[Part], texts: Mapping[int, str]) -> list[Row]:
    """The rows of a decision made before, then what it left out."""
    begun = first_rows(texts)
    offered = {(row.source, row.text) for row in begun}
    rows = []
    for number, part in enumerate(parts):
        for words in _paragraphs(part.text):
            whole = (part.review, words) in offered
            pieces = [words] if whole else sentences(words)
            rows += [Row(part.review, piece, AGAIN + number) for piece in pieces]
    used = {(row.source, row.text) for row in rows}
    left = [row for row in begun if (row.source, row.text) not in used]
    return rows + [replace(row, use=False) for row in left]


def parts_from(rows: Iterable[Row], texts: Mapping[int, str]) -> list[Part]:
    """The used rows, in their order, as parts of the commentary with their authors."""
    verbatim = {
        source: {piece for words in _paragraphs(text) for piece in (words, *sentences(words))}
        for source, text in texts.items()
    }
    used = [replace(row, text=row.text.strip()) for row in rows if row.use and row.text.strip()]
    parts = []
    for (source, _), run in groupby(used, key=lambda row: (row.source, row.paragraph)):
        pieces = [row.text for row in run]
        if source is None:
            parts += [Part(None, piece) for piece in pieces]
            continue
        edited = any(" ".join(piece.split()) not in verbatim.get(source, ()) for piece in pieces)
        parts.append(Part(source, " ".join(pieces), edited))
    return parts


def parts_of(given: Sequence[Given]) -> list[Part]:
    """Both coaches' commentary as the composer begins with it, each with its author."""
    return [Part(rating.review_id, rating.commentary) for rating in given if rating.commentary]


def merged_lift(given: Sequence[Given]) -> str:
    return "\n".join(dict.fromkeys(rating.lift for rating in given if rating.lift))


def shared_cause(given: Sequence[Given]) -> str:
    """The cause the coaches name alike; "" where they differ."""
    causes = {rating.cause for rating in given if rating.cause}
    return causes.pop() if len(causes) == 1 else ""
