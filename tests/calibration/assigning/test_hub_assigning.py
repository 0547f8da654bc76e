"""The pages on which the hub chooses coaches."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accelerator.models import Enrolment, Membership, OutgoingMail, Role
from calibration.assigning.services import assigning, conflicts, settings
from calibration.models import Calibration, Review
from tests.calibration.assigning.test_assigning import a_case, a_coach
from tests.factories.assessment import submitted
from tests.factories.calibration import assigned, both_in, rate_review, review_of, twin
from tests.markup import page

State = Calibration.State


@pytest.fixture
def unassigned(cast) -> Calibration:
    assessment = submitted(cast.enrolment, cast.lead)
    return assigning.open_calibration(actor=cast.hub, assessment=assessment)


def at(name: str, *args) -> str:
    return reverse(name if name == "cohort" else f"calibration:{name}", args=args)


def day(days: int = 1) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def chosen(cast, **more) -> dict:
    return {"first": cast.coach_a.pk, "second": cast.coach_b.pk, "due_on": day(), **more}


def options(response, name: str) -> dict[str, dict]:
    select = page(response).one("select", name=name)
    return {one.text: one.attributes for one in select.all("option")}


def from_where(coach) -> str:
    return f"{coach}, {Membership.objects.get(user=coach, role=Role.COACH).institution}"


def test_organisations_opened_one_after_another_are_not_shown_the_same_pair(cast, hub) -> None:
    for name in ("Third", "Fourth"):
        a_coach(name)
    opened = [
        assigning.open_calibration(actor=cast.hub, assessment=submitted(one.enrolment, cast.lead))
        for one in (twin(cast), twin(cast), twin(cast))
    ]
    pairs = []
    for calibration in opened:
        fields = page(hub.get(at("assign", calibration.pk))).all("form")[-1].fields()
        pairs.append(frozenset((fields["first"], fields["second"])))
    assert len(set(pairs)) == 3
    batch = page(hub.get(at("suggestions", cast.enrolment.cohort.slug))).all("form")[-1].fields()
    for calibration, pair in zip(opened, pairs, strict=True):
        pk = calibration.assessment_id
        assert frozenset((batch[f"first-{pk}"], batch[f"second-{pk}"])) == pair


def test_the_suggestion_is_chosen_already(cast, hub, unassigned) -> None:
    response = hub.get(at("assign", unassigned.pk))
    fields = page(response).all("form")[-1].fields()
    assert {fields["first"], fields["second"]} == {str(cast.coach_a.pk), str(cast.coach_b.pk)}
    groups = [
        group["label"] for group in page(response).one("select", name="first").all("optgroup")
    ]
    assert groups == sorted(
        Membership.objects.filter(role=Role.COACH).values_list("institution__name", flat=True)
    )


def test_who_cannot_be_chosen_is_disabled_with_the_reason(cast, hub, unassigned) -> None:
    organisation = cast.enrolment.organisation
    tied, own, ready = a_coach("Tied"), a_coach("Own"), a_coach("Ready")
    conflicts.declare_conflict(person=tied, organisation=organisation, reason="")
    Membership.objects.create(user=own, role=Role.MEMBER, organisation=organisation)
    settings.save_settings(
        actor=cast.hub, cohort=cast.enrolment.cohort, hide_self_level=False, require_practice=True
    )
    case = a_case(unassigned)
    case.attempts.create(coach=ready, level=1)
    found = options(hub.get(at("assign", unassigned.pk)), "first")
    assert "disabled" in found[f"{from_where(tied)}: has a conflict of interest"]
    assert "disabled" in found[f"{from_where(own)}: belongs to {organisation}"]
    assert "disabled" in found[f"{from_where(cast.coach_a)}: has not done the practice cases yet"]
    assert "disabled" not in found[f"{from_where(ready)}: 0 open"]
    for coach in (tied, own, cast.coach_a):
        response = hub.post(
            at("assign", unassigned.pk), {"first": coach.pk, "second": ready.pk, "due_on": day()}
        )
        assert response.status_code == 422
        assert "cannot be chosen" in page(response).one("div", id="div_id_first").text
    assert not Review.objects.exists()


def test_assigning_tells_both_and_keeps_the_day(cast, hub, unassigned) -> None:
    response = hub.post(at("assign", unassigned.pk), chosen(cast))
    assert response.url == at("cohort", cast.enrolment.cohort.slug)
    unassigned.refresh_from_db()
    assert (unassigned.state, unassigned.due_on.isoformat()) == (State.ASSIGNED, day())
    assert OutgoingMail.objects.filter(subject__startswith="A framework to review").count() == 2
    for again in (hub.get, hub.post):
        assert again(at("assign", unassigned.pk)).url == response.url


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"second": ""}, "second", "Choose Coach B."),
        ({"due_on": ""}, "due_on", "enter a date."),
        ({"due_on": "soon"}, "due_on", "enter a date, such as"),
        ({"due_on": "2020-01-01"}, "due_on", "today or a later day"),
        ({"first": "nobody"}, "first", "Select a valid choice"),
    ],
)
def test_errors_stand_beside_the_field(cast, hub, unassigned, change, field, words) -> None:
    response = hub.post(at("assign", unassigned.pk), chosen(cast, **change))
    assert response.status_code == 422
    shown = page(response)
    assert words in shown.one("div", id=f"div_id_{field}").text
    assert f"#id_{field}" in {
        link["href"] for link in shown.one("div", class_="error-summary").all("a")
    }
    kept = "second" if field == "first" else "first"
    assert shown.all("form")[-1].fields()[kept] == str(chosen(cast)[kept])


def test_the_same_institution_is_an_error_beside_the_second(cast, hub, unassigned) -> None:
    colleague = a_coach("Colleague", cast.coach_a.memberships.get().institution)
    response = hub.post(at("assign", unassigned.pk), chosen(cast, second=colleague.pk))
    assert response.status_code == 422
    assert "two institutions" in page(response).one("div", id="div_id_second").text
    response = hub.post(at("assign", unassigned.pk), chosen(cast, second=cast.coach_a.pk))
    assert "two different coaches" in page(response).one("div", id="div_id_second").text


def test_without_a_free_pair_the_page_says_so(cast, hub, unassigned) -> None:
    Membership.objects.filter(user=cast.coach_b).delete()
    assert "No two coaches" in page(hub.get(at("assign", unassigned.pk))).text
    Membership.objects.filter(user=cast.coach_a).delete()
    assert "There are no coaches yet" in page(hub.get(at("assign", unassigned.pk))).text


@pytest.fixture
def two(cast):
    """Two organisations wait: one calibration is open, the other not yet."""
    cast.one = submitted(cast.enrolment, cast.lead)
    cast.two = submitted(cast.other, cast.outsider)
    assigning.open_calibration(actor=cast.hub, assessment=cast.one)
    cast.third = a_coach("Third Coach")
    return cast


def pairs(cast, **more) -> dict:
    rows = {"due_on": day()}
    for assessment in (cast.one, cast.two):
        rows[f"first-{assessment.pk}"] = cast.coach_a.pk
        rows[f"second-{assessment.pk}"] = cast.coach_b.pk
    return rows | more


def test_everybody_who_waits_gets_a_suggestion(hub, two) -> None:
    address = at("suggestions", two.enrolment.cohort.slug)
    fields = page(hub.get(address)).all("form")[-1].fields()
    for assessment in (two.one, two.two):
        first, second = (fields[f"{name}-{assessment.pk}"] for name in ("first", "second"))
        assert first
        assert second
        assert first != second
    fields["due_on"] = day()
    assert hub.post(address, fields).url == at("cohort", two.enrolment.cohort.slug)
    assert Calibration.objects.filter(state=State.ASSIGNED).count() == 2
    assert "Nobody is waiting" in page(hub.get(address)).text


def test_pairs_can_be_changed_or_left_for_later(hub, two) -> None:
    address = at("suggestions", two.enrolment.cohort.slug)
    later = {f"first-{two.two.pk}": "", f"second-{two.two.pk}": ""}
    hub.post(address, pairs(two, **{f"second-{two.one.pk}": two.third.pk}, **later))
    seated = Review.objects.order_by("seat").values_list("coach", flat=True)
    assert list(seated) == [two.coach_a.pk, two.third.pk]
    assert not Calibration.objects.filter(assessment=two.two).exists()


def test_one_bad_row_assigns_none_and_is_named(hub, two) -> None:
    address = at("suggestions", two.enrolment.cohort.slug)
    half = {f"second-{two.two.pk}": ""}
    same = {f"second-{two.two.pk}": two.coach_a.pk}
    for change, words in ((half, "Choose both coaches"), (same, "two different coaches")):
        response = hub.post(address, pairs(two, **change))
        assert response.status_code == 422
        field = page(response).one("div", id=f"div_id_second-{two.two.pk}")
        assert words in field.text
        assert two.other.organisation.name in field.text
        kept = page(response).all("form")[-1].fields()
        assert kept[f"first-{two.one.pk}"] == str(two.coach_a.pk)
    nothing = dict.fromkeys(pairs(two), "") | {"due_on": day()}
    assert "at least one organisation" in page(hub.post(address, nothing)).text
    assert not Review.objects.exists()


def test_a_row_that_fails_in_the_service_is_named_too(hub, two, monkeypatch) -> None:
    """Somebody else assigned or declared a conflict between the page and the click."""
    monkeypatch.setattr(
        "calibration.assigning.queries.eligibility.reasons_against", lambda *_, **__: {}
    )
    conflicts.declare_conflict(person=two.coach_b, organisation=two.other.organisation, reason="")
    response = hub.post(at("suggestions", two.enrolment.cohort.slug), pairs(two))
    assert response.status_code == 422
    field = page(response).one("div", id=f"div_id_second-{two.two.pk}")
    assert "conflict of interest" in field.text
    assert not Review.objects.exists()


def test_what_was_assigned_meanwhile_stays(hub, two) -> None:
    rows = pairs(two)
    assigning.assign_coaches(
        actor=two.hub,
        calibration=Calibration.objects.get(),
        coaches=[two.coach_b, two.third],
    )
    response = hub.post(at("suggestions", two.enrolment.cohort.slug), rows, follow=True)
    assert "1 assessment assigned" in page(response).text
    assert "1 had been given coaches meanwhile" in page(response).text
    assert set(
        Review.objects.filter(calibration__assessment=two.one).values_list("coach", flat=True)
    ) == {two.coach_b.pk, two.third.pk}


def test_who_left_the_cohort_waits_for_nobody(hub, two) -> None:
    Enrolment.objects.filter(pk=two.other.pk).update(
        state="withdrawn", withdrawn_on=timezone.localdate()
    )
    shown = page(hub.get(at("suggestions", two.enrolment.cohort.slug)))
    assert two.other.organisation.name not in shown.text
    hub.post(at("open", two.two.pk))
    assert not Calibration.objects.filter(assessment=two.two).exists()


def test_suggestions_cost_the_same_for_many(hub, two) -> None:
    address = at("suggestions", two.enrolment.cohort.slug)
    hub.get(address)
    with CaptureQueriesContext(connection) as both:
        hub.get(address)
    assigning.assign_coaches(
        actor=two.hub, calibration=Calibration.objects.get(), coaches=[two.coach_a, two.coach_b]
    )
    with CaptureQueriesContext(connection) as one:
        hub.get(address)
    assert len(one) == len(both)


def test_replacing_says_what_is_kept_and_needs_a_reason(cast, hub) -> None:
    calibration = assigned(cast)
    review = review_of(calibration, cast.coach_a)
    rate_review(review, 1)
    third = a_coach("Third Coach")
    address = at("replace", review.pk)
    shown = page(hub.get(address))
    assert "is kept, marked withdrawn" in shown.text
    assert "Regular registers" not in shown.text
    response = hub.post(address, {"reason": "", "coach": third.pk})
    assert response.status_code == 422
    assert "Give a reason." in page(response).text
    assert page(response).all("form")[-1].fields()["coach"] == str(third.pk)
    assert hub.post(address, {"reason": "Ill", "coach": third.pk}).status_code == 302
    review.refresh_from_db()
    assert (review.state, review.withdrawn_reason) == (Review.State.WITHDRAWN, "Ill")
    assert review_of(calibration, third).seat == Review.Seat.FIRST
    assert hub.get(address).status_code == 302


def test_who_cannot_take_over_is_disabled(cast, hub) -> None:
    calibration = both_in(cast)
    colleague = a_coach("Colleague", cast.coach_b.memberships.get().institution)
    aware = a_coach("Moderates Too")
    Membership.objects.create(user=aware, role=Role.MODERATOR, cohort=cast.enrolment.cohort)
    found = options(hub.get(at("replace", review_of(calibration, cast.coach_a).pk)), "coach")
    for label in (
        f"{from_where(cast.coach_a)}: is a coach of this assessment already",
        f"{from_where(cast.coach_b)}: is a coach of this assessment already",
        f"{from_where(colleague)}: comes from the other coach’s institution",
        f"{from_where(aware)}: may have read the other reviews already",
    ):
        assert "disabled" in found[label]


def test_a_seat_can_stay_empty_and_be_filled_later(cast, hub) -> None:
    calibration = assigned(cast)
    third = a_coach("Third Coach")
    back = at("cohort", cast.enrolment.cohort.slug)
    assert hub.get(at("fill_seat", calibration.pk)).url == back
    hub.post(at("replace", review_of(calibration, cast.coach_a).pk), {"reason": "Ill", "coach": ""})
    assert "The seat is empty" in page(hub.get(back)).text
    address = at("fill_seat", calibration.pk)
    found = options(hub.get(address), "coach")
    assert "disabled" in found[f"{from_where(cast.coach_b)}: is a coach of this assessment already"]
    assert hub.post(address, {"coach": ""}).status_code == 422
    assert hub.post(address, {"coach": third.pk}).url == back
    assert review_of(calibration, third).seat == Review.Seat.FIRST


def test_only_the_cohorts_hub_chooses(cast, sign_in) -> None:
    calibration = assigned(cast)
    review = review_of(calibration, cast.coach_a)
    for address in (
        at("assign", calibration.pk),
        at("fill_seat", calibration.pk),
        at("replace", review.pk),
    ):
        for person, status in (
            (cast.moderator, 403),
            (cast.coach_a, 403),
            (cast.lead, 404),
            (cast.other_hub, 404),
            (cast.stranger, 404),
        ):
            assert sign_in(person).get(address).status_code == status
            assert sign_in(person).post(address).status_code == status
    assert sign_in(cast.coach_b).get(at("replace", review.pk)).status_code == 404
