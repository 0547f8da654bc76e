"""What a coach is not shown until their own level is given: the organisation's, and others'."""

import re
from types import SimpleNamespace

import pytest
from django.urls import reverse

from accelerator.models import AuditEvent, Role
from assessments.models import Evidence
from assessments.rating.services import save_rating
from assessments.submission.services import submit_assessment
from calibration.assigning.services import assigning, settings
from calibration.models import Calibration, Release, Review, ReviewRating
from calibration.reviewing.queries.examples import others_rated
from tests.factories.assessment import answers, note, started
from tests.factories.calibration import assigned, released, review_of, scored, submit
from tests.factories.programme import CohortFactory, EnrolmentFactory, MembershipFactory
from tests.factories.workbench import CODE, data, url

CANARY = "We could not say, canary."


@pytest.fixture
def hidden(cast) -> Review:
    """Coach A's review, of an organisation at high throughout but for one that it cannot rate."""
    assessment = started(cast.enrolment, cast.lead)
    for rating in assessment.ratings.select_related("criterion"):
        given = answers(3)
        if rating.criterion.code == "sustain.5":
            given = answers(None, cannot_rate_reason=CANARY)
        if rating.criterion.position % 10 == 0:
            note(cast.enrolment, cast.lead, rating, text=f"Note for {rating.criterion.code}")
        save_rating(actor=cast.lead, rating=rating, read_version=0, answers=given)
    submit_assessment(actor=cast.lead, assessment=assessment)
    assessment.refresh_from_db()
    settings.save_settings(
        actor=cast.hub, cohort=cast.enrolment.cohort, hide_self_level=True, require_practice=False
    )
    calibration = assigning.open_calibration(actor=cast.hub, assessment=assessment)
    assigning.assign_coaches(
        actor=cast.hub, calibration=calibration, coaches=[cast.coach_a, cast.coach_b]
    )
    return review_of(calibration, cast.coach_a)


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast.coach_a)


def told(page: str) -> list[str]:
    """Every place at which a page could tell the organisation's level or a difference from it."""
    own = re.search(r'id="own-level".*?</div>', page, re.DOTALL)
    found = re.findall(r"Yours is|below theirs\b, so|mark-?down|They chose|higher\.|lower\.", page)
    return found + re.findall(r"High|chip|data-say", own[0] if own else "")


def pages(review: Review, client) -> dict[str, str]:
    """Every page a coach reaches from a review, by address."""
    framework = review.calibration.assessment.framework
    addresses = [
        reverse("calibration:queue"),
        reverse("calibration:severity"),
        reverse("calibration:conflicts"),
        *(url(name, review) for name in ("review", "review_submit", "review_recuse", "ask")),
        *(url("rate", review, criterion.code) for criterion in framework.criteria.all()),
    ]
    for piece in Evidence.objects.filter(enrolment=review.calibration.assessment.enrolment):
        addresses += [
            reverse(f"assessments:{name}", args=[piece.pk])
            for name in ("evidence", "evidence_view")
        ]
    found = {address: client.get(address) for address in addresses}
    assert {response.status_code for response in found.values()} == {200}
    return {address: response.content.decode() for address, response in found.items()}


def test_the_hidden_level_is_on_no_page(hidden, client) -> None:
    for address, page in pages(hidden, client).items():
        assert told(page) == [], address
        assert CANARY not in page, address
        # High is a level's name on cards and legends; nowhere is it a chip of the organisation's.
        assert 'chip l3"><span' not in page or address == url("review", hidden), address
    assert "shown once yours is given" in client.get(url("rate", hidden, CODE)).content.decode()
    assert not ReviewRating.objects.exclude(self_level_shown_at=None).exists()


def test_the_pages_are_the_same_whatever_the_hidden_level_is(hidden, client, cast) -> None:
    """Nothing counts, sorts or flags by it: two criteria that differ only in it look alike."""
    high = client.get(url("rate", hidden, "sustain.4")).content.decode()
    unrated = client.get(url("rate", hidden, "sustain.5")).content.decode()
    own = r'(?s)<section class="panel own".*?</section>'
    assert re.search(own, high)[0] == re.search(own, unrated)[0]


def test_other_ways_to_the_level_are_shut(hidden, client) -> None:
    assessment = hidden.calibration.assessment
    for name in ("overview", "results", "check", "ratings_csv"):
        address = reverse(f"assessments:{name}", args=[assessment.pk])
        assert client.get(address).status_code == 404, name
    for name in ("criterion", "history"):
        address = reverse(f"assessments:{name}", args=[assessment.pk, CODE])
        assert client.get(address).status_code == 404, name


