"""Nobody's name, file or export holds what cannot be seen and changes what is read."""

import io
import unicodedata

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from accelerator.core.exports import csv_text
from accelerator.core.files import safe_display_name
from accelerator.core.responses import private_file
from accelerator.core.text import TURNING, left_to_read, plain_name, storable
from accelerator.models import Organisation, User
from tests.factories.programme import UserFactory
from tests.factories.signing_in import client_of

TURNS = [chr(code) for code in TURNING]
UNSEEN = ["\u200b", "\ufeff", "\u2060", "\u00ad", "\u3164", "\uffa0", "\u2800", "\U000e0041"]


@pytest.mark.parametrize("hidden", [*TURNS, *UNSEEN], ids=lambda one: f"U+{ord(one):04X}")
def test_what_is_hidden_goes_from_every_place_of_a_name(hidden: str) -> None:
    assert plain_name(f"{hidden}Amina{hidden} Yusuf{hidden}") == "Amina Yusuf"
    assert safe_display_name(f"{hidden}gpj{hidden}.exe") == "gpj.exe"
    assert left_to_read(f"{hidden}=1") == "=1"


@pytest.mark.parametrize(
    "name",
    [
        "Amina Yusuf",
        "Ynys Môn",
        "می\u200cخواهم",
        "O’Brien-Łukasz",
        "عمر",
        "👩\u200d🏫 Club",
        "李 小龍",
    ],
)
def test_names_of_all_scripts_stay_as_they_are(name: str) -> None:
    assert plain_name(name) == name


def test_joiners_and_line_breaks_go_where_they_join_nothing() -> None:
    assert plain_name("\u200d Amina\r\n\tYusuf\u200c") == "Amina Yusuf"
    assert plain_name("\ud800x\x00") == "x"


@given(st.text(st.characters()))
def test_a_plain_name_is_plain_and_stays_so(text: str) -> None:
    name = plain_name(text)
    assert plain_name(name) == name
    assert not set(name) & {*TURNS, *UNSEEN}
    assert not any(unicodedata.category(one) in ("Cc", "Cs") for one in name)
    name.encode()


@pytest.mark.django_db
def test_a_person_is_told_what_was_left_out(cast) -> None:
    client = client_of(cast.lead)
    answer = client.post(reverse("account"), {"name": "Amina \u202eYusuf\u200b"}, follow=True)
    assert "Characters that nobody can see were left out of it." in answer.content.decode()
    assert User.objects.get(pk=cast.lead.pk).name == "Amina Yusuf"
    answer = client.post(reverse("account"), {"name": " Amina  Yusuf "}, follow=True)
    assert "were left out" not in answer.content.decode()
    assert client.post(reverse("account"), {"name": "\u3164\u200b"}).status_code == 200
    assert User.objects.get(pk=cast.lead.pk).name == "Amina Yusuf"


@pytest.mark.django_db
def test_names_given_in_the_admin_are_plain_too() -> None:
    client = client_of(UserFactory(is_staff=True, is_superuser=True))
    client.post("/admin/accelerator/organisation/add/", {"name": "\ufeffOpen \u202eDoor"})
    assert Organisation.objects.get().name == "Open Door"


def test_exports_turn_nothing_and_no_cell_begins_unseen() -> None:
    text = csv_text(["a"], [["\u202eevil\u2066"], ["\u200b=1+1"], ["fine\u200cly"]], [])
    assert text.split("\r\n")[1:4] == ["evil", "'=1+1", "fine\u200cly"]


def test_documents_turn_nothing(render_page) -> None:
    file = render_page(
        "<html lang=en><p>{{ x }}</p></html>", {"x": "gpj\u202e.exe"}, title="A\u2066b"
    )
    reader = PdfReader(io.BytesIO(file))
    assert reader.metadata.title == "Ab"
    assert "gpj.exe" in reader.pages[0].extract_text()


def test_a_file_is_offered_under_a_plain_name() -> None:
    response = private_file(io.BytesIO(b"x"), filename="gpj\u202e.exe", media_type="text/plain")
    assert response["Content-Disposition"] == 'attachment; filename="gpj.exe"'


@pytest.mark.parametrize("value", ["\0", {"a": ["\ud800"]}])
def test_what_the_database_cannot_hold_is_known(value) -> None:
    assert storable({"words": ["Môn", 1, None]})
    assert not storable(value)
