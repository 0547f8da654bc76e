from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accelerator.core import words
from accelerator.core.erasure.values import Kind
from accelerator.core.redaction import Cell, Mode, remove
from accelerator.management.people import person_named


class Command(BaseCommand):
    """Remove what stands in one column of one row, with its history, for good.

    For what no page lists. Copies elsewhere, and reports, are the pages' work.
    """

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("model", help="for example calibration.PracticeAttempt")
        parser.add_argument("row", help="its key")
        parser.add_argument("column", help="for example reason")
        parser.add_argument("--only", help="these words of it alone; JSON needs them")
        parser.add_argument("--by", required=True, help="the e-mail address of who does it")
        parser.add_argument("--kind", required=True, choices=Kind.values)
        parser.add_argument("--reason", required=True, help="why, without the words")

    def handle(self, *, model: str, row: str, column: str, **given: Any) -> None:
        try:
            each = words.typed_as(model, column)
            target = each.rows.get(pk=row)
        except (LookupError, ObjectDoesNotExist, ValidationError, ValueError) as error:
            raise CommandError(str(error)) from error
        actor = person_named(given["by"])
        only = (given["only"],) if given["only"] else None
        if only is None and each.is_json(column):
            raise CommandError("Of JSON, only words that are given can go: use --only.")
        with transaction.atomic():
            changed = remove(
                who=actor,
                mode=Mode.REMOVED,
                kind=given["kind"],
                reason=given["reason"],
                target=target,
                cells=[Cell(target, column, words=only)],
            )
        self.stdout.write("Removed." if changed else "Nothing was written there.")
