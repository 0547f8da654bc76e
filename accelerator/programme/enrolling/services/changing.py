"""What an enrolment is made of changes: its programme's name and description, its match funders."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from accelerator.core import audit
from accelerator.core.constraints import refused_as
from accelerator.core.fingerprint import fingerprint
from accelerator.models import Enrolment, EnrolmentFunder, Programme, User
from accelerator.programme.enrolling import queries
from accelerator.programme.enrolling.access import may_rename
from accelerator.programme.enrolling.services.enrolling import funders_named, lock_names
from accelerator.programme.enrolment import locked, must_be_open


class CannotChange(Exception):
    """The message says why the programme stays as it is."""

    def __init__(self, why: str = "This organisation has another programme of that name.") -> None:
        super().__init__(why)


class ChangedMeanwhile(Exception):
    """Somebody else saved it after the form was opened. Nothing was changed."""


def read_mark(enrolment: Enrolment) -> str:
    """By which a change after a form was opened is noticed."""
    programme = enrolment.programme
    funders = queries.funder_names([enrolment])[enrolment.pk]
    return fingerprint([programme.name, programme.description, funders])


@transaction.atomic
def change(
    *,
    actor: User,
    enrolment: Enrolment,
    read: str,
    name: str,
    description: str,
    funders: Sequence[str],
) -> None:
    """Save the programme's `name` and `description`, and the `funders` by name.

    Who may not rename the programme, because it is enrolled in a cohort that others run, changes
    the funders only. Raises ChangedMeanwhile and CannotChange, and Refused where nothing of the
    enrolment changes any more.
    """
    lock_names()
    row = locked(enrolment)
    must_be_open(row, even_paused=True)
    row.programme = Programme.objects.select_for_update().get(pk=row.programme_id)
    if read_mark(row) != read:
        raise ChangedMeanwhile
    if may_rename(actor, row.programme):
        _save_programme(actor, row.programme, name, description)
    _save_funders(actor, row, funders)


def _save_programme(actor: User, programme: Programme, name: str, description: str) -> None:
    before = programme.name
    if (before, programme.description) == (name, description):
        return
    others = queries.programmes_of([programme.organisation_id])[programme.organisation_id]
    same = others.find(name)
    if same is not None and same.pk != programme.pk:
        raise CannotChange
    data: dict[str, Any] = {"name": name, "before": before} if name != before else {}
    described = programme.description != description
    programme.name, programme.description = name, description
    with refused_as("programme_name_unique", CannotChange):
        programme.save(update_fields=["name", "description"])
    audit.record(actor, "programme.changed", programme, described=described, **data)


def _save_funders(actor: User, enrolment: Enrolment, names: Sequence[str]) -> None:
    wanted = set(funders_named(actor, names, queries.funders()))
    rows = EnrolmentFunder.objects.filter(enrolment=enrolment)
    standing = set(rows.values_list("match_funder", flat=True))
    if wanted == standing:
        return
    rows.exclude(match_funder__in=wanted).delete()
    EnrolmentFunder.objects.bulk_create(
        EnrolmentFunder(enrolment=enrolment, match_funder_id=pk) for pk in wanted - standing
    )
    added, removed = sorted(wanted - standing), sorted(standing - wanted)
    audit.record(actor, "enrolment.funders_changed", enrolment, added=added, removed=removed)
