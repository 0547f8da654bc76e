"""Roles are judged on the row's own organisation and cohort; nothing else opens a row."""

from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Value
from django.http import Http404

from accelerator.core import access
from accelerator.core.access import get_for, may, roles_of, scoped
from accelerator.core.jobs.services import request_job
from accelerator.core.rights import actions, roles_with
from accelerator.models import Cohort, Enrolment, Membership, ReportJob, Role
from assessments.framework.services import publish_framework
from assessments.models import Assessment, Evidence, EvidenceUse, Rating
from assessments.submission.services import submit_assessment
from tests.factories.assessment import SMALL, note, rate_all, started
from tests.factories.programme import EnrolmentFactory, MembershipFactory

# One action of each set of roles: two actions of the same roles cannot differ.
ACTIONS = sorted({frozenset(roles_with(action)): action for action in sorted(actions())}.values())
PEOPLE = [
    "lead",
    "member",
    "sponsor",
    "hub",
    "moderator",
    "coach_a",
    "coach_b",
    "funder",
    "outsider",
    "other_hub",
    "stranger",
    "many",
]
MODELS = [Cohort, Enrolment, ReportJob, Assessment, Rating, Evidence, EvidenceUse]


@pytest.fixture
def world(cast):
    """Two organisations of one cohort: one assessment handed in, one being rated, each with
    evidence and reports; and a person who leads one and works for the other's cohort."""
    framework = publish_framework(data=SMALL)[0]
    cast.many = MembershipFactory(role=Role.SPONSOR, organisation=cast.other.organisation).user
    elsewhere = EnrolmentFactory()
    MembershipFactory(user=cast.many, role=Role.HUB, cohort=elsewhere.cohort)
    MembershipFactory(user=cast.many, role=Role.LEAD, organisation=elsewhere.organisation)
    cast.elsewhere = elsewhere
    cast.submitted = started(cast.enrolment, cast.lead, framework)
    rate_all(cast.submitted, cast.lead, level=1)
    note(cast.enrolment, cast.lead, cast.submitted.ratings.first())
    note(cast.enrolment, cast.lead, text="Not used anywhere.")
    submit_assessment(actor=cast.lead, assessment=cast.submitted)
    cast.draft = started(cast.other, cast.outsider, framework)
    note(cast.other, cast.outsider, cast.draft.ratings.first())
    started(elsewhere, cast.many, framework)
    for enrolment, cohort in (
        (cast.enrolment, None),
        (cast.other, cast.enrolment.cohort),
        (None, cast.enrolment.cohort),
        (None, None),
    ):
        request_job(
            actor=cast.lead,
            kind="test",
            title="A report",
            params={"n": ReportJob.objects.count()},
            enrolment=enrolment,
            cohort=cohort,
        )
    return cast


def some(model):
    """The model's rows; of an assessment's many ratings the first."""
    return model.objects.filter(criterion__position=0) if model is Rating else model.objects.all()


def answer(user, row, action: str) -> str:
    try:
        get_for(user, type(row).objects.all(), action, pk=row.pk)
    except Http404:
        return "not found"
    except PermissionDenied:
        return "forbidden"
    return "granted"


@pytest.mark.parametrize("person", PEOPLE)
def test_a_list_holds_exactly_the_rows_that_open_one_by_one(world, person: str) -> None:
    user = getattr(world, person)
    for model, action in product(MODELS, ACTIONS):
        one_by_one = {row.pk for row in some(model) if answer(user, row, action) == "granted"}
        listed = list(scoped(user, some(model), action).values_list("pk", flat=True))
        assert sorted(map(str, listed)) == sorted(map(str, one_by_one)), (model, action)


def test_the_property_above_sees_both_answers(world) -> None:
    """Every model has a row that somebody opens and that somebody else does not."""
    for model in MODELS:
        answers = {
            answer(getattr(world, person), row, action)
            for person in ("lead", "hub", "many", "stranger")
            for row in some(model)
            for action in ("cohort.run", "assessment.view", "evidence.withdraw")
        }
        assert answers == {"granted", "forbidden", "not found"}, model


@pytest.mark.parametrize(
    ("person", "action", "expected"),
    [
        ("lead", "assessment.submit", "granted"),
        ("member", "assessment.submit", "forbidden"),
        ("member", "assessment.rate", "granted"),
        ("sponsor", "assessment.rate", "forbidden"),
        ("sponsor", "assessment.view", "granted"),
        ("hub", "assessment.view", "granted"),
        ("hub", "assessment.rate", "forbidden"),
        ("moderator", "assessment.view", "forbidden"),
        ("coach_a", "assessment.view", "not found"),
        ("funder", "assessment.view", "not found"),
        ("outsider", "assessment.view", "not found"),
        ("other_hub", "assessment.view", "not found"),
        ("stranger", "assessment.view", "not found"),
        ("many", "assessment.view", "not found"),
    ],
)
def test_who_opens_a_submitted_assessment(world, person: str, action: str, expected: str) -> None:
    assert answer(getattr(world, person), world.submitted, action) == expected


def test_leading_elsewhere_opens_nothing_here(world) -> None:
    assert answer(world.many, world.elsewhere, "assessment.start") == "granted"
    assert answer(world.many, world.enrolment, "assessment.start") == "not found"
    assert answer(world.many, world.other, "assessment.start") == "forbidden"


