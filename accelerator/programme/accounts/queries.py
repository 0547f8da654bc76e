from django.conf import settings
from django.db.models import Exists, OuterRef

from accelerator.core.rights import prose_of
from accelerator.models import Membership, Role, User
from accelerator.models.people import SCOPES, TRUSTED_ROLES, second_factors
from accelerator.programme.accounts.demo import ACCOUNTS


def roles_in_words(user: User) -> list[dict]:
    """What a person is where, and what they may do there."""
    return [
        {
            "role_label": membership.get_role_display(),
            "where": membership.where,
            "job_role": membership.job_role,
            "prose": prose_of(Role(membership.role)),
        }
        for membership in Membership.objects.filter(user=user).select_related(*SCOPES)
    ]


def demo_person(email: str) -> User | None:
    """The demo's person of that address; None for everybody else."""
    if email not in {account.email for account in ACCOUNTS}:
        return None
    return User.objects.filter(email=email).first()


def person_signed_in(pk: int) -> User | None:
    """The person of a session, if the account is open, with what every request asks of them."""
    trusted = Membership.objects.filter(user=OuterRef("pk"), role__in=TRUSTED_ROLES)
    factors = second_factors().filter(user=OuterRef("pk"))
    people = User.objects.annotate(trusted=Exists(trusted), factor=Exists(factors))
    person = people.filter(pk=pk, is_active=True).first()
    if person is not None:
        vars(person).update(reads_others=person.trusted, has_second_factor=person.factor)
    return person


def idle_hours(user: User) -> float:
    """After how many hours without use a session of theirs ends."""
    return settings.IDLE_HOURS_TRUSTED if user.is_trusted else settings.IDLE_HOURS
