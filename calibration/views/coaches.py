from django.http import Http404

from accelerator.models import Membership, Role, User
from calibration.models import Review


def require_coach(user: User) -> None:
    """404 for all but coaches: their pages belong to the person, not to one assessment."""
    coach = Membership.objects.filter(user=user, role=Role.COACH)
    if not coach.exists() and not Review.objects.current().filter(coach=user).exists():
        raise Http404
