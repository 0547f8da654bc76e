from allauth.account.auth_backends import AuthenticationBackend

from accelerator.models import User
from accelerator.programme.accounts.queries import person_signed_in


class Backend(AuthenticationBackend):
    """allauth's, which asks of the person who signed in what every request needs to know."""

    def get_user(self, user_id: int) -> User | None:
        return person_signed_in(user_id)
