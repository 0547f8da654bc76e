"""A release waits for the organisation's answer, unless somebody says that it goes on."""

import pytest
from django.urls import reverse

from calibration.models import Release
from calibration.releasing.services import releasing
from calibration.reviewing.services import requests
from calibration.rules.problems import StepRefused
from tests.factories.organisation import quickly_agreed
from tests.markup import page
from tests.together import outcomes


@pytest.fixture
def calibration(cast):
    return quickly_agreed(cast, 1)


def ask(cast, calibration, question="May we see a register?", criterion=None):
    return requests.ask_for_evidence(
        actor=cast.coach_a, calibration=calibration, question=question, criterion=criterion
    )


@pytest.mark.django_db
def test_the_page_says_which_and_since_when_and_asks_for_a_tick(cast, sign_in, calibration) -> None:
    criterion = calibration.assessment.framework.criteria.get(code="monitor.3")
    asked = [ask(cast, calibration, criterion=criterion), ask(cast, calibration, "And the other?")]
    client, address = sign_in(cast.hub), reverse("calibration:release", args=[calibration.pk])
    section = page(client.get(address)).one("section", aria_labelledby="asked").text
    assert criterion.label in section
    assert "The whole assessment" in section
    assert f"asked on {asked[0].asked_at:%-d %B %Y}" in section
    for ticked in ([], [asked[0].pk]):
        response = client.post(address, {"message": "Kept", "unanswered": ticked})
        assert response.status_code == 422
        assert "Tick each of them to go on" in page(response).text
        assert "Kept" in page(response).text
    assert not Release.objects.exists()
    client.post(address, {"unanswered": [one.pk for one in asked]})
    assert Release.objects.count() == 1


@pytest.mark.django_db
def test_a_question_that_nobody_saw_stops_it(cast, calibration) -> None:
    seen = ask(cast, calibration)
    ask(cast, calibration, "A later one?")
    with pytest.raises(StepRefused, match="waits for the organisation"):
        releasing.release(actor=cast.hub, calibration=calibration, unanswered=[seen.pk])
    assert not Release.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_asking_and_releasing_at_once(cast, calibration) -> None:
    done = outcomes(
        lambda: ask(cast, calibration),
        lambda: releasing.release(actor=cast.hub, calibration=calibration),
    )
    refused = [one for one in done if isinstance(one, StepRefused)]
    assert len(refused) == 1
    calibration.refresh_from_db()
    assert calibration.requests.exists() is not calibration.is_released
