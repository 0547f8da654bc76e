"""Words removed for good, from everywhere they are written and shown."""

from collections.abc import Collection, Iterator

from django.apps import apps
from django.db import transaction

from accelerator.core import words
from accelerator.core.erasure.queries import Place, copies_of, everywhere
from accelerator.core.jobs.tidying import remove_reports_of
from accelerator.core.redaction import Cell, Mode, keep_still, remove
from accelerator.models import Enrolment, User


@transaction.atomic
def remove_words(
    *,
    actor: User,
    enrolment: Enrolment,
    place: Place,
    kind: str,
    reason: str,
    only: str = "",
    others: Collection[Place] = (),
    kept: Collection[Place] = (),
) -> int:
    """Remove what is written at `place`, or `only` these words of it; how many rows changed.

    With it go its history, the copies that the program made of it, and the reports that show it.
    All of a place goes from `others` too. Given words go from everywhere in the enrolment except
    the places to be `kept`. Whoever saves at the same moment is before, and loses the words, or
    after, and is refused.
    """
    _wait_for_copies_under_way(enrolment)
    reports = remove_reports_of(enrolment)
    cells = _given(enrolment, only, kept) if only else _whole(place, others)
    with words.around(enrolment):
        changed = remove(
            who=actor,
            mode=Mode.REMOVED,
            kind=kind,
            reason=reason,
            target=place.typed.rows.get(pk=place.pk),
            cells=[*cells, *copies_of(place, only, enrolment)],
            at=enrolment,
        )
    return changed + reports


def _wait_for_copies_under_way(enrolment: Enrolment) -> None:
    """A release under way is whole before its words go; the next one finds them gone.

    The enrolment is locked before anything that belongs to it, as everywhere.
    """
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    for model, lookup in words.copied_under():
        rows = apps.get_model(model)._default_manager.filter(**{lookup: enrolment})
        keep_still(rows.model, rows.order_by("pk").values_list("pk", flat=True))


def _whole(place: Place, others: Collection[Place]) -> Iterator[Cell]:
    yield place.cell()
    if place.text:
        yield from (other.cell(only=(place.text.strip(),)) for other in others)


def _given(enrolment: Enrolment, only: str, kept: Collection[Place]) -> Iterator[Cell]:
    left = {one.key for one in kept}
    yield from (cell for key, cell in everywhere(enrolment, only) if key not in left)
