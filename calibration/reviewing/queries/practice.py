"""Practice cases as one coach meets them."""

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from accelerator.models import User
from calibration.models import PracticeAttempt, PracticeCase


def cases_for(user: User) -> QuerySet[PracticeCase]:
    """Every case, each told whether the coach has `done` it."""
    tried = PracticeAttempt.objects.filter(case=OuterRef("pk"), coach=user)
    return PracticeCase.objects.select_related("criterion__pillar").annotate(done=Exists(tried))


def case_of(slug: str) -> PracticeCase:
    """Raises Http404."""
    found = PracticeCase.objects.select_related("criterion").filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def last_attempt(case: PracticeCase, user: User) -> PracticeAttempt | None:
    return case.attempts.filter(coach=user).first()


def following(case: PracticeCase) -> str | None:
    """The slug of the case after this one; None at the end."""
    slugs = list(PracticeCase.objects.values_list("slug", flat=True))
    later = slugs[slugs.index(case.slug) + 1 :]
    return later[0] if later else None
