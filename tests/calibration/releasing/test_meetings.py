"""Improvement meetings: who writes them, and who reads what of them."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accelerator.models import AuditEvent
from calibration.models import ImprovementMeeting, Release, Review
from calibration.releasing.services import meetings
from tests.factories.organisation import varied
from tests.markup import page

Readers = ImprovementMeeting.Readers
FORM = {
    "held_on": "2026-11-14",
    "attendees": "Amina and Beth",
    "notes": "Three priorities.",
    "readers": "coaches",
}
# Whose notes each may read.
MAY_READ = {
    "hub": {Readers.HUB, Readers.COACHES, Readers.ALL},
    "coach_a": {Readers.COACHES, Readers.ALL},
    "coach_b": {Readers.COACHES, Readers.ALL},
    "moderator": {Readers.ALL},
    "lead": {Readers.ALL},
    "member": {Readers.ALL},
    "sponsor": {Readers.ALL},
}


@pytest.fixture
def release(cast) -> Release:
    return varied(cast)


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.hub)


def held(cast, release, readers: str, day: int = 1) -> ImprovementMeeting:
    return meetings.save_meeting(
        actor=cast.hub,
        calibration=release.calibration,
        held_on=datetime.date(2026, 11, day),
        attendees=f"Those of {readers}",
        notes=f"Notes for {readers}",
        readers=readers,
    )


def at(name: str, pk: int) -> str:
    return reverse(f"calibration:{name}", args=[pk])


def test_notes_are_for_their_readers_and_dates_for_everybody(cast, sign_in, release) -> None:
    made = {readers: held(cast, release, readers) for readers in Readers}
    for name, may in MAY_READ.items():
        user = getattr(cast, name)
        visible = ImprovementMeeting.objects.visible_to(user)
        assert {one.readers for one in visible} == may, name
        response = sign_in(user).get(at("meetings", release.calibration_id))
        for readers in made:
            assert f"Those of {readers}" in page(response).text, name
            assert (f"Notes for {readers}".encode() in response.content) == (readers in may), name
    for name in ("funder", "outsider", "other_hub", "stranger"):
        user = getattr(cast, name)
        assert not ImprovementMeeting.objects.visible_to(user).exists(), name
        response = sign_in(user).get(at("meetings", release.calibration_id))
        assert response.status_code == 404, name


def test_notes_that_are_not_for_me_are_not_even_fetched(cast, release) -> None:
    held(cast, release, Readers.HUB)
    found = ImprovementMeeting.objects.with_notes_for(cast.lead).get()
    assert (found.notes_open, found.shown_notes) == (False, "")
    assert "notes" in found.get_deferred_fields()
    found = ImprovementMeeting.objects.with_notes_for(cast.hub).get()
    assert (found.notes_open, found.shown_notes) == (True, "Notes for hub")


def test_a_replaced_coach_no_longer_reads_the_notes(cast, release) -> None:
    held(cast, release, Readers.COACHES)
    visible = ImprovementMeeting.objects.visible_to(cast.coach_a)
    assert visible.exists()
    Review.objects.filter(coach=cast.coach_a).update(
        state=Review.State.WITHDRAWN, withdrawn_at=timezone.now()
    )
    assert not visible.all().exists()


def test_only_the_hub_writes_meetings(cast, sign_in, release) -> None:
    meeting = held(cast, release, Readers.ALL)
    addresses = (at("meeting_add", release.calibration_id), at("meeting_edit", meeting.pk))
    for name in MAY_READ:
        for to in addresses:
            expected = 200 if name == "hub" else 403
            assert sign_in(getattr(cast, name)).get(to).status_code == expected, (name, to)
            assert sign_in(getattr(cast, name)).post(to).status_code in (200, 422, 403), name
    for name in ("funder", "outsider", "other_hub", "stranger"):
        for to in addresses:
            assert sign_in(getattr(cast, name)).post(to, FORM).status_code == 404, (name, to)
    assert ImprovementMeeting.objects.count() == 1


def test_a_meeting_is_added_and_changed(cast, client, release) -> None:
    response = client.post(at("meeting_add", release.calibration_id), FORM)
    assert response.url == at("meetings", release.calibration_id)
    meeting = ImprovementMeeting.objects.get()
    assert meeting.held_on == datetime.date(2026, 11, 14)
    assert (meeting.readers, meeting.written_by) == ("coaches", cast.hub)
    form = page(client.get(at("meeting_edit", meeting.pk))).all("form")[-1]
    sent = form.fields()
    assert {name: sent[name] for name in FORM} == FORM
    client.post(at("meeting_edit", meeting.pk), sent | {"notes": "Two.", "readers": "all"})
    meeting.refresh_from_db()
    assert (meeting.notes, meeting.readers) == ("Two.", "all")
    assert AuditEvent.objects.filter(action="meeting.saved").count() == 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("held_on", "", "Enter the date of the meeting."),
        ("held_on", "31 February", "Enter a date such as 14/11/2026."),
        ("attendees", "", "Say who was there."),
        ("readers", "", "Choose who may read the notes."),
        ("readers", "everybody", "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said_and_the_rest_stays(client, release, field, value, words) -> None:
    response = client.post(at("meeting_add", release.calibration_id), FORM | {field: value})
    assert response.status_code == 422
    shown = page(response)
    assert words in shown.one(id=f"id_{field}_error").text
    assert shown.one("textarea", name="notes").text == "Three priorities."
    assert not ImprovementMeeting.objects.exists()


def test_a_change_on_top_of_another_s_is_shown_and_not_lost(cast, client, release) -> None:
    meeting = held(cast, release, Readers.ALL)
    to = at("meeting_edit", meeting.pk)
    mine = page(client.get(to)).all("form")[-1].fields() | {"notes": "My words"}
    theirs = page(client.get(to)).all("form")[-1].fields() | {"notes": "Their words"}
    assert client.post(to, theirs).status_code == 302
    response = client.post(to, mine)
    assert response.status_code == 409
    shown = page(response)
    assert "Their words" in shown.one("section", aria_labelledby="theirs").text
    again = shown.all("form")[-1].fields()
    assert again["notes"] == "My words"
    meeting.refresh_from_db()
    assert meeting.notes == "Their words"
    assert client.post(to, again).status_code == 302
    meeting.refresh_from_db()
    assert meeting.notes == "My words"


def test_hostile_notes_are_text(cast, client, release) -> None:
    client.post(
        at("meeting_add", release.calibration_id), FORM | {"notes": "<script>alert(1)</script>"}
    )
    response = client.get(at("meetings", release.calibration_id))
    assert "<script>alert(1)</script>" in page(response).text
    assert b"<script>alert" not in response.content


def test_without_meetings_the_page_says_so(cast, sign_in, release) -> None:
    shown = page(sign_in(cast.lead).get(at("meetings", release.calibration_id)))
    assert "No meeting yet" in shown.text
    assert not shown.all("a", href=at("meeting_add", release.calibration_id))


def test_the_list_costs_the_same_at_one_and_at_three(cast, client, release) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(at("meetings", release.calibration_id))
        assert page(response).text.count("Notes for") == ImprovementMeeting.objects.count()
        return len(queries)

    held(cast, release, Readers.ALL)
    client.get(at("meetings", release.calibration_id))
    at_one = cost()
    held(cast, release, Readers.HUB, 2)
    held(cast, release, Readers.COACHES, 3)
    assert cost() == at_one
