"""One organisation's full assessment, from the words of fixtures/demo.yaml, among forty others."""

from dataclasses import dataclass
from datetime import date

import yaml
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command

from accelerator.models import Cohort, Enrolment, Membership, Organisation, Programme, Role, User
from assessments.evidence import services as evidence
from assessments.framework.services import open_framework, publish_framework
from assessments.framework.source import read_framework
from assessments.models import Assessment
from assessments.rating.services import save_rating, start_assessment
from assessments.rating.values import Answers

FRAMEWORK = settings.BASE_DIR / "fixtures" / "frameworks" / "confidence-framework-2.0.yaml"
DEMO = settings.BASE_DIR / "fixtures" / "demo.yaml"
OTHERS = 40


@dataclass(frozen=True)
class Sample:
    """What the measurements use: an assessment and its lead."""

    assessment: int
    lead: int


def load() -> Sample:
    """Migrate, and make the data through the services."""
    call_command("migrate", verbosity=0)
    words = yaml.safe_load(DEMO.read_text())
    framework, _ = publish_framework(data=read_framework(FRAMEWORK))
    due = {f"{phase}_due": date(2027, 6, 1) for phase in ("explore", "calibrate", "improve")}
    cohort = Cohort.objects.create(
        name="Benchmark cohort",
        slug="benchmark",
        starts_on=date(2026, 9, 1),
        review_due=date(2027, 9, 1),
        is_synthetic=True,
        **due,
    )
    open_framework(cohort=cohort, framework=framework)
    lead = User.objects.create(email="lead@demo.example", name="Amina Okafor")
    ours = _rated(cohort, words["organisations"][0], lead, words)
    for number in range(OTHERS):
        entry = {"name": f"Organisation {number}", "programme": f"Programme {number}"}
        other = User.objects.create(email=f"lead-{number}@demo.example", name=f"Lead {number}")
        start_assessment(actor=other, enrolment=_enrolled(cohort, entry, other))
    return Sample(ours.pk, lead.pk)


def _enrolled(cohort: Cohort, entry: dict, lead: User) -> Enrolment:
    organisation = Organisation.objects.create(name=entry["name"])
    programme = Programme.objects.create(organisation=organisation, name=entry["programme"])
    Membership.objects.create(user=lead, role=Role.LEAD, organisation=organisation)
    return Enrolment.objects.create(cohort=cohort, organisation=organisation, programme=programme)


def _rated(cohort: Cohort, entry: dict, lead: User, words: dict) -> Assessment:
    """Every criterion rated, with a reason; those that the demonstration leaves open as others."""
    assessment = start_assessment(actor=lead, enrolment=_enrolled(cohort, entry, lead))
    ratings = {
        rating.criterion.code: rating for rating in assessment.ratings.select_related("criterion")
    }
    for place, (code, answer) in enumerate(words["ratings"].items()):
        level, reason = answer or (place % 3, words["others"]["words"][place % 3][place % 2])
        save_rating(
            actor=lead,
            rating=ratings[code],
            read_version=0,
            answers=Answers(level, reason, "", "", ""),
        )
    for piece in words["evidence"]:
        uses = [ratings[code] for code in piece["uses"]]
        title = piece.get("title") or piece["name"]
        evidence.add_note(
            actor=lead, enrolment=assessment.enrolment, note=title, title=title, ratings=uses
        )
    return assessment


def sign_in(user: User) -> str:
    """The key of a session in the database that is signed in as the person."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key
