"""The demonstration: one of each state, made twice without a change, and never in earnest."""

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from accelerator.models import (
    AuditEvent,
    Cohort,
    Commitment,
    Consent,
    Deadline,
    Enrolment,
    PeakPeriod,
    Profile,
    User,
)
from accelerator.programme.accounts.demo import ACCOUNTS
from accelerator.programme.cohorts.queries.figures import Counts
from accelerator.programme.enrolling.queries import enrolment_counts
from assessments.models import Assessment, Rating
from calibration.models import Calibration, PracticeCase, Release

pytestmark = pytest.mark.django_db


# The first: afterwards the demonstration is there.
def test_it_is_refused_outside_demo_mode(settings) -> None:
    settings.DEMO_MODE = False
    with pytest.raises(CommandError, match="DEMO_MODE"):
        call_command("load_demo")
    assert not User.objects.exists()


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The demonstration, loaded once; each test's own changes end with it."""
    with (
        override_settings(DEMO_MODE=True),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        call_command("load_demo")
        yield
        transaction.set_rollback(True)


def test_there_is_one_assessment_in_each_state(demo) -> None:
    states = Calibration.objects.values_list("state", flat=True)
    assert sorted(states) == sorted(Calibration.State.values)
    rounds = Assessment.objects.values_list("state", flat=True)
    assert set(rounds) == set(Assessment.State.values)
    assert Assessment.objects.filter(state="submitted").count() == len(states) + 1
    begun = Assessment.objects.values("enrolment")
    assert Enrolment.objects.exclude(pk__in=begun).exists()
    assert PracticeCase.objects.count() == 6


def test_loading_again_changes_nothing(demo) -> None:
    about = (Profile, Deadline, PeakPeriod, Consent, Commitment)
    assert all(kind.objects.exists() for kind in about)
    kinds = (User, Enrolment, Assessment, Calibration, Release, AuditEvent, *about)
    before = [kind.objects.count() for kind in kinds]
    versions = list(Rating.objects.order_by("pk").values_list("version", "level"))
    call_command("load_demo")
    assert [kind.objects.count() for kind in kinds] == before
    assert list(Rating.objects.order_by("pk").values_list("version", "level")) == versions


def test_one_organisation_is_paused_and_one_has_left(demo) -> None:
    assert enrolment_counts(Cohort.objects.get()) == Counts(12, 10, 1, 1)
    Enrolment.objects.filter(state="paused").update(state="active", paused_on=None)
    call_command("load_demo")
    assert not Enrolment.objects.filter(state="paused").exists()


def test_every_demo_account_signs_in_with_one_click(demo, client) -> None:
    page = client.get("/accounts/login/").content.decode()
    for account in ACCOUNTS:
        assert account.email in page
        response = client.post("/demo/sign-in/", {"email": account.email})
        assert response.status_code == 302
        home = client.get("/").content.decode()
        assert account.name in home
        assert "Synthetic demonstration data" in home


def test_it_is_labelled_synthetic(demo) -> None:
    assert Cohort.objects.get().is_synthetic
