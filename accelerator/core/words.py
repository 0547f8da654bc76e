"""What people type: each app lists its free-text columns here, once, so that words can be found
and removed for good. A text column that is in no list fails a test."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Field, JSONField, Model, QuerySet

from accelerator.models import Enrolment, User

# (person, rows) → those of the rows that the person may know of, or read.
Narrow = Callable[[User, QuerySet], QuerySet]


def _all_rows(_user: User, rows: QuerySet) -> QuerySet:
    return rows


@dataclass(frozen=True)
class Typed:
    """The columns of one model that hold people's words, each with what a page calls it.

    `enrolment` and `criterion` (its code) are lookups; `version` is the column that grows when
    words go, so that a save that began before is refused. A `copy` was made of words typed
    elsewhere and goes with them; `listed` columns are places where somebody can find words.
    Words about another row (`goes_with`: its model, and the lookup of it) go when that row does;
    `pieces_of` (model, column, lookup) are what that column is put together from. `person` is the
    lookup of whoever they are about, where they go when that person is anonymised.
    `by_code`: a JSON column whose first keys are criteria's codes. `private` columns are read by
    nobody but their writer. `traces` are no words, but tell of them (a file's SHA-256).
    """

    model: str
    fields: Mapping[str, str]
    enrolment: str = ""
    criterion: str = ""
    version: str = ""
    copy: bool = False
    listed: bool = True
    by_code: bool = False
    private: frozenset[str] = frozenset()
    traces: tuple[str, ...] = ()
    goes_with: tuple[str, str] = ("", "")
    pieces_of: tuple[str, str, str] = ("", "", "")
    person: str = ""
    reach: Narrow = _all_rows
    read: Narrow = _all_rows

    @property
    def rows(self) -> QuerySet:
        return self.model_class._default_manager.order_by("pk")

    @property
    def model_class(self) -> type[Model]:
        return apps.get_model(self.model)

    def pks(self, lookup: str, value: Any) -> set:
        """The rows found by a lookup, and those that are gone and live on in their history."""
        found = set(self.rows.filter(**{lookup: value}).values_list("pk", flat=True))
        event = self.event_class
        if event is not None and lookup != "pk":
            events = event._default_manager.filter(**{lookup: value})
            found |= set(events.values_list("pgh_obj", flat=True))
        return found

    @property
    def event_class(self) -> type[Model] | None:
        """The model of the rows' versions; None for one that keeps none."""
        return getattr(self.model_class, "pgh_event_model", None)

    def is_json(self, name: str) -> bool:
        return isinstance(self.model_class._meta.get_field(name), JSONField)


@dataclass(frozen=True)
class Words:
    """One app's declaration.

    `not_words` says why a text column, or all of a model's ("app.Model"), holds nobody's words.
    `copied_under` are the models, with the lookup of their enrolment, whose row is locked by
    whatever copies words from one place to another; `around` a removal, the app sees to it that
    nothing but the words changes.
    """

    typed: tuple[Typed, ...]
    not_words: Mapping[str, str]
    copied_under: tuple[tuple[str, str], ...] = ()
    around: Callable[[Enrolment], AbstractContextManager[Any]] = nullcontext


_declared: dict[str, Words] = {}


def declare(app: str, words: Words) -> None:
    """Add one app's lists (from its AppConfig.ready)."""
    _declared[app] = words


def typed() -> list[Typed]:
    """Every declared model, the lowest app's first."""
    return [each for words in _declared.values() for each in words.typed]


def typed_as(model: str, name: str) -> Typed:
    """The declaration of one column. Raises LookupError for one that holds no words."""
    for each in typed():
        if each.model.lower() == model.lower() and name in each.fields:
            return each
    raise LookupError(f"{model}.{name} is in no list of free text.")


def going_with(model: str) -> list[Typed]:
    """The words that go when a row of `model` does."""
    return [each for each in typed() if each.goes_with[0] == model]


def not_words() -> dict[str, str]:
    return {key: why for words in _declared.values() for key, why in words.not_words.items()}


def copied_under() -> list[tuple[str, str]]:
    """Models to lock, the uppermost app's first, as their services do."""
    return [each for words in reversed(_declared.values()) for each in words.copied_under]


def around(enrolment: Enrolment) -> ExitStack:
    """All apps' `around`, to remove words in."""
    stack = ExitStack()
    for words in _declared.values():
        stack.enter_context(words.around(enrolment))
    return stack


@dataclass(frozen=True)
class Column:
    """A column as the database knows it, and where its versions are kept ("" where nowhere)."""

    table: str
    name: str
    version: str
    events: str


def columns() -> Iterator[Column]:
    """The columns that the database's function may change, and no others."""
    for each in typed():
        meta = each.model_class._meta
        for name in (*each.fields, *each.traces):
            yield Column(
                meta.db_table, column_of(each.model_class, name), each.version, _events(each, name)
            )


def column_of(model: type[Model] | Model, name: str) -> str:
    """The column in which a field is kept, often of the same name."""
    field = model._meta.get_field(name)
    if not isinstance(field, Field):
        raise TypeError(f"{name} is no column of {model._meta.label}.")
    return str(field.column)


def _events(each: Typed, name: str) -> str:
    event = each.event_class
    if event is None or name not in {known.name for known in event._meta.get_fields()}:
        return ""
    return event._meta.db_table


NAMES = "the name under which a body is known; it is changed in the admin"
PERSON = "a person's own name and address: they are anonymised"
OURS = "written by the program"
WORDS = Words(
    typed=(
        Typed(
            "accelerator.Enrolment",
            {"withdrawn_reason": "Why they left the cohort", "paused_reason": "Why they paused"},
            enrolment="pk",
        ),
        Typed(
            "accelerator.Programme",
            {"description": "The programme's description"},
            enrolment="enrolments",
        ),
        Typed(
            "accelerator.Membership",
            {"job_role": "Somebody's job"},
            enrolment="organisation__enrolments",
            person="user",
        ),
        Typed(
            "accelerator.Deadline",
            {"reason": "Why a date is the organisation's own"},
            enrolment="enrolment",
        ),
        Typed(
            "accelerator.PeakPeriod",
            {"what": "What an organisation is busy with"},
            enrolment="enrolment",
        ),
        Typed(
            "accelerator.Commitment",
            {"lead_seniority": "The lead's seniority"},
            enrolment="enrolment",
        ),
        Typed(
            "accelerator.Invitation",
            {"email": "An invitation", "name": "An invitation", "job_role": "An invitation"},
            copy=True,
            listed=False,
            person="accepted_by",
        ),
        Typed(
            "accelerator.ReportJob",
            {"title": "A report's title", "filename": "A report's file name"}
            | {"params": "What was asked for", "progress_text": "Progress", "error": "Error"},
            enrolment="enrolment",
            copy=True,
            listed=False,
        ),
        Typed(
            "accelerator.OutgoingMail",
            {"subject": "A letter's subject", "text": "A letter", "last_error": "Error"},
            copy=True,
            listed=False,
        ),
        Typed("accelerator.AuditEvent", {"data": "The audit"}, copy=True, listed=False),
        Typed(
            "admin.LogEntry",
            {"object_repr": "The admin's log", "change_message": "The admin's log"},
            copy=True,
            listed=False,
        ),
    ),
    not_words={
        "accelerator.AuditEvent.action": OURS,
        "accelerator.AuditEvent.target": OURS,
        "accelerator.User.password": "a hash",
        "accelerator.User.email": PERSON,
        "accelerator.User.name": PERSON,
        "accelerator.Organisation.name": NAMES,
        "accelerator.MatchFunder.name": NAMES,
        "accelerator.Institution.name": NAMES,
        "accelerator.Cohort.name": NAMES,
        "accelerator.Cohort.slug": NAMES,
        "accelerator.Cohort.aims": "the hub's own, about no organisation",
        "accelerator.Cohort.safeguarding_contact": "the hub's own, about no organisation",
        "accelerator.Invitation.token_hash": "a hash",
        "accelerator.Programme.name": NAMES,
        "accelerator.ReportJob.kind": OURS,
        "accelerator.ReportJob.task_id": OURS,
        "accelerator.ReportJob.file": "a random path",
        "accelerator.ReportJob.media_type": OURS,
        "accelerator.ReportJob.sha256": "the hash of a file that goes with the words it shows",
        "accelerator.OutgoingMail.to": PERSON,
        "accelerator.OutgoingMail.key": OURS,
        "admin.LogEntry.object_id": OURS,
        "auth.Permission": OURS,
        "auth.Group": "the admin's own",
        "contenttypes.ContentType": OURS,
        "sessions.Session": "ends by itself",
        "account.EmailAddress": PERSON,
        "account.EmailConfirmation": "a random key",
        "mfa.Authenticator": "sealed secrets, and what a person calls their own keys",
        "pghistory.Context": "a person's number and a page's address without what was asked there",
    },
)
