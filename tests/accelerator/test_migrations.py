"""One match funder of an enrolment becomes several on a full table, and one again."""

import pytest

from tests.conftest import build_cast
from tests.factories.programme import MatchFunderFactory
from tests.migrating import read, undone

ROWS = """SELECT enrolment_id, match_funder_id FROM accelerator_enrolmentfunder ORDER BY id"""
COLUMN = """SELECT id, match_funder_id FROM accelerator_enrolment
            WHERE match_funder_id IS NOT NULL"""


@pytest.mark.django_db(transaction=True)
def test_match_funders_survive_there_and_back() -> None:
    enrolment = build_cast().enrolment
    first = enrolment.match_funders.get()
    with undone("accelerator", "0007_cohorts_and_enrolments_in_full"):
        assert read(COLUMN) == [(enrolment.pk, first.pk)]
    assert read(ROWS) == [(enrolment.pk, first.pk)]

    second = MatchFunderFactory()
    enrolment.match_funders.add(second)
    with undone("accelerator", "0008_several_match_funders"):
        assert read(COLUMN) == [(enrolment.pk, first.pk)]
    assert read(ROWS) == [(enrolment.pk, first.pk), (enrolment.pk, second.pk)]
