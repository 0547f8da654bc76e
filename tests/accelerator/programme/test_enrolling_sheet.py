"""Organisations enrolled from a spreadsheet: looked at first, all or nothing, once."""

import io
import tracemalloc
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook

from accelerator.core.sheets import Caps, read
from accelerator.models import (
    AuditEvent,
    Cohort,
    Enrolment,
    Invitation,
    MatchFunder,
    Organisation,
    OutgoingMail,
    Role,
)
from accelerator.programme.enrolling.forms import sheet as forms
from accelerator.programme.enrolling.rules import LEADS, NOBODY_LEADS, Alike
from tests.accelerator.core.test_sheets import Here
from tests.factories.programme import (
    MembershipFactory,
    OrganisationFactory,
    ProgrammeFactory,
    UserFactory,
)
from tests.markup import page
from tests.together import outcomes

pytestmark = pytest.mark.django_db
HEADINGS = "Organisation,Programme,Description,Match funders,Lead’s name,Lead's E-mail,Lead's job\n"
TWO = HEADINGS + (
    "Riverside Youth,Repair Crew,They mend bicycles.,Larkfield; Beacon,Ana Ruiz,ana@example.org,\n"
    "Harbour Club,First Crew,,beacon,Bo Lind,bo@example.org,Coach\n"
)


@pytest.fixture
def cohort(cast) -> Cohort:
    return cast.enrolment.cohort


@pytest.fixture
def upload(cast, cohort, sign_in, monkeypatch):
    """Uploads a spreadsheet as the hub. It is read here, not in a process of its own."""
    monkeypatch.setattr("accelerator.core.sheets.reading.Child", Here)
    client, address = sign_in(cast.hub), reverse("enrol_sheet", args=[cohort.slug])

    def post(content: str | bytes, name: str = "a.csv", **more):
        content = content.encode() if isinstance(content, str) else content
        return client.post(address, {"file": SimpleUploadedFile(name, content), **more})

    return post


@pytest.fixture
def confirm(cast, cohort, sign_in):
    """Presses the button of a preview."""
    client, address = sign_in(cast.hub), reverse("enrol_sheet", args=[cohort.slug])

    def post(preview, **more):
        assert preview.status_code == 200, problems(preview)
        fields = page(preview).one("main").all("form")[0].fields()
        return client.post(address, {"rows": fields["rows"], **more})

    return post


def problems(response) -> list[str]:
    assert response.status_code == 422
    form = response.context["form"]
    return [*response.context["problems"], *form.errors.get("file", [])]


def enrolled(cohort: Cohort) -> set[str]:
    return {str(one.organisation) for one in cohort.enrolments.select_related("organisation")}


def test_the_preview_says_what_would_be_made_and_makes_nothing(upload, cohort):
    known = OrganisationFactory(name="harbour CLUB")
    ProgrammeFactory(organisation=known, name="First Crew")
    MatchFunder.objects.create(name="Beacon")
    shown = page(upload(TWO))
    assert "2 organisations to enrol" in shown.text
    assert "1 new, 2 letters" in shown.text
    first, second = (row.text for row in shown.all("tr")[1:])
    assert first == (
        "2 Riverside Youth (new) Repair Crew (new) Larkfield (new) ; Beacon "
        "Ana Ruiz, ana@example.org"
    )
    assert second == (
        "3 Harbour Club (known as “harbour CLUB”) First Crew (known) beacon Bo Lind, bo@example.org"
    )
    assert Enrolment.objects.count() == 2
    assert not OutgoingMail.objects.exists()


def test_confirming_enrols_all_rows_and_twice_makes_one_set(upload, confirm, cohort, cast):
    preview = upload(TWO)
    response = confirm(preview)
    assert response.url == reverse("organisations", args=[cohort.slug])
    assert {"Riverside Youth", "Harbour Club"} < enrolled(cohort)
    assert MatchFunder.objects.filter(name__iexact="beacon").count() == 1
    assert set(Invitation.objects.values_list("email", "role", "job_role")) == {
        ("ana@example.org", "lead", ""),
        ("bo@example.org", "lead", "Coach"),
    }
    assert OutgoingMail.objects.count() == 2
    again = confirm(preview)
    assert "Nothing was made twice" in str(list(again.wsgi_request._messages))
    assert (Enrolment.objects.count(), OutgoingMail.objects.count()) == (4, 2)
    assert AuditEvent.objects.get(action="cohort.sheet_enrolled").data["enrolments"] == 2


