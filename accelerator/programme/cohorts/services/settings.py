"""A cohort is opened, and its settings are changed."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from accelerator.core import audit
from accelerator.core.constraints import refused_as
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import Cohort, Membership, Role, User
from accelerator.programme.cohorts.frame import OWN_FIELDS, sections, standing

CLOSED = "This cohort is closed. Open it again to change its settings."


class SettingsRefused(Exception):
    """The message says why nothing was saved; `field` is the one it is about, None for all."""

    def __init__(self, why: str, field: str | None = None) -> None:
        super().__init__(why)
        self.field = field


class SlugTaken(SettingsRefused):
    def __init__(self) -> None:
        super().__init__("Another cohort has this address already. Choose another.", "slug")


class StaleSettings(Exception):
    """Somebody else saved the settings since they were read; `cohort` is what stands."""

    def __init__(self, cohort: Cohort) -> None:
        super().__init__("These settings were changed by somebody else.")
        self.cohort = cohort


@transaction.atomic
def open_cohort(
    *,
    actor: User,
    slug: str,
    values: Mapping[str, Any],
    moderators: Iterable[User] = (),
    copied_from: Cohort | None = None,
) -> Cohort:
    """A new cohort, run by whoever opens it. `values` as in `standing`. Raises SlugTaken."""
    own = {name: values[name] for name in OWN_FIELDS}
    with refused_as("accelerator_cohort_slug_key", SlugTaken):
        cohort = Cohort.objects.create(slug=slug, is_synthetic=settings.DEMO_MODE, **own)
    cohort.institutions.set(values["institutions"])
    for section in sections():
        section.save(actor=actor, cohort=cohort, **_part(values, section.stands(None)))
    Membership.objects.create(user=actor, role=Role.HUB, cohort=cohort)
    source: dict[str, Any] = {"copied_from": copied_from.slug} if copied_from else {}
    audit.record(actor, "cohort.opened", cohort, **source)
    for person in moderators:
        moderates = Membership.objects.create(user=person, role=Role.MODERATOR, cohort=cohort)
        audit.record(
            actor,
            "membership.given",
            person,
            at=cohort,
            role=Role.MODERATOR,
            cohort=cohort.slug,
        )
        queue_template_mail(
            people=[person],
            template="membership_given",
            context={"membership": moderates, "actor": actor},
        )
    return cohort


@transaction.atomic
def save_settings(
    *, actor: User, cohort: Cohort, read_version: int, values: Mapping[str, Any]
) -> Cohort:
    """Change what differs, if nobody saved since `read_version`. `values` as in `standing`.

    The same sent again after a lost reply counts as saved. Raises StaleSettings, SettingsRefused.
    """
    row = Cohort.objects.select_for_update().get(pk=cohort.pk)
    stands = standing(row)
    changed = [name for name, value in values.items() if stands[name] != value]
    if not changed:
        return row
    if row.has_ended:
        raise SettingsRefused(CLOSED)
    if row.version != read_version:
        raise StaleSettings(row)
    if why := row.why_not_for(values["smallest_group"]):
        raise SettingsRefused(why, "smallest_group")
    for name in OWN_FIELDS:
        setattr(row, name, values[name])
    row.version += 1
    row.save(update_fields=[*OWN_FIELDS, "version"])
    row.institutions.set(values["institutions"])
    for section in sections():
        names = section.stands(row)
        if not names.keys().isdisjoint(changed):
            section.save(actor=actor, cohort=row, **_part(values, names))
    audit.record(actor, "cohort.changed", row, fields=changed)
    return row


def _part(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: values[name] for name in names}
