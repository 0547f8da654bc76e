"""The hub's agreement page: the figures of calibration.agreement on round-one reviews alone."""

import csv
import io
import re
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accelerator.models import Role
from calibration.agreement.queries import figures as report
from calibration.assigning.services import assigning, settings
from calibration.desk.services import lease, moderating
from calibration.models import Calibration, Review, ReviewRating
from calibration.rules import agreement as pure
from calibration.rules import commentary
from tests.factories.calibration import agreed, both_in, rate_review, review_of, scored, submit
from tests.factories.programme import InstitutionFactory, MembershipFactory
from tests.markup import page

FORBIDDEN = (
    "accuracy", "accurate", "p-value", "p value", "significan", "poor", "slight", "fair",
    "substantial", "almost perfect", "excellent", "reliab",
)  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_remembered(few_draws):
    """Intervals are tested for what they are drawn from."""
    cache.clear()


@pytest.fixture
def address(cast) -> str:
    return reverse("calibration:agreement", args=[cast.enrolment.cohort.slug])


def beside(cast) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(cast), "enrolment": cast.other, "lead": cast.outsider})


def two_organisations(cast) -> None:
    both_in(cast, first=lambda n: n % 4, second=lambda n: min(3, n % 4 + (n % 3 == 0)))
    both_in(beside(cast), first=lambda n: (n + 1) % 4, second=lambda n: (n + n % 2) % 4)


def levels(seat: str, **counted) -> list[int | None]:
    """Straight from the rows, by organisation."""
    return list(
        ReviewRating.objects.filter(review__seat=seat, **counted)
        .order_by("review__calibration__assessment__enrolment__organisation", "criterion__position")
        .values_list("level", flat=True)
    )


def rows(response, heading: str) -> dict[str, list[str]]:
    """Cells by the row's first two, of the table in the section under `heading`."""
    section = page(response).one("section", aria_labelledby=heading)
    found = {}
    for row in section.one("table").all("tr")[1:]:
        cells = [cell.text for cell in row.all() if cell.name in ("th", "td")]
        found[cells[0] if heading == "counts" else f"{cells[0]}, {cells[1].lower()}"] = cells
    return found


def test_the_figures_are_those_of_the_pure_module(cast, hub, address) -> None:
    two_organisations(cast)
    first = levels("first", criterion__counted=True)
    second = levels("second", criterion__counted=True)
    pair, table = [first, second], pure.confusion(first, second, 4)
    expected = {
        "Cohen’s kappa, unweighted": pure.cohen_kappa(table),
        "Cohen’s kappa, linear weights": pure.cohen_kappa(table, "linear"),
        "Cohen’s kappa, quadratic weights": pure.cohen_kappa(table, "quadratic"),
        "Krippendorff’s alpha, nominal": pure.krippendorff_alpha(pair),
        "Krippendorff’s alpha, ordinal": pure.krippendorff_alpha(pair, "ordinal"),
        "Krippendorff’s alpha, interval": pure.krippendorff_alpha(pair, "interval"),
        "Gwet’s AC1, unweighted": pure.gwet_ac(pair, 4),
        "Gwet’s AC2, linear weights": pure.gwet_ac(pair, 4, "linear"),
        "Gwet’s AC2, quadratic weights": pure.gwet_ac(pair, 4, "quadratic"),
        "Brennan–Prediger, unweighted": pure.brennan_prediger(pair, 4),
    }
    assert len(set(expected.values())) > 5
    response = hub.get(address)
    shown = rows(response, "coefficients")
    assert {name: cells[2] for name, cells in shown.items()} == {
        name: f"{value:.2f}" for name, value in expected.items()
    }
    assert all(cells[4] == "50" for cells in shown.values())
    exact, near = pure.exact_agreement(pair), pure.within_one(pair)
    mean = pure.mean_signed_difference(first, second)
    assert rows(response, "counts")["Whole cohort"][1:] == [
        f"{exact.agree} of 50", f"{near.agree} of 50", f"{mean:.2f} steps",
    ]  # fmt: skip
    sentence = f"chose the same level for {exact.agree} of 50 criteria; {near.agree} were"
    assert sentence in page(response).text
    grid = page(response).one("table", class_="confusion")
    body = [[int(cell.text) for cell in row.all("td")] for row in grid.one("tbody").all("tr")]
    assert body == table


