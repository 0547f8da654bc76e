"""A level that no coach gave is the moderator's, with the reason, wherever it is shown."""

import pytest
from django.urls import reverse

from calibration.desk.services import lease, moderating
from calibration.models import Calibration
from calibration.releasing.queries.result import report_context, result_of
from calibration.releasing.services import releasing
from calibration.rules.commentary import Outcome, Part
from calibration.rules.reasons import Settler, settled_by
from tests.calibration.releasing.test_result_export import at, table
from tests.factories.organisation import quickly_agreed
from tests.markup import page

pytestmark = pytest.mark.django_db
CODE = "design.1"
REASON = "The registers of three years stand behind it."


@pytest.mark.parametrize(
    ("level", "levels", "who"),
    [
        (1, [1, 1], Settler.COACHES),
        (1, [0, 2], Settler.COACHES),
        (3, [1, None], Settler.MODERATOR),
        (3, [1, 2], Settler.MODERATOR),
        (2, [1, 1], Settler.MODERATOR),
        (2, [1, 1, 3], Settler.COACHES),
        (None, [1, 1], Settler.MODERATOR),
        (None, [None, None], Settler.COACHES),
        (1, [None, None], Settler.MODERATOR),
        (1, [], Settler.MODERATOR),
    ],
)
def test_whose_level_it_is(level, levels, who) -> None:
    assert settled_by(level, levels) is who


@pytest.fixture
def decided(cast) -> Calibration:
    """Little from both coaches throughout; the moderator says high for one."""
    calibration = lease.take_lease(actor=cast.moderator, calibration=quickly_agreed(cast, 1))
    moderating.decide(
        actor=cast.moderator,
        calibration=calibration,
        criterion=calibration.assessment.framework.criteria.get(code=CODE),
        outcome=Outcome(3, [Part(None, "It is only beginning.")], rationale=REASON),
        read_version=0,
    )
    calibration.refresh_from_db()
    return calibration


@pytest.fixture
def release(cast, decided):
    lease.give_back_lease(actor=cast.moderator, calibration=decided)
    return releasing.release(actor=cast.hub, calibration=decided)


def test_the_result_page_says_so_above_the_words(cast, sign_in, release) -> None:
    shown = page(sign_in(cast.lead).get(reverse("calibration:result", args=[decided_pk(release)])))
    item = shown.one("article", id=f"criterion-{CODE}").text
    assert "Decided by the moderator" in item
    assert "The coaches" not in item
    assert item.index(REASON) < item.index("It is only beginning.")
    cell = next(one for one in shown.all("a", class_="both-in") if CODE in one["href"])
    assert "Decided by the moderator: High" in cell.text
    assert "The coaches: High" not in shown.text
    strong = shown.one("section", aria_labelledby="strong").text
    assert REASON in strong
    assert "It is only beginning." not in strong
    assert "One was decided by the moderator." in shown.text
    other = shown.one("article", id="criterion-design.2").text
    assert "The coaches" in other
    assert "Decided by the moderator" not in other


def decided_pk(release) -> int:
    return release.calibration_id


def test_and_the_pdf_and_the_spreadsheet(cast, sign_in, release) -> None:
    from django.template.loader import render_to_string

    context = report_context(release, cast.lead)
    text = render_to_string("calibration/pdf/result_report.html", context)
    assert "Decided by the moderator: High" in text
    assert "oaches: High" not in text
    assert REASON in text
    rows, _ = table(sign_in(cast.lead).get(at("result_csv", release)))
    row = next(row for row in rows if row["criterion"] == CODE)
    assert row["whose level"] == "Decided by the moderator"
    assert row["why the moderator decided so"] == REASON
    assert {row["whose level"] for row in rows if row["criterion"] != CODE} == {"The coaches"}


def test_and_the_desk(cast, sign_in, decided) -> None:
    client = sign_in(cast.coach_a)
    address = reverse("calibration:desk_criterion", args=[decided.pk, CODE])
    shown = page(client.get(address)).one("section", aria_labelledby="decision-title").text
    assert "Decided by the moderator" in shown
    assert REASON in shown
    listed = page(client.get(reverse("calibration:desk", args=[decided.pk]))).text
    assert listed.count("Decided by the moderator") == 1


def test_the_hub_reads_the_reason_before_it_releases(cast, sign_in, decided) -> None:
    lease.give_back_lease(actor=cast.moderator, calibration=decided)
    client = sign_in(cast.hub)
    shown = page(client.get(reverse("calibration:release", args=[decided.pk])))
    section = shown.one("section", aria_labelledby="moderated").text
    assert "Decided by the moderator" in section
    assert REASON in section


def test_a_reason_inside_what_the_coaches_gave_stays_with_them(cast) -> None:
    calibration = lease.take_lease(actor=cast.moderator, calibration=quickly_agreed(cast, 1))
    moderating.decide(
        actor=cast.moderator,
        calibration=calibration,
        criterion=calibration.assessment.framework.criteria.get(code=CODE),
        outcome=Outcome(1, lift="Write it down.", rationale="Between ourselves."),
        read_version=0,
    )
    lease.give_back_lease(actor=cast.moderator, calibration=calibration)
    release = releasing.release(actor=cast.hub, calibration=calibration)
    assert "Between ourselves." not in str(release.snapshot)


def test_a_release_made_before_this_reads_as_it_was_given(release) -> None:
    release.snapshot = {
        code: {name: row[name] for name in row if name not in ("settled_by", "reason")}
        for code, row in release.snapshot.items()
    }
    item = next(one for one in result_of(release).items if one.cell.code == CODE)
    assert (item.whose, item.reason) == ("The coaches", "")
