"""What the database itself holds to be true of people, roles, cohorts and enrolments."""

from datetime import date, timedelta

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction

from accelerator.models import Cohort, Enrolment, Membership, Role, User
from accelerator.models.people import SCOPE_OF, SCOPES
from tests.factories.programme import (
    CohortFactory,
    EnrolmentFactory,
    InstitutionFactory,
    MatchFunderFactory,
    MembershipFactory,
    OrganisationFactory,
    ProgrammeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

BODIES = {
    "organisation": OrganisationFactory,
    "cohort": CohortFactory,
    "institution": InstitutionFactory,
    "match_funder": MatchFunderFactory,
    "enrolment": EnrolmentFactory,
}


def refused(constraint: str):
    """The block must be stopped by the named constraint, and the test may go on."""

    class Refused:
        def __enter__(self):
            self.inner = pytest.raises(IntegrityError, match=constraint)
            self.atomic = transaction.atomic()
            self.inner.__enter__()
            self.atomic.__enter__()

        def __exit__(self, *error):
            self.atomic.__exit__(*error)
            return self.inner.__exit__(*error)

    return Refused()


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("scope", SCOPES)
def test_a_role_is_held_on_the_kind_of_body_it_belongs_to(role: Role, scope: str) -> None:
    user, body = UserFactory(), BODIES[scope]()
    if SCOPE_OF[role] == scope:
        assert Membership.objects.create(user=user, role=role, **{scope: body}).where == body
    else:
        with refused("membership_role_scope"):
            Membership.objects.create(user=user, role=role, **{scope: body})


def test_a_role_is_never_held_nowhere_or_in_two_places() -> None:
    with refused("membership_role_scope"):
        Membership.objects.create(user=UserFactory(), role=Role.LEAD)
    with refused("membership_role_scope"):
        MembershipFactory(
            role=Role.LEAD, organisation=OrganisationFactory(), cohort=CohortFactory()
        )


def test_an_unknown_role_is_refused() -> None:
    with refused("membership_role_scope"):
        MembershipFactory(role="owner", organisation=OrganisationFactory())


def test_the_same_role_in_the_same_place_is_held_once() -> None:
    held = MembershipFactory(role=Role.LEAD, organisation=OrganisationFactory())
    with refused("membership_once"):
        MembershipFactory(role=Role.LEAD, organisation=held.organisation, user=held.user)
    MembershipFactory(role=Role.SPONSOR, organisation=held.organisation, user=held.user)
    MembershipFactory(role=Role.LEAD, organisation=OrganisationFactory(), user=held.user)


def test_roles_given_changed_and_taken_away_stay_in_the_history() -> None:
    held = MembershipFactory(role=Role.LEAD, organisation=OrganisationFactory())
    Membership.objects.filter(pk=held.pk).update(role=Role.SPONSOR)
    Membership.objects.filter(pk=held.pk).delete()
    events = Membership.pgh_event_model.objects.filter(pgh_obj_id=held.pk).order_by("pgh_id")
    assert [(event.pgh_label, event.role) for event in events] == [
        ("insert", "lead"),
        ("update", "sponsor"),
        ("delete", "sponsor"),
    ]


def test_an_e_mail_address_belongs_to_one_person_whatever_its_case() -> None:
    UserFactory(email="amina@example.org")
    with refused("user_email_unique"):
        UserFactory(email="Amina@Example.ORG")


def test_people_sign_in_with_their_address_in_any_case() -> None:
    user = User.objects.create_user("Amina@Example.org", "correct horse", name="Amina")
    assert user.email == "amina@example.org"
    assert User.objects.get_by_natural_key("AMINA@example.org") == user
    assert authenticate(email="AMINA@EXAMPLE.ORG", password="correct horse") == user
    assert authenticate(email="amina@example.org", password="wrong horse") is None


def test_an_inactive_person_cannot_sign_in() -> None:
    UserFactory(email="gone@example.org", is_active=False)
    assert authenticate(email="gone@example.org", password="correct horse") is None


def test_an_enrolment_has_a_programme_of_its_own_organisation() -> None:
    with refused("enrolment_programme_of_organisation"):
        EnrolmentFactory(organisation=OrganisationFactory(), programme=ProgrammeFactory())
    enrolment = EnrolmentFactory()
    with refused("enrolment_programme_of_organisation"):
        Enrolment.objects.filter(pk=enrolment.pk).update(programme=ProgrammeFactory())


def test_a_programme_in_use_cannot_change_hands() -> None:
    enrolment = EnrolmentFactory()
    with refused("enrolment_programme_of_organisation"):
        type(enrolment.programme).objects.filter(pk=enrolment.programme.pk).update(
            organisation=OrganisationFactory()
        )


def test_an_organisation_is_enrolled_once_in_a_cohort() -> None:
    enrolment = EnrolmentFactory()
    second = ProgrammeFactory(organisation=enrolment.organisation)
    with refused("enrolment_once"):
        EnrolmentFactory(
            cohort=enrolment.cohort, organisation=enrolment.organisation, programme=second
        )
    EnrolmentFactory(organisation=enrolment.organisation, programme=second)


def test_a_withdrawal_has_a_date_and_only_a_withdrawal_has() -> None:
    with refused("enrolment_withdrawn_on"):
        EnrolmentFactory(state=Enrolment.State.WITHDRAWN)
    with refused("enrolment_withdrawn_on"):
        EnrolmentFactory(withdrawn_on=date(2026, 10, 1))
    gone = EnrolmentFactory(state=Enrolment.State.WITHDRAWN, withdrawn_on=date(2026, 10, 1))
    assert not gone.is_active
    assert EnrolmentFactory().is_active


DATES = ["starts_on", "explore_due", "calibrate_due", "improve_due", "review_due"]


@pytest.mark.parametrize("place", range(1, len(DATES)))
def test_a_cohorts_dates_come_in_order(place: int) -> None:
    cohort = CohortFactory()
    before = getattr(cohort, DATES[place - 1])
    with refused("cohort_dates_in_order"):
        Cohort.objects.filter(pk=cohort.pk).update(**{DATES[place]: before - timedelta(days=1)})
    Cohort.objects.filter(pk=cohort.pk).update(**{DATES[place]: before})