def test_the_hub_sees_an_assessment_its_words_and_evidence_once_it_is_handed_in(world) -> None:
    open_to_hub = {
        model: set(scoped(world.hub, model.objects.all(), action))
        for model, action in (
            (Assessment, "assessment.view"),
            (Rating, "assessment.view"),
            (Evidence, "evidence.view"),
            (EvidenceUse, "evidence.view"),
        )
    }
    assert open_to_hub[Assessment] == {world.submitted}
    assert open_to_hub[Rating] == set(world.submitted.ratings.all())
    handed_in = Evidence.objects.filter(uses__rating__assessment=world.submitted)
    assert open_to_hub[Evidence] == set(handed_in)
    assert open_to_hub[EvidenceUse] == set(EvidenceUse.objects.filter(evidence__in=handed_in))
    draft = world.draft.ratings.first()
    assert answer(world.hub, world.draft, "assessment.view") == "not found"
    assert answer(world.hub, draft, "assessment.view") == "not found"
    assert answer(world.hub, draft.uses.get().evidence, "evidence.view") == "not found"


def test_a_report_opens_to_the_bodies_it_was_made_for_and_nobody_else(world) -> None:
    own, shared, of_cohort, of_nobody = ReportJob.objects.order_by("requested_at")
    assert answer(world.lead, own, "report.view") == "granted"
    assert answer(world.hub, own, "report.view") == "not found"
    assert answer(world.outsider, shared, "report.view") == "granted"
    assert answer(world.hub, shared, "report.view") == "granted"
    assert answer(world.lead, shared, "report.view") == "not found", "having asked is not a role"
    assert answer(world.hub, of_cohort, "report.view") == "granted"
    assert answer(world.outsider, of_cohort, "report.view") == "not found"
    assert {answer(getattr(world, p), of_nobody, "report.view") for p in PEOPLE} == {"not found"}


def test_a_role_taken_away_closes_the_row_at_once(world) -> None:
    Membership.objects.filter(user=world.lead).delete()
    assert answer(world.lead, world.submitted, "assessment.view") == "not found"


def test_a_row_that_does_not_exist_looks_like_one_of_somebody_else(world) -> None:
    with pytest.raises(Http404):
        get_for(world.lead, Assessment.objects.all(), "assessment.view", pk=0)


def test_the_querysets_own_filter_is_kept(world) -> None:
    hidden = Assessment.objects.exclude(pk=world.submitted.pk)
    with pytest.raises(Http404):
        get_for(world.lead, hidden, "assessment.view", pk=world.submitted.pk)
    assert not scoped(world.lead, hidden, "assessment.view").exists()


def test_an_action_that_no_app_declares_is_an_error(world) -> None:
    with pytest.raises(LookupError, match=r"assessment\.invent"):
        answer(world.lead, world.submitted, "assessment.invent")
    with pytest.raises(LookupError, match=r"assessment\.invent"):
        scoped(world.lead, Assessment.objects.all(), "assessment.invent")
    with pytest.raises(LookupError, match=r"assessment\.invent"):
        may(
            get_for(world.lead, Assessment.objects.all(), "assessment.view", pk=world.submitted.pk),
            "assessment.invent",
        )


@pytest.mark.parametrize("model", MODELS)
def test_one_query_for_a_row_and_one_for_a_list(world, model, django_assert_num_queries) -> None:
    row = scoped(world.lead, model.objects.all(), "assessment.view").first() or world.submitted
    with django_assert_num_queries(1):
        found = get_for(world.lead, type(row).objects.all(), "assessment.view", pk=row.pk)
        assert may(found, "assessment.view")
        assert may(found, "assessment.submit")
        assert not may(found, "cohort.run")
    with django_assert_num_queries(1):
        list(scoped(world.many, model.objects.all(), "assessment.view"))


def test_a_person_with_two_roles_on_a_row_has_the_rights_of_both(world) -> None:
    MembershipFactory(user=world.sponsor, role=Role.HUB, cohort=world.enrolment.cohort)
    row = get_for(world.sponsor, Enrolment.objects.all(), "cohort.run", pk=world.enrolment.pk)
    assert roles_of(row) == {Role.SPONSOR, Role.HUB}
    listed = scoped(world.sponsor, Enrolment.objects.all(), "report.view")
    assert sorted(listed.values_list("pk", flat=True)) == [world.enrolment.pk, world.other.pk]


def test_an_upper_app_grants_roles_on_the_rows_it_names(
    world, monkeypatch, django_assert_num_queries
) -> None:
    monkeypatch.setattr(access, "_grants", [])

    def coach_of_the_first(user, model):
        if model is Assessment and user == world.coach_a:
            mine = Assessment.objects.filter(pk=OuterRef("pk")).filter(pk=world.submitted.pk)
            yield mine.annotate(role=Value("sponsor")).values("role")

    access.register(coach_of_the_first)
    access.register(coach_of_the_first)
    assert answer(world.coach_a, world.submitted, "assessment.view") == "granted"
    assert answer(world.coach_a, world.submitted, "assessment.rate") == "forbidden"
    assert answer(world.coach_a, world.draft, "assessment.view") == "not found"
    assert answer(world.coach_b, world.submitted, "assessment.view") == "not found"
    assert answer(world.lead, world.submitted, "assessment.rate") == "granted"
    assert list(scoped(world.coach_a, Assessment.objects.all(), "assessment.view")) == [
        world.submitted
    ]
    with django_assert_num_queries(1):
        get_for(world.coach_a, Assessment.objects.all(), "assessment.view", pk=world.submitted.pk)