@pytest.mark.django_db(transaction=True)
def test_confirming_twice_at_once_makes_one_set(upload, confirm, cohort):
    preview = upload(TWO)
    rows = page(preview).one("main").all("form")[0].fields()["rows"]
    assert rows
    answers = outcomes(lambda: confirm(preview), lambda: confirm(preview))
    assert {one.status_code for one in answers} <= {302, 503}, answers
    assert Enrolment.objects.filter(cohort=cohort).count() == 4
    assert OutgoingMail.objects.count() == 2


def test_the_confirmation_looks_at_everything_again(upload, confirm, cohort, cast):
    preview = upload(TWO)
    place = OrganisationFactory(name="Harbour Club")
    cohort.enrolments.create(organisation=place, programme=ProgrammeFactory(organisation=place))
    found = problems(confirm(preview))
    assert found == ["Cell A3: Harbour Club is enrolled in this cohort already."]
    assert "Riverside Youth" not in enrolled(cohort)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("how", ["changed", "another person", "too old", "another cohort"])
def test_a_preview_that_is_not_theirs_is_refused(upload, cohort, cast, sign_in, monkeypatch, how):
    preview = upload(TWO)
    rows = page(preview).one("main").all("form")[0].fields()["rows"]
    person, place = cast.hub, cohort
    if how == "changed":
        rows = rows[:20] + ("A" if rows[20] != "A" else "B") + rows[21:]
    elif how == "another person":
        person = MembershipFactory(role=Role.HUB, cohort=cohort).user
    elif how == "too old":
        monkeypatch.setattr(forms, "HOURS", -1)
    else:
        place = MembershipFactory(
            user=cast.hub, role=Role.HUB, cohort=Cohort.objects.exclude(pk=cohort.pk)[0]
        ).cohort
    response = sign_in(person).post(reverse("enrol_sheet", args=[place.slug]), {"rows": rows})
    assert "Upload the spreadsheet again" in problems(response)[0]
    assert "Riverside Youth" not in enrolled(cohort)


def row(**more: str) -> str:
    cells = {
        "organisation": "Riverside Youth",
        "programme": "Repair Crew",
        "description": "",
        "funders": "",
        "name": "Ana",
        "email": "ana@example.org",
        "job": "",
    }
    return ",".join((cells | more).values()) + "\n"


def test_every_problem_is_told_with_its_cell(upload, cohort, cast):
    UserFactory(email="other@example.org")
    leads = cast.enrolment.organisation
    Enrolment.objects.filter(organisation=leads).delete()
    content = HEADINGS + "".join(
        (
            row(programme=""),
            row(organisation="Harbour", email="not an address"),
            row(organisation="Harbour Two Club", email=""),
            row(organisation="x" * 201),
            row(organisation=cast.other.organisation.name.upper()),
            row(organisation=leads.name, email="other@example.org"),
            row(organisation="Valley"),
            row(organisation="VALLEY "),
            row(organisation="Meadow\u200b", funders="F" * 201),
        )
    )
    leads_already = LEADS.format(leads=cast.lead)
    assert problems(upload(content)) == [
        "Cell B2: Programme is missing.",
        "Cell F3: Enter a valid email address.",
        f"Cell F4: {NOBODY_LEADS}",
        "Cell A5: Ensure this value has at most 200 characters (it has 201).",
        f"Cell A6: {cast.other.organisation} is enrolled in this cohort already.",
        f"Cell F7: {leads_already}",
        "Cell A9: “VALLEY” is in row 8 already, where it is spelt “Valley”.",
        "Cell D10: A funder’s name has at most 200 characters.",
    ]
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Name,Programme\nA,B\n", "Column A is headed “Name”"),
        ("Programme\nB\n", "“Organisation” is missing"),
        ("Organisation,Programme,E-mail,Lead's e-mail\nA,B,,\n", "Columns C and D mean the same"),
        (HEADINGS + row() * 301, "more than 300 rows"),
        (HEADINGS + row(name="=1+1"), "Cell E2 is a formula"),
    ],
)
def test_a_spreadsheet_that_is_none(upload, content, words):
    assert words in " ".join(problems(upload(content)))


