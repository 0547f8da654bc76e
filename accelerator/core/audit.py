"""Write the audit event of a change, inside the change's own transaction; say events in words.

Each app declares its actions with the words for them, as it declares its rights.
"""

from collections.abc import Iterable, Mapping

from django.db import connection, models, transaction

from accelerator.core.places import place_of
from accelerator.models import AuditEvent, User

# What a page calls a kind of event → action → what follows the name of whoever did it.
Kinds = Mapping[str, Mapping[str, str]]
_declared: dict[str, Kinds] = {}

ACTIONS: Kinds = {
    "Reports and exports": {
        "report.requested": "asked for a report",
        "report.made": "was given a report",
        "report.cancelled": "cancelled a report",
        "report.retried": "asked for a report again",
        "report.removed": "removed a report",
        "report.downloaded": "downloaded a report",
        "export.read": "downloaded a spreadsheet",
    },
    "People": {
        "invitation.sent": "invited somebody",
        "invitation.sent_again": "sent an invitation again",
        "invitation.revoked": "took an invitation back",
        "invitation.accepted": "accepted an invitation",
        "membership.given": "gave somebody a part",
        "membership.ended": "ended somebody’s part",
        "lead.handed_over": "handed the lead over",
        "person.joined": "opened an account",
        "person.renamed": "changed their name",
        "person.anonymised": "anonymised somebody who left",
        "person.sessions_ended": "signed somebody out everywhere",
        "second_factor.added": "added a second way to sign in",
        "second_factor.removed": "removed a second way to sign in",
        "second_factor.codes_made": "made new recovery codes",
        "second_factor.reset": "reset somebody’s second way to sign in",
    },
    "Cohort and organisations": {
        "cohort.opened": "opened the cohort",
        "cohort.changed": "changed the cohort’s settings",
        "cohort.closed": "closed the cohort",
        "cohort.opened_again": "opened the cohort again",
        "cohort.sheet_enrolled": "enrolled organisations from a spreadsheet",
        "enrolment.made": "enrolled the organisation",
        "enrolment.funders_changed": "changed the organisation’s match funders",
        "organisation.made": "added the organisation",
        "match_funder.made": "added a match funder",
        "programme.changed": "changed the organisation’s programme",
        "profile.saved": "changed the organisation’s profile",
        "commitment.signed": "signed the opening commitment",
        "consent.given": "gave a consent",
        "consent.withdrawn": "withdrew a consent",
        "deadline.set": "set a date of the organisation’s own",
        "deadline.cleared": "took a date of the organisation’s own back",
        "busy_time.saved": "noted a busy time",
        "busy_time.removed": "removed a busy time",
        "enrolment.paused": "paused the organisation’s part",
        "enrolment.withdrawn": "withdrew the organisation",
        "enrolment.resumed": "resumed the organisation’s part",
    },
    "Words removed": {
        "words.removed": "removed words for good",
        "words.cleared": "removed what told of withdrawn evidence",
        "words.former": "removed the name of somebody who left",
    },
    "Letters": {"mail.send_again": "sent a letter again"},
}


def declare(app: str, kinds: Kinds) -> None:
    """Add one app's actions (from its AppConfig.ready)."""
    _declared[app] = kinds


def kinds() -> dict[str, dict[str, str]]:
    """Every kind with its actions and their words; apps may add to each other's kinds."""
    found: dict[str, dict[str, str]] = {}
    for declared in _declared.values():
        for kind, actions in declared.items():
            found.setdefault(kind, {}).update(actions)
    return found


def kind_of(action: str) -> str:
    """What a page calls its kind; "" of an action that is gone."""
    return _said(action)[0]


def words_of(action: str) -> str:
    """What follows the name of whoever did it; of an action that is gone, its own name."""
    return _said(action)[1]


def _said(action: str) -> tuple[str, str]:
    for declared in _declared.values():
        for kind, actions in declared.items():
            if action in actions:
                return kind, actions[action]
    return "", action


def record(
    actor: User | None, action: str, target: models.Model, *, at: models.Model | None = None, **data
) -> None:
    """Record that `actor` (None: the system) did `action` to `target`.

    `at` says where that belongs, if the target does not.
    """
    record_each(actor, action, target, [data], at=at)


def record_each(
    actor: User | None,
    action: str,
    target: models.Model,
    changes: Iterable[dict],
    *,
    at: models.Model | None = None,
) -> None:
    """As `record`, an event for each of `changes` (its data), all written in one query."""
    if not connection.in_atomic_block:
        raise RuntimeError("An audit event belongs in the transaction of the change it records.")
    if words_of(action) == action:
        raise LookupError(f"No app declares the action {action!r}.")
    name = f"{target._meta.label_lower}:{target.pk}"
    place = place_of(at or target)
    AuditEvent.objects.bulk_create(
        AuditEvent(
            actor=actor,
            action=action,
            target=name,
            data=data,
            cohort_id=place["cohort"],
            organisation_id=place["organisation"],
        )
        for data in changes
    )


@transaction.atomic
def record_reading(actor: User, action: str, target: models.Model, **data) -> None:
    """Record that somebody took away what they may read."""
    record(actor, action, target, **data)
