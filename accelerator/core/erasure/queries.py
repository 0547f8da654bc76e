"""Where words are written: the places of an enrolment, and the copies that were made of them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.http import Http404
from django.utils.text import Truncator

from accelerator.core import words
from accelerator.core.redaction import Cell
from accelerator.core.words import Typed
from accelerator.models import Enrolment, ReportJob, User

# Shorter words than these are no sure sign of a copy: beside the place itself, and elsewhere.
BESIDE, ELSEWHERE = 10, 20
EXCERPT = 80


@dataclass(frozen=True)
class Place:
    """One text: a column of a row. `text` None: this person may not read it."""

    typed: Typed
    name: str
    pk: Any
    code: str
    text: str | None
    criterion: str = ""

    def __str__(self) -> str:
        return f"{self.label} ({self.criterion})" if self.criterion else self.label

    @property
    def label(self) -> str:
        return self.typed.fields[self.name]

    @property
    def excerpt(self) -> str:
        return Truncator(self.text or "").chars(EXCERPT)

    @property
    def key(self) -> str:
        return f"{self.typed.model}/{self.pk}/{self.name}"

    def cell(self, *, only: tuple[str, ...] | None = None, shortest: int = 1) -> Cell:
        return Cell(self.typed.model_class, self.name, self.pk, only, shortest)


def places_of(user: User, enrolment: Enrolment, containing: str = "") -> list[Place]:
    """Every text of the enrolment that somebody typed, in the apps' order.

    With `containing`, those that hold these words, of the ones this person may read.
    """
    found = [place for each in words.typed() if each.listed for place in _of(each, user, enrolment)]
    if not containing:
        return found
    sought = containing.casefold()
    return [place for place in found if place.text and sought in place.text.casefold()]


def place_of(user: User, enrolment: Enrolment, model: str, pk: str, name: str) -> Place | None:
    """One text of the enrolment; None where there is none, or it may not be known of."""
    try:
        each = words.typed_as(model, name)
    except LookupError:
        return None
    if not each.listed or not each.enrolment:
        return None
    places = _of(each, user, enrolment)
    return next((one for one in places if (str(one.pk), one.name) == (pk, name)), None)


def place_to_erase(user: User, enrolment: Enrolment, model: str, pk: str, name: str) -> Place:
    """As `place_of`. Raises Http404 where there is none."""
    place = place_of(user, enrolment, model, pk, name)
    if place is None:
        raise Http404
    return place


def _of(each: Typed, user: User, enrolment: Enrolment) -> Iterator[Place]:
    if not each.enrolment:
        return
    rows = each.reach(user, each.rows.filter(**{each.enrolment: enrolment.pk}))
    readable = set(each.read(user, rows).order_by().values_list("pk", flat=True))
    code, label = each.criterion, each.criterion.replace("__code", "__label")
    rows = rows.annotate(
        _code=F(code) if code else Value(""), _criterion=F(label) if code else Value("")
    )
    for row in rows.values("pk", "_code", "_criterion", *each.fields).distinct():
        for name in each.fields:
            if row[name]:
                shown = row["pk"] in readable and name not in each.private
                text = row[name] if shown else None
                yield Place(each, name, row["pk"], row["_code"], text, row["_criterion"])


def versions_of(place: Place) -> tuple[str, ...]:
    """All that was ever written there, the longest first, with any kind of line end, and none."""
    model = place.typed.model_class
    kept = {*model._default_manager.filter(pk=place.pk).values_list(place.name, flat=True)}
    event = place.typed.event_class
    if event is not None and place.name in {field.name for field in event._meta.get_fields()}:
        kept |= {
            *event._default_manager.filter(pgh_obj=place.pk).values_list(place.name, flat=True)
        }
    either = {
        form
        for text in kept
        if text
        for form in (text, text.replace("\r\n", "\n"), " ".join(text.split()))
    }
    return tuple(sorted((text.strip() for text in either if text.strip()), key=len, reverse=True))


def same_words(place: Place, only: str, places: Sequence[Place]) -> list[Place]:
    """Of `places`, the others that hold the words: `only` these, or all that the place says."""
    sought = only or (place.text or "").strip()
    if not sought or (not only and len(sought) < BESIDE):
        return []
    return [
        other
        for other in places
        if other.key != place.key and not other.typed.copy and other.text and sought in other.text
    ]


def copies_of(place: Place, only: str, enrolment: Enrolment) -> Iterator[Cell]:
    """The copies that the program made of a place's words, which go with them."""
    sought = (only,) if only else versions_of(place)
    yield from copies_in_record(place, only, enrolment)
    yield from outside(tuple(text for text in sought if len(text) >= BESIDE))


