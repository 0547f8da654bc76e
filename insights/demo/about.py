"""What the demonstration's first organisation says of itself, agrees to and is busy with."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from accelerator.models import Consent, Deadline, Enrolment, Membership, Profile, Role, User
from accelerator.programme.about.services import dates
from accelerator.programme.about.services.commitment import sign
from accelerator.programme.about.services.consents import give_consent
from accelerator.programme.about.services.profile import save_profile

Phase, Kind = Deadline.Phase, Consent.Kind


def tell_about(first: Enrolment, others: list[Enrolment], people: Mapping[str, User]) -> None:
    """Once: what visitors make of it stays."""
    if Profile.objects.filter(enrolment=first).exists():
        return
    save_profile(
        actor=people["lead"],
        enrolment=first,
        read_version=0,
        values={
            "impact_focus": Profile.ImpactFocus.YOUNG_PEOPLE.value,
            "social_action_years": 6,
            "team_size": 9,
            "turnover": Profile.Turnover.TO_500K.value,
            "setting": Profile.Setting.COMMUNITY.value,
        },
    )
    due = first.cohort.improve_due + timedelta(days=21)
    dates.save_busy_time(
        actor=people["lead"],
        enrolment=first,
        starts_on=due - timedelta(days=12),
        ends_on=due + timedelta(days=16),
        what="Bike camp by the river",
    )
    dates.set_deadline(
        actor=people["hub"],
        enrolment=first,
        phase=Phase.IMPROVE,
        due_on=due,
        reason="The workshop moves to the old fire station, and the team with it.",
    )
    for actor, kind in (("sponsor", Kind.WALL), ("lead", Kind.QUOTES), ("lead", Kind.CONTACT)):
        give_consent(actor=people[actor], enrolment=first, kind=kind)
    for other in others:
        place = other.organisation
        leader = Membership.objects.get(organisation=place, role=Role.LEAD).user
        give_consent(actor=leader, enrolment=other, kind=Kind.CONTACT)
    sign(
        actor=people["sponsor"],
        enrolment=first,
        lead_days_a_month=Decimal("2.5"),
        lead_seniority="Programme manager, who decides how Repair Crew runs",
        team_hours_a_month=24,
    )
