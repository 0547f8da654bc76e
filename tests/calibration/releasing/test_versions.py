"""A second version says why there is one and what changed, on the page, in the PDF, in the mail."""

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from accelerator.models import OutgoingMail
from calibration.desk.services import lease, moderating
from calibration.models import Release
from calibration.releasing.queries.result import report_context
from calibration.releasing.queries.versions import news_of
from calibration.releasing.services import releasing
from calibration.rules.commentary import Outcome, Part
from calibration.rules.levels import lowest_levels
from calibration.rules.versions import steps_between
from tests.factories.organisation import quickly_agreed, varied
from tests.markup import page

pytestmark = pytest.mark.django_db
WHY = "You sent the registers that nobody had seen."


@pytest.fixture
def second(cast) -> Release:
    """One level moved, one criterion with other words, 28 as they were."""
    calibration = quickly_agreed(cast, 1)
    releasing.release(actor=cast.hub, calibration=calibration)
    calibration = releasing.reopen(actor=cast.hub, calibration=calibration, reason=WHY)
    calibration = lease.take_lease(actor=cast.moderator, calibration=calibration)
    for code, level, words in (("design.1", 2, "Seen."), ("design.2", 1, "Other words.")):
        moderating.decide(
            actor=cast.moderator,
            calibration=calibration,
            criterion=calibration.assessment.framework.criteria.get(code=code),
            outcome=Outcome(level, [Part(None, words)], lift="Go on.", rationale="So it is."),
            read_version=0,
        )
    lease.give_back_lease(actor=cast.moderator, calibration=calibration)
    return releasing.release(actor=cast.hub, calibration=calibration)


def told(release: Release) -> dict[str, str]:
    return {one.criterion.code: one.told for one in news_of(release).changes}


def test_what_changed_and_why(second) -> None:
    assert news_of(second).reason == WHY
    assert told(second) == {
        "design.1": "from Little to Moderate; the words changed",
        "design.2": "the words changed",
    }
    first = Release.objects.get(version=1)
    assert news_of(first) is None
    assert first.reason == ""


def test_the_page_the_pdf_and_the_letter_say_it(cast, sign_in, second) -> None:
    client = sign_in(cast.lead)
    label = news_of(second).changes[0].criterion.label
    shown = page(client.get(reverse("calibration:result", args=[second.calibration_id])))
    section = shown.one("section", aria_labelledby="news").text
    pdf = render_to_string("calibration/pdf/result_report.html", report_context(second, cast.lead))
    letter = OutgoingMail.objects.get(
        to=cast.lead.email, subject="Your calibrated framework has a new version"
    ).text
    for text in (section, pdf, letter):
        assert WHY in text
        assert label in text
        assert "from Little to Moderate" in text
    first = page(client.get(reverse("calibration:result_version", args=[second.calibration_id, 1])))
    assert not first.all("section", aria_labelledby="news")
    assert WHY not in first.text


def test_the_third_keeps_the_reason_of_the_second(cast, second) -> None:
    calibration = releasing.reopen(
        actor=cast.hub, calibration=second.calibration, reason="Once more."
    )
    lease.take_lease(actor=cast.moderator, calibration=calibration)
    lease.give_back_lease(actor=cast.moderator, calibration=calibration)
    third = releasing.release(actor=cast.hub, calibration=calibration)
    assert (third.reason, news_of(third).changes) == ("Once more.", ())
    assert Release.objects.get(version=2).reason == WHY


def test_not_judged_is_no_level() -> None:
    before = {"a": {"level": None, "lift": ""}, "b": {"level": 0, "lift": ""}}
    after = {"a": {"level": 0, "lift": ""}, "b": {"level": 0, "lift": ""}}
    [step] = steps_between(before, after)
    assert (step.code, step.before, step.after, step.words) == ("a", None, 0, False)


@pytest.mark.parametrize(
    ("levels", "lowest"),
    [
        ([0, 1, 2, 3], {0, 1}),
        ([2, 3, None], {0, 1, 2}),
        ([3, 3], {0, 1}),
        ([None], {0, 1}),
        ([], {0, 1}),
    ],
)
def test_which_levels_are_lowest(levels, lowest) -> None:
    assert lowest_levels(levels, 4) == lowest


def test_priorities_hold_every_lowest_criterion_though_nobody_said_what_lifts_it(
    cast, sign_in
) -> None:
    release = varied(cast, lift="")
    shown = page(
        sign_in(cast.lead).get(reverse("calibration:result", args=[release.calibration_id]))
    )
    listed = [item.text for part in shown.all("ul", class_="lifts") for item in part.all("li")]
    low = [row for row in release.snapshot.values() if row["level"] in (0, 1)]
    assert len(listed) == len(low) == 16
    assert all("Nobody said yet what would lift it" in words for words in listed)
    pdf = render_to_string("calibration/pdf/result_report.html", report_context(release, cast.lead))
    assert pdf.count("Nobody said yet.") == 16