def test_intervals_draw_whole_organisations_the_same_way_each_time(cast, hub, address) -> None:
    two_organisations(cast)
    clusters = [
        (first[:], second[:])
        for first, second in zip(
            *[[levels(seat)[:30], levels(seat)[30:]] for seat in ("first", "second")], strict=True
        )
    ]
    low, high = pure.bootstrap_interval(
        clusters,
        lambda drawn: pure.gwet_ac(report.joined(drawn), 4),
        seed=report.SEED,
        draws=report.DRAWS,
    )
    assert low < high
    for _ in range(2):
        shown = rows(hub.get(address, {"basis": "all"}), "coefficients")
        assert shown["Gwet’s AC1, unweighted"][3] == f"{low:.2f} to {high:.2f}"
        cache.clear()


def test_the_figures_are_kept_until_a_level_changes(cast, hub, address, monkeypatch) -> None:
    two_organisations(cast)
    before = hub.get(address).content
    monkeypatch.setattr(report, "_compute", lambda *_: pytest.fail("computed again"))
    assert rows(hub.get(address), "coefficients")
    monkeypatch.undo()
    monkeypatch.setattr(report, "DRAWS", 60)
    review = Review.objects.filter(seat="first").first()
    assigning.withdraw_review(actor=cast.hub, review=review, reason="Moved")
    assert hub.get(address).content != before


def test_below_thirty_pairs_only_counts_are_given(cast, hub, address) -> None:
    both_in(cast)
    response = hub.get(address)
    assert "Fewer than 30 pairs (25), so only counts are shown" in page(response).text
    assert not page(response).one("section", aria_labelledby="coefficients").all("table")
    assert rows(response, "counts")["Whole cohort"][1].endswith("of 25")
    shown = rows(hub.get(address, {"basis": "all"}), "coefficients")
    assert shown["Gwet’s AC1, unweighted"][4] == "30"
    assert "needs at least two organisations" in shown["Gwet’s AC1, unweighted"][3]
    pillar = hub.get(address, {"basis": "all", "scope": "monitor"})
    assert "Fewer than 30 pairs (6)" in page(pillar).text
    assert "Coefficients: Monitor" in page(pillar).text


def test_undefined_says_why(cast, hub, address) -> None:
    both_in(cast, first=2, second=2)
    shown = rows(hub.get(address, {"basis": "all"}), "coefficients")
    for name in ("Cohen’s kappa, unweighted", "Krippendorff’s alpha, ordinal"):
        assert shown[name][2].startswith("Undefined: there is no variation")
        assert shown[name][3] == "None"
    assert shown["Brennan–Prediger, unweighted"][2] == "1.00"


def test_without_pairs_the_page_says_so(cast, hub, address) -> None:
    calibration = both_in(cast)
    assert rows(hub.get(address), "counts")
    Calibration.objects.filter(pk=calibration.pk).update(state="scoring")
    Review.objects.filter(calibration=calibration).update(state="open", submitted_at=None)
    for rating in ReviewRating.objects.filter(
        review__seat="second", criterion__code__startswith="monitor"
    ):
        ReviewRating.objects.filter(pk=rating.pk).update(
            level=None, cannot_judge_reason="Nothing to read"
        )
    for review in Review.objects.filter(calibration=calibration):
        submit(review)
    response = hub.get(address, {"scope": "monitor"})
    assert rows(response, "counts")["Monitor"][1:] == ["0 of 0", "0 of 0", "Undefined: no pairs"]
    assert "Undefined: no criterion was given a level by both" in page(response).text


def test_no_judging_words(cast, hub, address) -> None:
    two_organisations(cast)
    text = page(hub.get(address)).text.lower()
    assert "cohen’s kappa" in text
    for word in FORBIDDEN:
        assert not re.search(rf"\b{word}", text), word
    assert not re.search(r"\bp\s*[<=]", text)


def test_nothing_before_both_are_in(cast, hub, address) -> None:
    scored(cast)
    text = page(hub.get(address)).text
    assert "Nothing to compare yet" in text
    assert "0 of" not in text
    csv_address = address.rstrip("/") + ".csv"
    assert "Regular registers" not in hub.get(csv_address).content.decode()


def test_decisions_change_nothing(cast, hub, address) -> None:
    two_organisations(cast)
    other = Calibration.objects.get(assessment__enrolment=cast.other)
    before = [page(hub.get(address, {"basis": basis})).text for basis in ("counted", "all")]
    lease.take_lease(actor=cast.moderator, calibration=other)
    given = moderating.submitted_ratings(other)
    for criterion in other.assessment.framework.criteria.all()[:10]:
        moderating.decide(
            actor=cast.moderator,
            calibration=other,
            criterion=criterion,
            outcome=commentary.Outcome(
                level=max(one.level for one in given[criterion.pk]), lift="More.", rationale="Seen."
            ),
            read_version=None,
        )
    assert [page(hub.get(address, {"basis": basis})).text for basis in ("counted", "all")] == before


