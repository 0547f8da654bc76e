"""A cohort is closed, and opened again."""

from django.db import transaction
from django.utils import timezone

from accelerator.core import audit
from accelerator.models import Cohort, User


@transaction.atomic
def close_cohort(*, actor: User, cohort: Cohort) -> None:
    """From today nobody is invited or enrolled any more. A closed one stays as it is."""
    row = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if row.has_ended:
        return
    row.closed_on = timezone.localdate()
    row.save(update_fields=["closed_on"])
    audit.record(actor, "cohort.closed", row)


@transaction.atomic
def open_again(*, actor: User, cohort: Cohort) -> None:
    """Take the closing back. An open one stays as it is."""
    row = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if not row.has_ended:
        return
    was, row.closed_on = row.closed_on, None
    row.save(update_fields=["closed_on"])
    audit.record(actor, "cohort.opened_again", row, closed_on=str(was))
