from types import SimpleNamespace

import pytest
from django.db import transaction

from tests.conftest import build_cast, with_whole_team
from tests.factories import calibration as calibrations
from tests.factories.plan import planned


@pytest.fixture(scope="module")
def released_cast(django_db_setup, django_db_blocker) -> SimpleNamespace:
    """The cast with a released framework, made once for a module and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = with_whole_team(build_cast())
        cast.calibration = calibrations.released(cast)
        yield cast
        transaction.set_rollback(True)


@pytest.fixture
def cast(released_cast, db) -> SimpleNamespace:
    """The same people and their released framework; what a test does is undone after it."""
    return released_cast


@pytest.fixture
def plan(cast):
    return planned(cast.enrolment, cast.lead)
