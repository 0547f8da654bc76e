from accelerator.core.rights import prose_of
from accelerator.models import Membership, Role, User
from accelerator.models.people import SCOPES
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
