"""How long a sign-in lasts without use, and what asks for a recent one."""

import time
from urllib.parse import unquote

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accelerator.core.jobs.services import request_job
from accelerator.core.recent import SIGNED_IN_AT
from accelerator.models import ReportJob, User
from accelerator.programme.accounts.receivers import LAST_USED
from tests.factories.signing_in import client_of, code_now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_draws")]


def ago(client: Client, key: str, *, hours: float) -> None:
    session = client.session
    session[key] = int(time.time() - hours * 3600)
    session.save()


def through(client: Client, **headers: str) -> bool:
    return client.get(reverse("home"), headers=headers).status_code == 200


@pytest.mark.parametrize(("name", "hours"), [("hub", 2), ("coach_a", 2), ("lead", 12)])
def test_a_session_ends_after_hours_without_use(cast, name: str, hours: int) -> None:
    client = client_of(getattr(cast, name))
    ago(client, LAST_USED, hours=hours - 0.1)
    assert through(client)
    ago(client, LAST_USED, hours=hours + 0.1)
    answer = client.get(reverse("home"), follow=True)
    assert answer.request["PATH_INFO"] == reverse("account_login")
    assert f"after {hours} hours without use" in answer.content.decode()
    assert "What was saved is still there" in answer.content.decode()
    again = client.get(reverse("account_login")).content.decode()
    assert "What was saved is still there" not in again, "said once"


def test_use_goes_on_and_what_a_page_fetches_by_itself_is_none(cast) -> None:
    client = client_of(cast.hub)
    ago(client, LAST_USED, hours=1.9)
    assert through(client, **{"HX-Request": "true"})
    assert time.time() - client.session[LAST_USED] > 3600
    assert through(client)
    assert time.time() - client.session[LAST_USED] < 60


def test_a_page_of_somebody_else_in_the_same_browser_keeps_no_session_alive(cast) -> None:
    """It asks every minute who is signed in, and sends what it kept."""
    client = client_of(cast.hub)
    ago(client, LAST_USED, hours=1.9)
    client.get(reverse("signed_in"))
    other = {"X-Person": str(cast.lead.pk), "HX-Request": "true"}
    assert client.post(reverse("account"), {"name": "X"}, headers=other).status_code == 403
    assert time.time() - client.session[LAST_USED] > 3600
    own = other | {"X-Person": str(cast.hub.pk)}
    assert client.post(reverse("account"), {"name": "Sam"}, headers=own).status_code == 302
    assert time.time() - client.session[LAST_USED] < 60


def test_not_every_page_writes(cast, django_assert_num_queries) -> None:
    client = client_of(cast.hub)
    client.get(reverse("help"))
    with django_assert_num_queries(2):  # the session, the person with all that is asked of them
        client.get(reverse("favicon"))


def test_the_sign_in_page_says_the_hours(settings) -> None:
    settings.IDLE_HOURS_TRUSTED = 1.5
    page = " ".join(Client().get(reverse("account_login")).content.decode().split())
    assert "After 12 hours without use you are signed out." in page
    assert "are signed out after 1.5 hours" in page


def exported(cast) -> str:
    return reverse("calibration:agreement_csv", args=[cast.enrolment.cohort.slug])


def test_a_bulk_export_asks_for_a_recent_sign_in_and_then_goes_on(world, settings) -> None:
    settings.RECENT_SIGN_IN_SECONDS = 900
    client = client_of(world.hub)
    assert client.get(exported(world)).status_code != 302
    ago(client, SIGNED_IN_AT, hours=0.3)
    answer = client.get(exported(world))
    address, _, query = answer.url.partition("?")
    assert (address, unquote(query)) == (
        reverse("account_reauthenticate"),
        f"next={exported(world)}",
    )
    typed = {"password": "wrong horse", "next": exported(world)}
    client.post(reverse("account_reauthenticate"), typed)
    assert client.get(exported(world)).status_code == 302
    typed = {"password": "correct horse", "next": exported(world)}
    assert client.post(reverse("account_reauthenticate"), typed).url == exported(world)
    assert client.get(exported(world)).status_code != 302


def test_who_is_asked_again_is_told_why_and_what_becomes_of_a_file(world) -> None:
    client = client_of(world.hub)
    ago(client, SIGNED_IN_AT, hours=1)
    said = {
        target: client.get(reverse("account_reauthenticate"), {"next": target}).content.decode()
        for target in (exported(world), reverse("home"))
    }
    for page in said.values():
        assert "It is a while since you signed in" in page
    assert ["Your file then downloads" in page for page in said.values()] == [True, False]


def test_the_second_factor_is_recent_too(world, settings) -> None:
    settings.RECENT_SIGN_IN_SECONDS = 900
    client = client_of(world.hub)
    ago(client, SIGNED_IN_AT, hours=1)
    client.post(reverse("mfa_reauthenticate"), {"code": code_now()})
    assert client.get(exported(world)).status_code != 302


def test_a_demonstration_is_never_asked(world, settings) -> None:
    settings.RECENT_SIGN_IN_SECONDS = 900
    client = client_of(world.hub)
    ago(client, SIGNED_IN_AT, hours=1)
    User.objects.filter(pk=world.hub.pk).update(email="hub@demo.example")
    assert client.get(exported(world)).status_code == 302
    settings.DEMO_MODE = True
    assert client.get(exported(world)).status_code != 302


@pytest.mark.parametrize("one_organisation", [True, False])
def test_a_cohorts_report_asks_and_an_organisations_own_does_not(
    cast, settings, one_organisation: bool
) -> None:
    settings.RECENT_SIGN_IN_SECONDS = 900
    job = request_job(
        actor=cast.hub,
        kind="test",
        title="A report",
        params={},
        enrolment=cast.enrolment if one_organisation else None,
        cohort=cast.enrolment.cohort,
    )
    job.file.save("report.pdf", ContentFile(b"%PDF"), save=False)
    ReportJob.objects.filter(pk=job.pk).update(
        state="done", file=job.file.name, filename="report.pdf", media_type="application/pdf"
    )
    client = client_of(cast.hub)

    def status() -> int:
        answer = client.get(reverse("job_download", args=[job.pk]))
        answer.getvalue()  # read to its end, a file is closed
        return answer.status_code

    assert status() == 200
    ago(client, SIGNED_IN_AT, hours=1)
    assert status() == (200 if one_organisation else 302)


def test_a_session_lasts_through_a_change_of_the_key_with_a_fallback(cast, settings) -> None:
    client, without = client_of(cast.lead), client_of(cast.member)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "n" * 50
    assert not through(without)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert through(client)
    settings.SECRET_KEY_FALLBACKS = []
    assert through(client), "it is under the new key by now"
