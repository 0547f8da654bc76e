from django.core.management.base import CommandError

from accelerator.models import User


def person_named(email: str) -> User:
    """The person with that e-mail address, in any case of letters. Raises CommandError."""
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist as error:
        raise CommandError(f"Nobody has the address {email}.") from error
