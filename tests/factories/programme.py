"""People and the programme, as tests need them."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from accelerator.models import (
    Cohort,
    Enrolment,
    Institution,
    MatchFunder,
    Membership,
    Organisation,
    OutgoingMail,
    Programme,
    User,
)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password("correct horse")


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")


class InstitutionFactory(DjangoModelFactory):
    class Meta:
        model = Institution

    name = factory.Sequence(lambda n: f"Institution {n}")


class MatchFunderFactory(DjangoModelFactory):
    class Meta:
        model = MatchFunder

    name = factory.Sequence(lambda n: f"Funder {n}")


class CohortFactory(DjangoModelFactory):
    class Meta:
        model = Cohort

    name = factory.Sequence(lambda n: f"Cohort {n}")
    slug = factory.Sequence(lambda n: f"cohort-{n}")
    starts_on = date(2026, 9, 1)
    explore_due = date(2026, 11, 14)
    calibrate_due = date(2027, 1, 15)
    improve_due = date(2027, 3, 31)
    review_due = date(2027, 9, 1)


class ProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = Programme

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Programme {n}")


class EnrolmentFactory(DjangoModelFactory):
    class Meta:
        model = Enrolment

    cohort = factory.SubFactory(CohortFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    programme = factory.SubFactory(
        ProgrammeFactory, organisation=factory.SelfAttribute("..organisation")
    )


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)


def stuck_letter(**more) -> OutgoingMail:
    """A letter that was tried in vain."""
    row = {"to": "amina@example.org", "subject": "Welcome", "text": "A secret link."}
    row |= {"attempts": 3, "last_error": "Connection refused"}
    return OutgoingMail.objects.create(**row | more)
