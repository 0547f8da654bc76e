"""What stands still while an organisation's part in its cohort is paused, left or ended.

`Enrolment.why_closed` is the rule; here it holds against whoever saves at the same moment.
"""

from django.db import connection
from django.db.models import Exists

from accelerator.models import Enrolment
from accelerator.models.programme import still_open


class Held(Exists):
    """Whether an enrolment is open; while the transaction lasts, nobody can close it or its cohort.

    Reads the rows as they are once whoever is closing them has finished, not as the statement
    found them. The enrolment is locked before anything that belongs to it.
    """

    template = "EXISTS(%(subquery)s FOR SHARE)"

    def __init__(self, enrolment: int) -> None:
        super().__init__(Enrolment.objects.filter(still_open(), pk=enrolment))


def hold_open(enrolment: int, problem: type[Exception]) -> None:
    """Keep the enrolment open until the transaction ends; raises `problem`, which says why not."""
    if not connection.in_atomic_block:
        raise RuntimeError("An enrolment is held open in the transaction of the change.")
    if not Enrolment.objects.filter(Held(enrolment), pk=enrolment).exists():
        raise problem(why_closed(enrolment))


def why_closed(enrolment: int) -> str:
    """`Enrolment.why_closed`, by its id, as the database has it now."""
    return Enrolment.objects.select_related("cohort").get(pk=enrolment).why_closed
