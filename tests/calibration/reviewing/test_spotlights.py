"""Which evidence persuaded a coach, and which passage."""

import pytest

from assessments.evidence.tidying import withdraw
from tests.factories.assessment import note, started
from tests.factories.calibration import (
    assigned,
    review_of,
)
from tests.factories.workbench import CODE, data, mine, url


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.coach_a)


def test_spotlights_are_kept_changed_and_taken_off(cast, client) -> None:
    assessment = started(cast.enrolment, cast.lead)
    rating = assessment.ratings.get(criterion__code=CODE)
    first, second = (note(cast.enrolment, cast.lead, rating, text=words) for words in "ab")
    other = note(cast.enrolment, cast.lead, assessment.ratings.first(), text="Elsewhere")
    review = review_of(assigned(cast), cast.coach_a)

    def spots(version: int, **ticked) -> dict[str, str]:
        fields = {
            f"spot-{piece.pk}": "on" for piece in (first, second, other) if piece.title in ticked
        }
        fields |= {
            f"passage-{piece.pk}": ticked.get(piece.title, "not ticked")
            for piece in (first, second, other)
        }
        client.post(url("rate_autosave", review, CODE), data(version, **fields))
        kept = mine(review.calibration, cast.coach_a).spotlights
        return dict(kept.values_list("evidence__title", "passage"))

    assert spots(0, a="page 3", Elsewhere="smuggled in") == {"a": "page 3"}
    assert spots(1, a="page 4", b="") == {"a": "page 4", "b": ""}
    assert spots(2, b="the end") == {"b": "the end"}
    page = client.get(url("rate", review, CODE)).content.decode()
    assert 'value="the end"' in page
    assert spots(3) == {}


def test_a_passage_too_long_is_refused_beside_its_field(cast, client) -> None:
    assessment = started(cast.enrolment, cast.lead)
    piece = note(cast.enrolment, cast.lead, assessment.ratings.get(criterion__code=CODE))
    review = review_of(assigned(cast), cast.coach_a)
    fields = {f"spot-{piece.pk}": "on", f"passage-{piece.pk}": "x" * 301}
    answer = client.post(url("rate", review, CODE), data(**fields))
    assert answer.status_code == 422
    assert "at most 300 characters" in answer.content.decode()


def test_a_stale_save_leaves_spotlights_alone(cast, client) -> None:
    assessment = started(cast.enrolment, cast.lead)
    piece = note(cast.enrolment, cast.lead, assessment.ratings.get(criterion__code=CODE))
    review = review_of(assigned(cast), cast.coach_a)
    client.post(url("rate", review, CODE), data(**{f"spot-{piece.pk}": "on"}))
    assert client.post(url("rate", review, CODE), data(commentary="Other.")).status_code == 409
    assert mine(review.calibration, cast.coach_a).spotlights.count() == 1


def test_a_spotlit_piece_that_is_withdrawn_stays_named(cast, client) -> None:
    assessment = started(cast.enrolment, cast.lead)
    piece = note(cast.enrolment, cast.lead, assessment.ratings.get(criterion__code=CODE))
    review = review_of(assigned(cast), cast.coach_a)
    client.post(url("rate", review, CODE), data(**{f"spot-{piece.pk}": "on"}))
    withdraw(actor=cast.lead, evidence=piece, reason="A name")
    page = client.get(url("rate", review, CODE)).content.decode()
    assert "Withdrawn note" in page
    assert "Minutes of May." not in page
    assert f'name="spot-{piece.pk}"' in page
