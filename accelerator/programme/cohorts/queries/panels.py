"""What the home page says of cohorts to those who look after the site."""

from collections.abc import Collection

from django.urls import reverse

from accelerator.models import Role, User
from accelerator.programme.journey import Button, Panel


def panels(user: User, roles: Collection[str]) -> list[Panel]:
    """The way to the first cohort; who runs one has its own panel. No queries."""
    if not user.is_staff or Role.HUB in roles:
        return []
    return [
        Panel(
            "Cohorts",
            "You look after the site, so you can open a cohort. You then run it.",
            Button("Cohorts", reverse("cohorts")),
            links=[Button("Letters and people", f"{reverse('account')}#site")],
        )
    ]
