"""What an organisation says of itself, as a page shows it."""

from dataclasses import dataclass
from typing import Any

from accelerator.models import Enrolment, Profile


@dataclass(frozen=True)
class Fact:
    """`value` is "" for what was not said."""

    label: str
    value: str


def profile_of(enrolment: Enrolment) -> Profile | None:
    return Profile.objects.filter(enrolment=enrolment).select_related("updated_by").first()


def facts_of(profile: Any) -> list[Fact]:
    """A profile, or a row of its history, in words; None has nothing said."""
    if profile is None:
        profile = Profile()
    kind = profile.impact_focus
    return [
        Fact("Impact focus", f"Type {kind}. {Profile.ImpactFocus(kind).label}" if kind else ""),
        Fact("Years of youth social action", _number(profile.social_action_years)),
        Fact("People in the team", _number(profile.team_size)),
        Fact("Turnover", Profile.Turnover(profile.turnover).label if profile.turnover else ""),
        Fact("Setting", Profile.Setting(profile.setting).label if profile.setting else ""),
    ]


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
