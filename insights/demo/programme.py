"""The demonstration programme of fixtures/demo.yaml, brought about through the services."""

import io
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accelerator.core.pdf import render_pdf
from accelerator.models import (
    Cohort,
    Enrolment,
    Institution,
    Invitation,
    MatchFunder,
    Membership,
    Organisation,
    Programme,
    Role,
    User,
)
from accelerator.models.people import DEMO_DOMAIN
from accelerator.programme.accounts.demo import ACCOUNTS, PASSWORD
from accelerator.programme.participation import services as participation
from accelerator.programme.team.services import invite
from assessments.evidence import services as evidence_service
from assessments.framework.queries import frameworks_open_to
from assessments.framework.services import open_framework
from assessments.models import Assessment, Framework
from assessments.rating.services import save_rating, start_assessment
from assessments.rating.values import Answers
from assessments.submission.services import submit_assessment
from insights.demo.about import tell_about
from insights.demo.calibration import STATES, calibrate

BEGUN = 11  # criteria that somebody has rated who has only begun
FILE = settings.BASE_DIR / "fixtures" / "demo.yaml"


@transaction.atomic
def load_demo(*, framework: Framework, path: Path = FILE) -> Cohort:
    """Make what is missing of the demonstration; what is there, and what visitors did, stays."""
    data = yaml.safe_load(path.read_text())
    people = {account.email.partition("@")[0]: _person(account) for account in ACCOUNTS}
    cohort = _cohort(data["cohort"])
    if cohort.pk not in frameworks_open_to([cohort.pk]):
        open_framework(cohort=cohort, framework=framework)
    enrolments = [_enrolment(cohort, entry) for entry in data["organisations"]]
    _memberships(people, cohort, enrolments, data["organisations"])
    tell_about(enrolments[0], enrolments[2:4], people)
    for enrolment, entry in zip(enrolments, data["organisations"], strict=True):
        if entry["state"] == "not_started":
            continue
        assessment = _assessment(enrolment, entry, data)
        if assessment and "part" in entry:
            _part(enrolment, people["hub"], *entry["part"])
        if assessment and entry["state"] in STATES:
            calibrate(assessment, entry["state"], data["coaches"], people)
    return cohort


def _person(account) -> User:
    user, new = User.objects.get_or_create(email=account.email, defaults={"name": account.name})
    if new:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return user


def _cohort(entry: dict) -> Cohort:
    """A cohort that began two months ago, whenever the demonstration is loaded."""
    start = (timezone.localdate() - timedelta(days=60)).replace(day=1)
    due = {
        f"{phase}_due": start + timedelta(days=days)
        for phase, days in (("explore", 90), ("calibrate", 150), ("improve", 210), ("review", 365))
    }
    words = {name: entry[name] for name in ("name", "aims", "safeguarding_contact")}
    cohort, new = Cohort.objects.get_or_create(
        slug=entry["slug"], defaults={"starts_on": start, "is_synthetic": True, **words, **due}
    )
    if new:
        cohort.institutions.set(_institution(name) for name in entry["institutions"])
    return cohort


def _institution(name: str) -> Institution:
    return Institution.objects.get_or_create(name=name)[0]


def _enrolment(cohort: Cohort, entry: dict) -> Enrolment:
    organisation, _ = Organisation.objects.get_or_create(name=entry["name"])
    programme, _ = Programme.objects.get_or_create(
        organisation=organisation,
        name=entry["programme"],
        defaults={"description": entry["description"]},
    )
    funder, _ = MatchFunder.objects.get_or_create(name=entry["funder"])
    enrolment, _ = Enrolment.objects.get_or_create(
        cohort=cohort,
        organisation=organisation,
        defaults={"programme": programme},
    )
    enrolment.match_funders.add(funder)
    return enrolment


def _memberships(
    people: dict[str, User], cohort: Cohort, enrolments: list[Enrolment], entries: list[dict]
) -> None:
    own = {"organisation": enrolments[0].organisation}
    first, second = map(_institution, ("Weir Street Research", "Centre for Youth Practice"))
    for who, role, home, job in (
        ("lead", Role.LEAD, own, "Programme manager"),
        ("deputy", Role.DEPUTY, own, "Operations manager"),
        ("member", Role.MEMBER, own, "Workshop leader"),
        ("sponsor", Role.SPONSOR, own, "Chief executive"),
        ("adviser", Role.ADVISER, {"enrolment": enrolments[0]}, "Research associate"),
        ("coach-a", Role.COACH, {"institution": first}, "Researcher"),
        ("coach-b", Role.COACH, {"institution": second}, "Practice lead"),
        ("moderator", Role.MODERATOR, {"cohort": cohort}, "Head of quality"),
        ("hub", Role.HUB, {"cohort": cohort}, "Programme officer"),
        (
            "funder",
            Role.FUNDER,
            {"match_funder": enrolments[0].match_funders.get()},
            "Grants manager",
        ),
    ):
        Membership.objects.get_or_create(
            user=people[who], role=role, **home, defaults={"job_role": job}
        )
    waiting = f"trustee@{DEMO_DOMAIN}"
    if not Invitation.objects.filter(email=waiting).exists():
        place = enrolments[0].organisation
        invite(
            actor=people["lead"], role=Role.READER, place=place, email=waiting, name="Noor Haddad"
        )
    for number, (enrolment, entry) in enumerate(zip(enrolments, entries, strict=True), start=1):
        if "invited" in entry:
            _invited_to_lead(people["hub"], enrolment, entry["invited"])
            continue
        leader = people["lead"] if number == 1 or "lead" in entry else _leader(number, enrolment)
        Membership.objects.get_or_create(
            user=leader, role=Role.LEAD, organisation=enrolment.organisation
        )