def test_saving_a_level_shows_theirs_and_keeps_when(hidden, client) -> None:
    rating = hidden.ratings.get(criterion__code=CODE)
    autosave = url("rate_autosave", hidden, CODE)
    words = client.post(autosave, {"answer": "", "commentary": "Reading.", "version": 0})
    assert told(words.content.decode()) == []
    rating.refresh_from_db()
    assert rating.self_level_shown_at is None
    page = client.post(autosave, {"answer": "1", "version": 1}).content.decode()
    assert "Yours is 2 steps lower." in page
    assert "They chose High confidence." in page
    rating.refresh_from_db()
    shown_at = rating.self_level_shown_at
    assert shown_at is not None
    client.post(autosave, {"answer": "3", "version": 2})
    client.post(autosave, {"answer": "", "version": 3})
    rating.refresh_from_db()
    assert (rating.level, rating.self_level_shown_at) == (None, shown_at)
    assert (
        "High"
        in re.search(
            r'(?s)id="own-level".*?</div>', client.get(url("rate", hidden, CODE)).content.decode()
        )[0]
    )
    other = client.get(url("rate", hidden, "design.1")).content.decode()
    assert told(other) == []


def test_cannot_judge_also_shows_it(hidden, client) -> None:
    client.post(
        url("rate_autosave", hidden, "sustain.5"),
        {"answer": "cannot", "cannot_judge_reason": "It does not open.", "version": 0},
    )
    assert CANARY in client.get(url("rate", hidden, "sustain.5")).content.decode()


def test_saved_and_gone_on_it_is_noted_once_it_is_seen(hidden, client) -> None:
    rating = hidden.ratings.get(criterion__code=CODE)
    client.post(url("rate", hidden, CODE), {"answer": "3", "version": 0, "action": "next"})
    rating.refresh_from_db()
    assert rating.self_level_shown_at is None
    client.get(url("rate", hidden, CODE))
    rating.refresh_from_db()
    assert rating.self_level_shown_at is not None


def test_the_partner_still_sees_nothing(hidden, client, cast, sign_in) -> None:
    client.post(url("rate", hidden, CODE), {"answer": "1", "version": 0})
    other = review_of(hidden.calibration, cast.coach_b)
    page = sign_in(cast.coach_b).get(url("rate", other, CODE)).content.decode()
    assert told(page) == []


def test_where_nothing_is_hidden_the_level_is_there_from_the_start(cast, client) -> None:
    review = review_of(assigned(cast), cast.coach_a)
    page = client.get(url("rate", review, CODE)).content.decode()
    assert "Moderate" in re.search(r'(?s)id="own-level".*?</div>', page)[0]
    client.post(url("rate", review, CODE), {"answer": "1", "version": 0})
    assert review.ratings.get(criterion__code=CODE).self_level_shown_at is None


# How others were rated


def release_others(cast, *levels: int, cohort=None, **enrolled) -> list[Calibration]:
    """One more organisation released at each of the levels."""
    found = []
    for level in levels:
        enrolment = EnrolmentFactory(cohort=cohort or cast.enrolment.cohort, **enrolled)
        people = {
            "lead": MembershipFactory(role=Role.LEAD, organisation=enrolment.organisation).user,
            "enrolment": enrolment,
        }
        other = SimpleNamespace(**{**vars(cast), **people})
        found.append(released(other, first=level, second=level))
    return found


def others(page: str) -> str:
    return re.search(r'(?s)<section class="panel others".*?</section>', page)[0]


def counts(page: str) -> dict[str, int]:
    rows = re.findall(r"(?s)</span>([^<]+)</span>\s*</th><td>(\d+) ", others(page))
    return {level.strip(): int(count) for level, count in rows}


def test_others_are_shut_until_i_have_a_level(cast, client) -> None:
    release_others(cast, 0, 1, 1)
    review = review_of(assigned(cast), cast.coach_a)
    address = url("rate", review, CODE)
    shut = others(client.get(address).content.decode())
    assert "Give your own level first" in shut
    assert "button" not in shut
    refused = client.post(url("examples", review, CODE), {"answer": "", "version": 0}, follow=True)
    assert "Give your own level first, so that" in refused.content.decode()
    assert counts(refused.content.decode()) == {}
    assert not AuditEvent.objects.filter(action="examples.opened").exists()

    client.post(address, {"answer": "2", "version": 1})
    ready = client.get(address).content.decode()
    assert "Show how others were rated" in others(ready)
    assert counts(ready) == {}


