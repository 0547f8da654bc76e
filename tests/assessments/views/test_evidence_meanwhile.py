"""Two people who describe one piece of evidence at once: neither's words are lost."""

import pytest
from django.urls import reverse

from assessments.models import Evidence, EvidenceUse
from tests.factories.assessment import note, started
from tests.markup import page


@pytest.fixture
def use(cast) -> EvidenceUse:
    assessment = started(cast.enrolment, cast.lead)
    rating = assessment.ratings.get(criterion__code="monitor.3")
    return note(cast.enrolment, cast.lead, rating, text="Minutes").uses.get()


@pytest.fixture
def piece(use) -> Evidence:
    return use.evidence


def opened(client, address: str) -> dict:
    fields = page(client.get(address)).one("form", data_keep=True).fields()
    del fields["csrfmiddlewaretoken"], fields["stated_person"]
    return fields


def test_two_people_describe_one_piece(cast, sign_in, piece) -> None:
    address = reverse("assessments:evidence", args=[piece.pk])
    lead, member = sign_in(cast.lead), sign_in(cast.member)
    hers, theirs = opened(lead, address), opened(member, address)
    theirs |= {"title": "Minutes of May", "description": "By the member.", "criteria": "design.2"}
    assert member.post(address, theirs).status_code == 302
    hers |= {"description": "By the lead.", "criteria": ["monitor.3", "deliver.1"]}
    answer = lead.post(address, hers)
    assert answer.status_code == 409
    shown = page(answer)
    told = shown.one("section", data_conflict=True).text
    for words in ("Minutes of May", "By the member.", cast.member.name):
        assert words in told
    typed = shown.one("form", data_keep=True)
    assert "By the lead." in typed.text
    piece.refresh_from_db()
    assert (piece.title, piece.description) == ("Minutes of May", "By the member.")
    read = shown.one("input", name="read")["value"]
    assert lead.post(address, hers | {"read": read}).status_code == 302
    piece.refresh_from_db()
    assert piece.description == "By the lead."
    codes = piece.uses.values_list("rating__criterion__code", flat=True)
    assert sorted(codes) == ["deliver.1", "monitor.3"]


def test_a_description_sent_twice_is_saved_once(cast, sign_in, piece) -> None:
    address = reverse("assessments:evidence", args=[piece.pk])
    client = sign_in(cast.lead)
    sent = opened(client, address) | {"title": "Sent twice", "criteria": "design.2"}
    for _ in range(2):
        assert client.post(address, sent).status_code == 302
    assert Evidence.objects.get().title == "Sent twice"


def test_a_form_that_says_not_what_it_was_opened_on_is_refused(cast, sign_in, piece) -> None:
    address = reverse("assessments:evidence", args=[piece.pk])
    answer = sign_in(cast.lead).post(address, {"title": "Blind", "description": ""})
    assert answer.status_code == 422
    assert Evidence.objects.get().title == piece.title


def test_two_people_say_which_part_matters(cast, sign_in, use) -> None:
    address = reverse("assessments:use_edit", args=[use.pk])
    lead, member = sign_in(cast.lead), sign_in(cast.member)
    hers, theirs = opened(lead, address), opened(member, address)
    assert member.post(address, theirs | {"part": "Item 4"}).status_code == 302
    answer = lead.post(address, hers | {"part": "Item 9", "practice": "used"})
    assert answer.status_code == 409
    shown = page(answer)
    told = shown.one("section", data_conflict=True).text
    assert "Item 4" in told
    assert cast.member.name in told
    assert shown.one("input", name="part")["value"] == "Item 9"
    use.refresh_from_db()
    assert use.part == "Item 4"
    read = shown.one("input", name="read")["value"]
    sent = hers | {"part": "Item 9", "practice": "used", "read": read}
    assert lead.post(address, sent).status_code == 302
    use.refresh_from_db()
    assert use.part == "Item 9"