def copies_in_record(place: Place, only: str, enrolment: Enrolment) -> Iterator[Cell]:
    """Those in the enrolment's own rows.

    Of all that was written there only copies for the same criterion are looked for, where there
    is one; of given words (`only`) all.
    """
    sought = (only,) if only else versions_of(place)
    if not only:
        yield from _same_row(place, sought)
    for each in words.typed():
        if each.copy and each.enrolment:
            yield from _copies_in(each, place, only, sought, enrolment)


def _same_row(place: Place, sought: tuple[str, ...]) -> Iterator[Cell]:
    """A note without a name is named by how it begins."""
    for each in words.typed():
        if each.model == place.typed.model:
            for column in each.fields:
                if column != place.name and not each.is_json(column):
                    yield Cell(each.model_class, column, place.pk, sought, BESIDE)


def _copies_in(
    each: Typed, place: Place, only: str, sought: tuple[str, ...], enrolment: Enrolment
) -> Iterator[Cell]:
    model, name, lookup = each.pieces_of
    if not only and (model, name) == (place.typed.model, place.name):
        for pk in sorted(each.pks(lookup, place.pk)):
            yield from (Cell(each.model_class, column, pk) for column in each.fields)
        return
    near = bool(place.code and (each.criterion or each.by_code)) and not only
    shortest = 1 if only else BESIDE if near else ELSEWHERE
    pks = each.pks(each.enrolment, enrolment.pk)
    if near and each.criterion:
        pks &= each.pks(each.criterion, place.code)
    key = place.code if near and each.by_code else ""
    for pk in sorted(pks):
        for column in each.fields:
            if (each.model, pk, column) != (place.typed.model, place.pk, place.name):
                yield Cell(each.model_class, column, pk, sought, shortest, key)


def shown_copies(user: User, place: Place, only: str, enrolment: Enrolment) -> list[str]:
    """What the copies of a place's words are called, each once: where else they are shown.

    Of those that this person may read: whether any other holds given words would tell what is in
    it, letter by letter. So letters, the audit and the admin's log are never looked into here.
    """
    sought = (only,) if only else versions_of(place)
    found: dict[str, None] = {}
    copies = copies_in_record(place, only, enrolment)
    for (model, name), group in groupby(copies, key=lambda cell: (cell.row, cell.name)):
        each = words.typed_as(model._meta.label, name)
        known = {cell.pk: cell for cell in group}
        rows = each.read(user, each.reach(user, each.rows.filter(pk__in=known)))
        held = rows.order_by().values_list("pk", name)
        if any(_holds(value, sought, known[pk]) for pk, value in held):
            found[each.fields[name]] = None
    return list(found)


def _holds(value: Any, sought: tuple[str, ...], cell: Cell) -> bool:
    """Whether the cell's words are in the value, or it is a piece of them, as the database asks."""
    if not isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
        return any(json.dumps(one, ensure_ascii=False)[1:-1] in text for one in sought)
    kept = value.strip()
    a_piece = len(kept) >= BESIDE and " " in kept
    return cell.words is None or any(
        kept == one or (len(one) >= cell.shortest and one in value) or (a_piece and kept in one)
        for one in sought
    )


def reports_of(enrolment: Enrolment) -> int:
    """How many finished reports show what the enrolment wrote."""
    return ReportJob.objects.filter(enrolment=enrolment, state=ReportJob.State.DONE).count()


def everywhere(enrolment: Enrolment, only: str) -> Iterator[tuple[str, Cell]]:
    """Each place of the enrolment, by its key, that loses the given words, read or unread."""
    for each in words.typed():
        if each.enrolment and not each.copy:
            for pk in sorted(each.pks(each.enrolment, enrolment.pk)):
                for name in each.fields:
                    place = Place(each, name, pk, "", None)
                    yield place.key, place.cell(only=(only,))


def outside(sought: tuple[str, ...]) -> Iterator[Cell]:
    """Letters, the audit and the admin's log that hold these words; they are of no enrolment."""
    for each in words.typed():
        if each.copy and not each.enrolment and sought:
            for name in each.fields:
                for pk in _holding(each, name, sought):
                    yield Cell(each.model_class, name, pk, sought)


def _holding(each: Typed, name: str, sought: tuple[str, ...]) -> QuerySet:
    wanted = Q()
    for text in sought:
        # As JSON writes it: a quotation mark in a text is not one mark there.
        written = json.dumps(text, ensure_ascii=False)[1:-1] if each.is_json(name) else text
        wanted |= Q(_text__contains=written)
    rows = each.rows.annotate(_text=Cast(name, TextField()))
    return rows.filter(wanted).values_list("pk", flat=True)