def test_opening_saves_the_page_counts_the_others_and_is_logged(cast, client) -> None:
    release_others(cast, 0, 1, 1)
    review = review_of(assigned(cast), cast.coach_a)
    answer = client.post(
        url("examples", review, CODE), {"answer": "2", "commentary": "Kept.", "version": 0}
    )
    assert answer.url == f"{url('rate', review, CODE)}#others"
    page = client.get(url("rate", review, CODE)).content.decode()
    assert counts(page) == {"High": 0, "Moderate": 0, "Little": 2, "Low or no": 1}
    assert "3 other organisations" in others(page)
    for release in Release.objects.all():
        assert release.calibration.assessment.enrolment.organisation.name not in page
    rating = review.ratings.get(criterion__code=CODE)
    assert rating.commentary == "Kept."
    assert rating.examples_opened_at is not None
    event = AuditEvent.objects.get(action="examples.opened")
    assert (event.actor, event.data) == (cast.coach_a, {"criterion": rating.criterion_id})
    assert client.get(url("examples", review, CODE)).status_code == 405


def test_fewer_than_three_others_are_not_enough(cast, client) -> None:
    release_others(cast, 0, 1)
    review = review_of(assigned(cast), cast.coach_a)
    client.post(url("examples", review, CODE), {"answer": "2", "version": 0})
    page = client.get(url("rate", review, CODE)).content.decode()
    assert "Not enough yet" in others(page)
    assert counts(page) == {}


def test_only_standing_releases_of_others_of_the_same_kind_count(cast, client) -> None:
    from calibration.releasing.services.releasing import reopen

    first, *_ = release_others(cast, 0, 1, 1)
    release_others(cast, 3, cohort=CohortFactory(is_synthetic=True))
    reopen(actor=cast.hub, calibration=first, reason="New evidence")
    Release.objects.filter(calibration=first).update(superseded_at=first.opened_at)
    scored_elsewhere(cast)
    review = review_of(assigned(cast), cast.coach_a)
    client.post(url("examples", review, CODE), {"answer": "2", "version": 0})
    assert "Not enough yet" in others(client.get(url("rate", review, CODE)).content.decode())
    release_others(cast, 2)
    page = client.get(url("rate", review, CODE)).content.decode()
    assert counts(page) == {"High": 0, "Moderate": 1, "Little": 2, "Low or no": 0}


def test_an_organisation_released_twice_counts_once_by_its_latest(cast, client) -> None:
    first, *_ = release_others(cast, 0, 1)
    organisation = first.assessment.enrolment.organisation
    release_others(cast, 3, cohort=CohortFactory(), organisation=organisation)
    rating = review_of(assigned(cast), cast.coach_a).ratings.get(criterion__code=CODE)
    assert others_rated(rating) is None
    release_others(cast, 1)
    assert others_rated(rating) == {1: 2, 3: 1}


def scored_elsewhere(cast) -> None:
    """Another organisation whose first review is submitted and not released."""
    enrolment = EnrolmentFactory(cohort=cast.enrolment.cohort)
    leader = MembershipFactory(role=Role.LEAD, organisation=enrolment.organisation).user
    other = SimpleNamespace(**{**vars(cast), "enrolment": enrolment, "lead": leader})
    submit(review_of(scored(other), cast.coach_a))


def test_my_own_organisations_release_is_left_out(cast, client) -> None:
    calibration = released(cast, first=3, second=3)
    release_others(cast, 0, 1, 1)
    rating = review_of(calibration, cast.coach_a).ratings.get(criterion__code=CODE)
    assert others_rated(rating) == {0: 1, 1: 2}
    page = client.get(url("rate", rating.review, CODE)).content.decode()
    assert "did not open this" in others(page)


def test_a_page_fetched_ahead_is_no_showing(hidden, client) -> None:
    client.post(url("rate_autosave", hidden, CODE), data())
    rating = hidden.ratings.get(criterion__code=CODE)
    hidden.ratings.filter(pk=rating.pk).update(self_level_shown_at=None)
    client.get(url("rate", hidden, CODE), headers={"X-Prefetch": "true"})
    rating.refresh_from_db()
    assert rating.self_level_shown_at is None
    client.get(url("rate", hidden, CODE))
    rating.refresh_from_db()
    assert rating.self_level_shown_at is not None
