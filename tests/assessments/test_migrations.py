"""Rounds become numbers on a full table, and words again."""

import pytest
from django.db import DatabaseError, transaction

from assessments.models import Assessment
from tests.conftest import build_cast
from tests.factories.assessment import started, submitted
from tests.migrating import read, undone

ROWS = "SELECT round, state FROM assessments_assessment ORDER BY id"
HISTORY = "SELECT round, state FROM assessments_assessmentevent ORDER BY pgh_id"


@pytest.mark.django_db(transaction=True)
def test_rounds_survive_there_and_back_with_their_history() -> None:
    cast = build_cast()
    submitted(cast.enrolment, cast.lead)
    second = submitted(cast.enrolment, cast.lead, round=2)
    started(cast.enrolment, cast.lead, round=3)
    rows = [(1, "submitted"), (2, "submitted"), (3, "draft")]
    history = [(1, "draft"), (1, "submitted"), (2, "draft"), (2, "submitted"), (3, "draft")]
    assert (read(ROWS), read(HISTORY)) == (rows, history)

    words = {1: "baseline", 2: "reassessment", 3: "3"}
    with undone("assessments", "0005_round_numbers"):
        assert read(ROWS) == [(words[number], state) for number, state in rows]
        assert read(HISTORY) == [(words[number], state) for number, state in history]

    assert (read(ROWS), read(HISTORY)) == (rows, history)
    with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic():
        Assessment.objects.filter(pk=second.pk).update(round=4)
    with pytest.raises(DatabaseError, match="assessment_round_from_1"), transaction.atomic():
        started(cast.enrolment, cast.lead, round=0)
