"""From a spreadsheet to entries: which column is which, and every problem with its cell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django import forms
from django.core import signing

from accelerator.core.sheets import ACCEPT, Caps, Sheet, letter
from accelerator.core.text import folded
from accelerator.models import Cohort, User
from accelerator.programme.enrolling import queries
from accelerator.programme.enrolling.forms.entry import EntryForm, NewFundersField
from accelerator.programme.enrolling.rules import Alike, Standing, why_not
from accelerator.programme.enrolling.values import Entry

# Enrolled in one request, a few seconds for all; more than a cohort has.
CAPS = Caps(max_rows=300, max_bytes=2 * 1024 * 1024, max_columns=30)
COLUMNS = {
    "organisation": "Organisation",
    "programme": "Programme",
    "description": "Description",
    "funders": "Match funders",
    "name": "Lead's name",
    "email": "Lead's e-mail",
    "job_role": "Lead's job",
}
ALSO = {"lead": "name", "e-mail": "email", "email": "email", "lead's email": "email"}
NEEDED = ("organisation", "programme")
SALT = "accelerator.enrolling.sheet"
HOURS = 12
LARGEST = 900_000  # characters of a kept upload, below what a form may send


class UploadForm(forms.Form):
    file = forms.FileField(
        label="The spreadsheet",
        widget=forms.FileInput({"accept": ACCEPT}),
        error_messages={"required": "Choose the spreadsheet.", "empty": "This file is empty."},
    )
    windows = forms.BooleanField(
        label="It is a CSV file from an older Windows program (Windows-1252)", required=False
    )

    def __init__(self, *args, asks_encoding: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not (asks_encoding or self.data.get("windows")):
            del self.fields["windows"]


class ConfirmForm(forms.Form):
    """`rows` is the upload as it was read, sealed against changes (`kept`)."""

    rows = forms.CharField(widget=forms.HiddenInput)
    different = forms.BooleanField(
        label="These are different organisations, each to be made as it is written",
        error_messages={"required": "Say that these are different, or put the names right."},
    )

    def __init__(self, *args, doubts: Sequence[str] = (), **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not doubts:
            del self.fields["different"]


class RowForm(EntryForm):
    funders = NewFundersField(required=False)


@dataclass(frozen=True)
class Lines:
    """The rows as they were read: the letter of each field's column, number and texts of each."""

    letters: Mapping[str, str]
    rows: Sequence[tuple[int, Mapping[str, str]]]

    def cell(self, number: int, name: str) -> str:
        return f"Cell {self.letters[name]}{number}" if name in self.letters else f"Row {number}"


@dataclass(frozen=True)
class Planned:
    """One row that can be enrolled: what is made, what is found, whom a letter goes to.

    `known` is the name under which the organisation is known; "" for one that is made.
    """

    number: int
    entry: Entry
    known: str
    programme_is_new: bool
    new_funders: tuple[str, ...]
    standing: Standing

    @property
    def gets_letter(self) -> bool:
        return self.standing.gets_letter(self.entry.email)


@dataclass
class Plan:
    """All rows, or the problems that keep all of them from being enrolled, each with its cell."""

    rows: list[Planned] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def entries(self) -> list[Entry]:
        return [row.entry for row in self.rows]

    @property
    def letters(self) -> int:
        return sum(row.gets_letter for row in self.rows)

    @property
    def new_organisations(self) -> int:
        return sum(not row.known for row in self.rows)


def lines_of(sheet: Sheet) -> tuple[Lines | None, list[str]]:
    """Which column is which, or what is wrong with the headings."""
    names = {folded(heading): name for name, heading in COLUMNS.items()} | ALSO
    columns: dict[str, int] = {}
    problems = []
    for place, heading in enumerate(sheet.headings):
        name = names.get(folded(heading))
        if heading and name is None:
            problems.append(
                f"Column {letter(place)} is headed “{heading}”, which is not one of the columns "
                "below. Rename it or leave it out."
            )
        elif name in columns:
            problems.append(f"Columns {letter(columns[name])} and {letter(place)} mean the same.")
        elif name:
            columns[name] = place
    problems += [f"The column “{COLUMNS[one]}” is missing." for one in NEEDED if one not in columns]
    if problems:
        return None, problems
    rows = [
        (row.number, {name: row.cells[place] for name, place in columns.items()})
        for row in sheet.rows
    ]
    return Lines({name: letter(place) for name, place in columns.items()}, rows), []