def test_windows_1252_is_asked_about(upload, cohort):
    content = (HEADINGS.replace("’", "'") + row(organisation="Café Youth")).encode("cp1252")
    asked = upload(content)
    assert "not in UTF-8" in problems(asked)[0]
    assert page(asked).one("input", name="windows")
    assert "Café Youth" in page(upload(content, windows="on")).text


def workbook() -> bytes:
    book, out = Workbook(), io.BytesIO()
    for line in (
        HEADINGS.strip().split(","),
        ["Riverside Youth", 2026, None, None, "Ana", "a@b.org"],
    ):
        book.active.append(line)
    book.save(out)
    return out.getvalue()


def test_a_workbook_is_read_too(upload, confirm, cohort):
    assert confirm(upload(workbook(), "a.xlsx")).status_code == 302
    assert Enrolment.objects.get(organisation__name="Riverside Youth").programme.name == "2026"


def test_names_that_look_alike_are_asked_about(upload, confirm, cohort):
    OrganisationFactory(name="Riverside Youth Trust")
    content = HEADINGS + row() + row(organisation="Harbour Club") + row(organisation="Harbor Club")
    preview = upload(content)
    assert list(preview.context["plan"].doubts) == [
        "Row 2: “Riverside Youth” looks like “Riverside Youth Trust”.",
        "Row 4: “Harbor Club” looks like “Harbour Club”.",
    ]
    answer = confirm(preview)
    assert answer.status_code == 422
    assert "Say that these are different" in page(answer).text
    assert "Riverside Youth" not in enrolled(cohort)
    assert confirm(preview, different="on").status_code == 302
    assert Organisation.objects.filter(name__startswith="Riverside Youth").count() == 2


def test_the_template_has_the_headings_that_are_read(cast, cohort, sign_in):
    response = sign_in(cast.hub).get(reverse("enrol_template", args=[cohort.slug]))
    content = response.content.rstrip() + b"\r\n" + row().encode()
    lines, found = forms.lines_of(read(io.BytesIO(content), "a.csv", caps=Caps()))
    assert found == []
    assert list(lines.letters.values()) == list("ABCDEFG")


def test_a_closed_cohort_takes_no_spreadsheet(upload, confirm, cohort):
    preview = upload(TWO)
    Cohort.objects.filter(pk=cohort.pk).update(closed_on=date(2026, 9, 2))
    assert confirm(preview).status_code == 302
    assert upload(TWO).status_code == 302
    assert "Riverside Youth" not in enrolled(cohort)


def test_a_preview_costs_the_same_for_one_row_and_for_many(upload):
    costs = []
    for count in (1, 1, 40):
        rows = "".join(row(organisation=f"Group {n} {'x' * n}") for n in range(count))
        with CaptureQueriesContext(connection) as queries:
            assert upload(HEADINGS + rows).status_code == 200
        costs.append(len(queries))
    assert costs[1] == costs[2]


def test_names_made_to_be_long_cost_little() -> None:
    """One sign may stand for eighteen letters or four words."""
    name = "\ufdfa" * 195
    tracemalloc.start()
    try:
        assert Alike([f"{name} {number}" for number in range(5)]).to(name) == []
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_a_row_names_a_few_match_funders(upload) -> None:
    names = ";".join(f"Funder number {number}" for number in range(21))
    shown = upload(f"Organisation,Programme,Match funders,Lead's e-mail\nA,B,{names},a@b.org\n")
    assert problems(shown) == ["Cell C2: Name 20 match funders or fewer."]


def test_what_looks_alike() -> None:
    alike = Alike(["Youth", "Valley Youth Club", "King's Cross Arts", "Ely"])
    assert alike.to("Valley Youth") == ["Valley Youth Club"]
    assert alike.to("The Valley Youth Club Ltd") == ["Valley Youth Club"]
    assert alike.to("Valey Youth Club") == ["Valley Youth Club"]
    assert alike.to("Kings Cross Arts Trust") == ["King's Cross Arts"]
    assert alike.to("valley youth club") == []
    assert alike.to("Youth Voices") == []
    assert alike.to("Elm") == []