def test_withdrawn_and_third_reviews_do_not_count(cast, hub, address) -> None:
    calibration = both_in(cast)
    before = rows(hub.get(address), "counts")
    third = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
    codes = [f"monitor.{n}" for n in range(1, 6)]
    review = assigning.ask_third_coach(
        actor=cast.hub, calibration=calibration, coach=third, codes=codes
    )
    rate_review(review, 3)
    submit(review)
    assert rows(hub.get(address), "counts") == before
    fourth = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
    new = assigning.withdraw_review(
        actor=cast.hub,
        review=review_of(calibration, cast.coach_b),
        reason="Moved",
        replacement=fourth,
    )
    assert "Nothing to compare yet" in page(hub.get(address)).text
    rate_review(new, 1)
    submit(new)
    assert rows(hub.get(address), "counts")["Whole cohort"][1] == "25 of 25"


def test_a_cohort_tells_only_of_itself(cast, sign_in, address) -> None:
    both_in(cast)
    elsewhere = cast.other_hub.memberships.get().cohort
    response = sign_in(cast.other_hub).get(reverse("calibration:agreement", args=[elsewhere.slug]))
    assert "Nothing to compare yet" in page(response).text
    csv_address = address.rstrip("/") + ".csv"
    for person, status in ((cast.other_hub, 404), (cast.moderator, 403), (cast.coach_a, 404)):
        assert sign_in(person).get(address).status_code == status
        assert sign_in(person).get(csv_address).status_code == status


def test_the_csv_holds_the_same_figures(cast, hub, address) -> None:
    two_organisations(cast)
    csv_address = reverse("calibration:agreement_csv", args=[cast.enrolment.cohort.slug])
    response = hub.get(csv_address, {"basis": "all"})
    assert response["Content-Disposition"].endswith('-cohort-all.csv"')
    found = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    page_rows = rows(hub.get(address, {"basis": "all"}), "coefficients")
    by_name = {f"{row[1]}, {row[2]}": row for row in found if len(row) > 7 and row[2]}
    for name, cells in page_rows.items():
        assert f"{float(by_name[name][3]):.2f}" == cells[2]
        assert by_name[name][7] == cells[4]
    same = [row for row in found if row[1:2] == ["same level"]]
    assert len(same) == 6
    assert any(line and line[0].startswith(f"Made by {cast.hub.name}") for line in found)
    few = hub.get(csv_address, {"scope": "design"}).content.decode()
    assert "fewer than 30 pairs: counts only" in few
    assert "kappa" not in few


def test_severity_is_listed_by_name(cast, hub, address) -> None:
    both_in(cast, first=lambda n: n % 2, second=lambda n: n % 2 + 1)
    section = page(hub.get(address)).one("section", aria_labelledby="severity")
    names = [row.one("th").text for row in section.all("tr")[1:]]
    assert names == sorted([cast.coach_a.name, cast.coach_b.name])
    assert "1 step lower" in section.text
    other = beside(cast)
    for name in ("coach_a", "coach_b"):
        setattr(
            other, name, MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
        )
    both_in(other)
    section = page(hub.get(address)).one("section", aria_labelledby="severity")
    assert "do not yet link all the coaches" in section.text
    assert "1 step lower" not in section.text


def test_anchoring_is_told_in_counts_once_both_kinds_are_there(cast, hub, address) -> None:
    both_in(cast, first=2, second=1)
    assert "own level" not in page(hub.get(address)).text.lower()
    settings.save_settings(
        actor=cast.hub, cohort=cast.enrolment.cohort, hide_self_level=True, require_practice=False
    )
    both_in(beside(cast), first=0, second=2)
    section = page(hub.get(address)).one("section", aria_labelledby="anchoring")
    shown = {row.one("th").text: row for row in section.all("tr")[1:]}
    cells = {name: [cell.text for cell in row.all("td")] for name, row in shown.items()}
    assert cells["Shown"] == ["25 of 50", "25 of 50", "0 of 50", "0 of 50", "0.50 steps"]
    assert cells["Hidden at first"] == ["25 of 50", "0 of 50", "25 of 50", "0 of 50", "1.00 steps"]


def test_the_page_costs_the_same_for_more_organisations(cast, hub, address) -> None:
    agreed(cast)
    hub.get(address)
    with CaptureQueriesContext(connection) as one:
        hub.get(address)
    both_in(beside(cast))
    with CaptureQueriesContext(connection) as two:
        hub.get(address)
    assert len(one) == len(two)


def test_odd_choices_fall_back(cast, hub, address) -> None:
    both_in(cast)
    query = {"basis": "some", "scope": "nowhere", "framework": "99999"}
    assert rows(hub.get(address, query), "counts")["Whole cohort"][1].endswith("of 25")