def kept(lines: Lines, cohort: Cohort, person: User) -> str:
    """The rows for a hidden field: compressed, signed, for this cohort and person only."""
    content = [cohort.pk, person.pk, dict(lines.letters), [[n, dict(row)] for n, row in lines.rows]]
    return signing.dumps(content, salt=SALT, compress=True)


def kept_lines(text: str, cohort: Cohort, person: User) -> Lines | None:
    """What `kept` kept; None where it is too old, another's or changed."""
    try:
        place, owner, letters, rows = signing.loads(text, salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature:
        return None
    if (place, owner) != (cohort.pk, person.pk):
        return None
    return Lines(letters, [(number, row) for number, row in rows])


def planned(cohort: Cohort, lines: Lines) -> Plan:
    """What enrolling the rows would do. As many queries for one row as for all."""
    problems: list[tuple[int, str]] = []
    entries = [
        (number, entry)
        for number, row in lines.rows
        if (entry := _entry(number, row, lines, problems))
    ]
    organisations, funders = queries.organisations(), queries.funders()
    found = {number: organisations.find(entry.organisation) for number, entry in entries}
    ids = [one.pk for one in found.values() if one is not None]
    programmes, standings = queries.programmes_of(ids), queries.standings(cohort, ids)
    first: dict[str, tuple[int, str]] = {}
    rows = []
    for number, entry in entries:
        known = found[number]
        name, pk = (known.name, known.pk) if known else ("", 0)
        standing = standings.get(pk, Standing())
        before = first.setdefault(folded(entry.organisation), (number, entry.organisation))
        if before[0] != number:
            problems.append((number, _twice(lines.cell(number, "organisation"), entry, before)))
        elif problem := why_not(name, standing, entry.email):
            problems.append((number, f"{lines.cell(number, problem[0])}: {problem[1]}"))
        is_made = known is None or programmes[pk].find(entry.programme) is None
        new = tuple(one for one in entry.funders if funders.find(one) is None)
        rows.append(Planned(number, entry, name, is_made, new, standing))
    doubts = _doubts(rows, organisations.names())
    return Plan(rows, [words for _, words in sorted(problems)], doubts)


def _entry(
    number: int, row: Mapping[str, str], lines: Lines, problems: list[tuple[int, str]]
) -> Entry | None:
    form = RowForm(dict(row))
    if form.is_valid():
        return Entry(**form.cleaned_data)
    for name, errors in form.errors.as_data().items():
        for error in errors:
            missing = error.code == "required"
            words = f"{COLUMNS[name]} is missing." if missing else " ".join(error.messages)
            problems.append((number, f"{lines.cell(number, name)}: {words}"))
    return None


def _twice(cell: str, entry: Entry, before: tuple[int, str]) -> str:
    number, name = before
    spelt = f", where it is spelt “{name}”" if name != entry.organisation else ""
    return f"{cell}: “{entry.organisation}” is in row {number} already{spelt}."


def _doubts(rows: Iterable[Planned], known: Iterable[str]) -> list[str]:
    """New names that look like one that is known, or like another new one."""
    doubts, alike, above = [], Alike(known), Alike([])
    for row in rows:
        if row.known:
            continue
        name = row.entry.organisation
        like = [*alike.to(name), *above.to(name)]
        above.add(name)
        if like:
            names = " and ".join(f"“{one}”" for one in dict.fromkeys(like))
            doubts.append(f"Row {row.number}: “{name}” looks like {names}.")
    return doubts
