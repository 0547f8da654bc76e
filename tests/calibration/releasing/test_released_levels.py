"""A release's levels are rows: written with it, equal to its snapshot, and never changed."""

from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from calibration.models import Calibration, Release, ReleasedLevel
from calibration.releasing.services import releasing
from calibration.rules.levels import Change, change
from tests.conftest import build_cast
from tests.factories.calibration import agreed, released
from tests.migrating import read, undone

NUMBERS = ("level", "self_level", "change")


def rows(release: Release) -> dict[str, dict]:
    """Criterion code → its numbers, in the framework's order."""
    return {
        row.criterion.code: {name: getattr(row, name) for name in NUMBERS}
        for row in release.levels.select_related("criterion").order_by("criterion__position")
    }


def said(release: Release) -> dict[str, dict]:
    return {
        code: {name: given[name] for name in NUMBERS} for code, given in release.snapshot.items()
    }


def old_release(calibration: Calibration, *pairs: tuple[int | None, int | None]) -> Release:
    """A superseded release as they were made before levels were rows; (own, calibrated) pairs."""
    criteria = calibration.assessment.framework.criteria.order_by("position")
    return Release.objects.create(
        calibration=calibration,
        version=9,
        snapshot={
            criterion.code: {
                "level": level,
                "self_level": own,
                "change": change(own, level).value,
                "commentary": "Registers.",
                "lift": "",
                "cause": "",
            }
            for criterion, (own, level) in zip(criteria, pairs, strict=False)
        },
        superseded_at=timezone.now(),
        released_by=calibration.releases.get().released_by,
    )


def test_a_release_writes_its_levels_as_rows(cast) -> None:
    release = released(cast, first=lambda position: position % 4).releases.get()
    assert len(rows(release)) == 30
    assert rows(release) == said(release)
    assert {one["change"] for one in rows(release).values()} == {"markdown", "markup", "unchanged"}


def test_each_version_has_its_own(cast) -> None:
    calibration = released(cast)
    first = calibration.releases.get()
    kept = rows(first)
    calibration = releasing.reopen(actor=cast.hub, calibration=calibration, reason="A slip.")
    calibration.decisions.filter(version=2, criterion__code="design.2").update(level=3)
    Calibration.objects.filter(pk=calibration.pk).update(state="agreed")
    second = releasing.release(actor=cast.hub, calibration=calibration)
    assert rows(first) == kept
    assert rows(second) == said(second)
    assert {code for code in kept if rows(second)[code] != kept[code]} == {"design.2"}


def test_a_release_that_fails_leaves_no_rows(cast, monkeypatch) -> None:
    calibration = agreed(cast)

    def fail(**_arguments) -> None:
        raise RuntimeError

    monkeypatch.setattr(releasing, "queue_template_mail", fail)
    with pytest.raises(RuntimeError):
        releasing.release(actor=cast.hub, calibration=calibration)
    assert not ReleasedLevel.objects.exists()


def test_the_database_refuses_to_change_them(cast) -> None:
    release = released(cast).releases.get()
    kept = rows(release)
    for attempt in (
        lambda: release.levels.update(level=3),
        lambda: release.levels.update(change="unchanged"),
        lambda: release.levels.all().delete(),
        lambda: release.levels.first().save(),
    ):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            attempt()
    with pytest.raises(IntegrityError, match="released_level_once"), transaction.atomic():
        ReleasedLevel.objects.create(
            release=release, criterion=release.levels.first().criterion, change="not_comparable"
        )
    assert rows(release) == kept


def test_the_change_fits_the_two_levels(cast) -> None:
    release = old_release(released(cast))
    criterion = release.calibration.assessment.framework.criteria.first()

    def create(own: int | None, level: int | None, kind: str) -> None:
        with transaction.atomic():
            ReleasedLevel.objects.create(
                release=release, criterion=criterion, self_level=own, level=level, change=kind
            )
            transaction.set_rollback(True)

    for own, level, kind in product((None, 0, 1, 3), (None, 0, 1, 3), Change):
        if kind is change(own, level):
            create(own, level, kind.value)
        else:
            with pytest.raises(IntegrityError, match="released_level_change_fits"):
                create(own, level, kind.value)
    for own, level, column in ((4, 4, "level"), (4, 0, "self_level"), (0, 4, "level")):
        with pytest.raises(IntegrityError, match=f"_{column}_of_criterion"):
            create(own, level, change(own, level).value)


@pytest.mark.django_db(transaction=True)
def test_the_migration_fills_them_for_the_releases_that_there_are() -> None:
    cast = build_cast()
    calibration = released(cast, first=lambda position: position % 4)
    given = calibration.releases.get()
    old = old_release(calibration, (2, 1), (None, 1), (0, None), (1, 3), (2, 2))
    assert rows(old) == {}
    with undone("calibration", "0004_released_levels"):
        assert read("SELECT to_regclass('calibration_releasedlevel')") == [(None,)]
    assert rows(given) == said(given)
    assert len(rows(given)) == 30
    assert list(rows(old).values()) == [
        {"level": 1, "self_level": 2, "change": "markdown"},
        {"level": 1, "self_level": None, "change": "not_comparable"},
        {"level": None, "self_level": 0, "change": "not_comparable"},
        {"level": 3, "self_level": 1, "change": "markup"},
        {"level": 2, "self_level": 2, "change": "unchanged"},
    ]
    with pytest.raises(DatabaseError, match="Cannot update or delete"):
        given.levels.update(level=3)
