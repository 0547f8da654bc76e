from django.http import Http404

from accelerator.models import User
from accelerator.programme.leaving.queries import people


def person_who_may_leave(pk: int) -> User:
    """For views of those who look after the site. Raises Http404 for one who left already."""
    found = people("").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