def _invited_to_lead(hub: User, enrolment: Enrolment, letter: dict) -> None:
    place = enrolment.organisation
    leads = {"organisation": place, "role": Role.LEAD}
    held = Membership.objects.filter(**leads).exists()
    if not held and not Invitation.objects.filter(**leads).exists():
        invite(actor=hub, role=Role.LEAD, place=place, **letter)


def _leader(number: int, enrolment: Enrolment) -> User:
    leader, _ = User.objects.get_or_create(
        email=f"lead-{number}@{DEMO_DOMAIN}",
        defaults={"name": f"Lead of {enrolment.organisation}", "password": "!"},
    )
    return leader


def _assessment(enrolment: Enrolment, entry: dict, data: dict) -> Assessment | None:
    """The enrolment's assessment, rated as the file says; None when there is one already."""
    if Assessment.objects.filter(enrolment=enrolment).exists():
        return None
    leader = User.objects.get(
        memberships__organisation=enrolment.organisation, memberships__role=Role.LEAD
    )
    assessment = start_assessment(actor=leader, enrolment=enrolment)
    ratings = {
        rating.criterion.code: rating for rating in assessment.ratings.select_related("criterion")
    }
    draft = entry["state"] == "draft"
    answers = data["ratings"] if draft else _others_answers(enrolment, data)
    if entry["state"] == "begun":
        answers = dict(islice(answers.items(), BEGUN))
    for code, answer in answers.items():
        if answer is None:
            continue
        level, words = answer
        ratings[code] = save_rating(
            actor=leader,
            rating=ratings[code],
            read_version=ratings[code].version,
            answers=Answers(level, words, "", "", ""),
        )
    if entry["state"] == "begun":
        return assessment
    for piece in data["evidence"] if draft else data["others"]["evidence"]:
        _evidence(enrolment, leader, piece, ratings)
    if not draft:
        submit_assessment(actor=leader, assessment=assessment)
        assessment.refresh_from_db()
    return assessment


def _part(enrolment: Enrolment, hub: User, state: str, days: int, reason: str) -> None:
    """Its part stopped so many days ago."""
    stop = participation.pause if state == "paused" else participation.withdraw
    on = timezone.localdate() - timedelta(days=days)
    stop(actor=hub, enrolment=enrolment, on=on, reason=reason)


def _others_answers(enrolment: Enrolment, data: dict) -> dict[str, tuple[int, str]]:
    """Levels near the first organisation's, moved by a fixed pattern, with neutral words."""
    answers = {}
    for place, (code, answer) in enumerate(data["ratings"].items()):
        base = answer[0] if answer else 1
        level = max(0, min(3, base + (1, 0, 0, 1, -1)[(place * 3 + enrolment.pk) % 5]))
        words = data["others"]["words"][level]
        answers[code] = (level, words[(place + enrolment.pk) % len(words)])
    return answers


def _evidence(enrolment: Enrolment, actor: User, piece: dict, ratings: dict) -> None:
    common: dict[str, Any] = {
        "actor": actor,
        "enrolment": enrolment,
        "ratings": [ratings[code] for code in piece["uses"]],
    }
    if piece["kind"] in ("file", "pdf"):
        content = piece["text"].encode() if piece["kind"] == "file" else _pdf(piece)
        added = evidence_service.add_file(upload=io.BytesIO(content), name=piece["name"], **common)
    elif piece["kind"] == "link":
        added = evidence_service.add_link(url=piece["url"], title=piece["title"], **common)
    else:
        added = evidence_service.add_note(note=piece["text"], title=piece["title"], **common)
    for use in added.uses.select_related("rating__criterion", "evidence"):
        part, practice = piece["uses"][use.rating.criterion.code]
        evidence_service.describe_use(actor=actor, use=use, part=part, practice=practice)


def _pdf(piece: dict) -> bytes:
    return render_pdf(
        "insights/demo_evidence.html",
        {"title": piece["title"], "paragraphs": piece["paragraphs"]},
        title=piece["title"],
        created=timezone.now(),
    )
