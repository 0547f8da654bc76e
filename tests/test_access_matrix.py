"""Every URL x every role, GET and POST, each answer under closed policies. A URL that is not
listed here fails."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.closed import assert_closed_and_plain

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_draws")]

ROLES = (
    "anonymous",
    "lead",
    "deputy",
    "member",
    "reader",
    "sponsor",
    "adviser",
    "coach_a",
    "coach_b",
    "moderator",
    "hub",
    "funder",
    "outsider",
    "other_hub",
    "stranger",
    "staff",
)
# What a role gets: "ok" is any answer of the page itself (200, redirect, 4xx of its form).
OK, FORBIDDEN, GONE, LOGIN, METHOD = "ok", 403, 404, "login", 405


@dataclass(frozen=True)
class Entry:
    """Who may GET and who may POST; insiders without the right get 403, the others 404."""

    get: frozenset[str] | None
    post: frozenset[str] | None
    insiders: frozenset[str] = frozenset()
    args: Callable = lambda world: []
    public: bool = False


def people(*names: str) -> frozenset[str]:
    return frozenset(names)


EVERYBODY = people(*ROLES) - {"anonymous"}
OWN = people("lead", "deputy", "member", "reader", "sponsor")
RATERS = people("lead", "deputy", "member")
LEAD = people("lead", "deputy")
SIGNERS = people("lead", "deputy", "sponsor")
HUB = people("hub")
ADVISER = people("adviser")
BESIDE = HUB | ADVISER
STAFF = people("staff")
COHORT = people("hub", "moderator")
# Who opens a cohort: who runs one, and who looks after the site.
OPENERS = people("hub", "other_hub", "staff")
MODERATOR = people("moderator")
FIRST = people("coach_a")
TRUSTED = people("adviser", "coach_a", "coach_b", "moderator", "hub", "other_hub", "staff")
SEATED = people("coach_a", "coach_b")
COMPARE = SEATED | COHORT
READERS = OWN | COMPARE | ADVISER
AROUND = OWN | COHORT | ADVISER
SPONSOR = people("sponsor")
WORKERS = RATERS | SPONSOR
READ_PLAN = OWN | BESIDE


def draft(world):
    return [world.draft.pk]


def draft_criterion(world):
    return [world.draft.pk, "monitor.3"]


def handed_in(world):
    return [world.submitted.pk]


def typed_note(world):
    return [world.enrolment.pk, "assessments.Evidence", str(world.note.pk), "note"]


def own_review(world):
    return [world.review.pk]


def own_criterion(world):
    return [world.review.pk, "monitor.3"]


def compared(world):
    return [world.both_in.pk]


def given(world):
    return [world.released.pk]


def planned(world):
    return [world.plan.enrolment_id]


def objective(world):
    return [world.objective.pk]


def action(world):
    return [world.action.pk]


def plan_version(world):
    return [world.plan.enrolment_id, world.plan_version.number]


def version(world):
    return [world.released.pk, 1]


def enrolled(world):
    return [world.enrolment.pk]


def of_improve(world):
    return [world.enrolment.pk, "improve"]


def of_busy_time(world):
    return [world.enrolment.pk, world.busy_time.pk]


def of_the_wall(world):
    return [world.enrolment.pk, "wall"]


def invited(world):
    return [world.enrolment.pk, world.invitation.pk]


def membership_of(name: str) -> Callable:
    def args(world):
        mine = getattr(world, name).memberships
        place = world.enrolment.organisation
        return [world.enrolment.pk, mine.get(organisation=place).pk]

    return args


def cohort(world):
    return [world.enrolment.cohort.slug]


def moderator_here(world):
    return [*cohort(world), world.moderator.memberships.get(cohort=world.enrolment.cohort).pk]


def invited_to_cohort(world):
    return [*cohort(world), world.cohort_invitation.pk]


PUBLIC = Entry(EVERYBODY, EVERYBODY, public=True)
PUBLIC_PAGE = Entry(EVERYBODY, None, public=True)
MATRIX = {
    "home": Entry(EVERYBODY, EVERYBODY),
    "help": PUBLIC,
    "account": Entry(EVERYBODY, EVERYBODY),
    "signed_in": PUBLIC_PAGE,
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC_PAGE,
    "account_change_password": Entry(EVERYBODY, EVERYBODY),
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC_PAGE,
    "account_reset_password_from_key": Entry(
        EVERYBODY, EVERYBODY, public=True, args=lambda world: ["1", "set-password"]
    ),
    "account_reset_password_from_key_done": PUBLIC_PAGE,
    "account_reauthenticate": Entry(EVERYBODY, EVERYBODY),
    "sign_out_everywhere": Entry(None, EVERYBODY),
    # One's own second factor and nobody else's; the world's staff and coaches have one.
    "mfa_index": Entry(EVERYBODY, None),
    "mfa_authenticate": PUBLIC,
    "mfa_reauthenticate": Entry(EVERYBODY, EVERYBODY),
    "mfa_activate_totp": Entry(EVERYBODY, EVERYBODY),
    "mfa_deactivate_totp": Entry(TRUSTED, TRUSTED),
    "mfa_view_recovery_codes": Entry(TRUSTED, None),
    "mfa_generate_recovery_codes": Entry(EVERYBODY, EVERYBODY),
    "mfa_download_recovery_codes": Entry(TRUSTED, None),
    "mfa_list_webauthn": Entry(EVERYBODY, None),
    "mfa_add_webauthn": Entry(EVERYBODY, EVERYBODY),
    "mfa_login_webauthn": PUBLIC,
    "mfa_reauthenticate_webauthn": Entry(EVERYBODY, EVERYBODY),
    "mfa_edit_webauthn": Entry(FIRST, FIRST, args=lambda world: [world.passkey.pk]),
    "mfa_remove_webauthn": Entry(FIRST, FIRST, args=lambda world: [world.passkey.pk]),
    "demo_sign_in": Entry(None, people(), public=True),
    "health_ready": PUBLIC_PAGE,
    "health_live": PUBLIC_PAGE,
    "health_degraded": Entry(STAFF, None, public=True),
    "metrics": Entry(people(), None, public=True),
    "favicon": PUBLIC,
    "team": Entry(OWN | BESIDE, LEAD | HUB, AROUND, lambda world: [world.enrolment.pk]),
    "enrolment": Entry(OWN | BESIDE, None, AROUND, enrolled),
    "profile_edit": Entry(LEAD | HUB, LEAD | HUB, AROUND, enrolled),
    "dates": Entry(OWN | BESIDE, None, AROUND, enrolled),
    "deadline": Entry(HUB, HUB, AROUND, of_improve),
    "deadline_clear": Entry(None, HUB, AROUND, of_improve),
    "busy_add": Entry(LEAD | HUB, LEAD | HUB, AROUND, enrolled),
    "busy_edit": Entry(LEAD | HUB, LEAD | HUB, AROUND, of_busy_time),
    "busy_remove": Entry(None, LEAD | HUB, AROUND, of_busy_time),
    "consents": Entry(OWN | BESIDE, None, AROUND, enrolled),
    "consent_give": Entry(None, SIGNERS, AROUND, of_the_wall),
    "consent_withdraw": Entry(SIGNERS, SIGNERS, AROUND, of_the_wall),
    "commitment": Entry(OWN | BESIDE, None, AROUND, enrolled),
    "commitment_sign": Entry(people("sponsor"), people("sponsor"), AROUND, enrolled),
    "invitation_again": Entry(None, LEAD | HUB, AROUND, invited),
    "invitation_revoke": Entry(None, LEAD | HUB, AROUND, invited),
    "team_remove": Entry(LEAD | HUB, LEAD | HUB, AROUND, membership_of("member")),
    "hand_over": Entry(LEAD | HUB, LEAD | HUB, AROUND, membership_of("lead")),
    "pause": Entry(HUB, HUB, AROUND, lambda world: [world.enrolment.pk]),
    "withdraw": Entry(HUB, HUB, AROUND, lambda world: [world.enrolment.pk]),
    "resume": Entry(HUB, HUB, AROUND, lambda world: [world.enrolment.pk]),
    "invitation": Entry(EVERYBODY, EVERYBODY, public=True, args=lambda world: [world.token]),
    "stuck_mail": Entry(STAFF, None),
    "people": Entry(STAFF, STAFF),
    "anonymise": Entry(STAFF, STAFF, args=lambda world: [world.stranger.pk]),
    "send_mail_again": Entry(None, STAFF, args=lambda world: [world.letter.pk]),
    "job": Entry(OWN, None, OWN, lambda world: [world.job.pk]),
    "job_status": Entry(OWN, None, OWN, lambda world: [world.job.pk]),
    "job_download": Entry(OWN, None, OWN, lambda world: [world.job.pk]),
    "job_cancel": Entry(None, OWN, OWN, lambda world: [world.job.pk]),
    "job_retry": Entry(None, OWN, OWN, lambda world: [world.job.pk]),
    "erase": Entry(HUB, HUB, AROUND, lambda world: [world.enrolment.pk]),
    "erase_text": Entry(HUB, HUB, AROUND, typed_note),
    "assessments:start": Entry(None, LEAD, AROUND, lambda world: [world.enrolment.pk]),
    "assessments:overview": Entry(OWN, None, OWN, draft),
    "assessments:check": Entry(OWN, None, OWN, draft),
    "assessments:submit": Entry(LEAD, LEAD, OWN, draft),
    "assessments:submitted": Entry(OWN | BESIDE, None, AROUND, handed_in),
    "assessments:submissions": Entry(OWN | BESIDE, None, AROUND, handed_in),
    "assessments:submission": Entry(
        OWN | BESIDE, None, AROUND, lambda world: [world.earlier.assessment_id, 1]
    ),
    "assessments:results": Entry(OWN | BESIDE, None, AROUND, handed_in),
    "assessments:ratings_csv": Entry(OWN | BESIDE, None, AROUND, handed_in),
    "assessments:report": Entry(None, OWN | BESIDE, AROUND, handed_in),
    "assessments:criterion": Entry(OWN, RATERS, OWN, draft_criterion),
    "assessments:autosave": Entry(None, RATERS, OWN, draft_criterion),
    "assessments:history": Entry(OWN, None, OWN, draft_criterion),
    "assessments:evidence_add": Entry(RATERS, RATERS, OWN, draft_criterion),
    "assessments:evidence_attach": Entry(RATERS, RATERS, OWN, draft_criterion),
    "assessments:use_edit": Entry(RATERS, RATERS, OWN, lambda world: [world.use.pk]),
    "assessments:use_detach": Entry(None, RATERS, OWN, lambda world: [world.use.pk]),
    "assessments:library": Entry(AROUND, None, AROUND, lambda world: [world.enrolment.pk]),
    "assessments:evidence": Entry(OWN, RATERS, OWN, lambda world: [world.note.pk]),
    "assessments:evidence_download": Entry(OWN, None, OWN, lambda world: [world.note.pk]),
    "assessments:evidence_withdraw": Entry(LEAD, LEAD, OWN, lambda world: [world.note.pk]),
    "assessments:evidence_view": Entry(OWN, None, OWN, lambda world: [world.note.pk]),
    "assessments:evidence_page": Entry(people(), None, people(), lambda world: [world.note.pk, 1]),
    # The coach's workbench: coach A's own review, handed in by nobody yet.
    "calibration:queue": Entry(SEATED, None),
    "calibration:severity": Entry(SEATED, None),
    "calibration:practice": Entry(SEATED, None),
    "calibration:practice_case": Entry(SEATED, SEATED, args=lambda world: [world.case.slug]),
    "calibration:conflicts": Entry(SEATED, SEATED),
    "calibration:review": Entry(FIRST, None, args=own_review),
    "calibration:review_submit": Entry(FIRST, FIRST, args=own_review),
    "calibration:review_recall": Entry(None, FIRST, args=own_review),
    "calibration:review_recuse": Entry(FIRST, FIRST, args=own_review),
    "calibration:ask": Entry(FIRST, FIRST, args=own_review),
    "calibration:rate": Entry(FIRST, FIRST, args=own_criterion),
    "calibration:rate_autosave": Entry(None, FIRST, args=own_criterion),
    "calibration:examples": Entry(None, FIRST, args=own_criterion),
    # The desk, once both reviews are in.
    "calibration:moderation": Entry(EVERYBODY, None),
    "calibration:reveal": Entry(COMPARE, None, COMPARE, compared),
    "calibration:desk": Entry(COMPARE, None, COMPARE, compared),
    "calibration:desk_criterion": Entry(
        COMPARE, MODERATOR, COMPARE, lambda world: [world.both_in.pk, "design.1"]
    ),
    "calibration:lease_take": Entry(None, MODERATOR, COMPARE, compared),
    "calibration:lease_return": Entry(None, MODERATOR, COMPARE, compared),
    "calibration:confirm_agreements": Entry(MODERATOR, MODERATOR, COMPARE, compared),
    "calibration:propose": Entry(
        None, SEATED, COMPARE, lambda world: [world.both_in.pk, "design.1"]
    ),
    "calibration:sign": Entry(None, SEATED, COMPARE, lambda world: [world.proposal.pk]),
    "calibration:third_coach": Entry(COHORT, COHORT, COMPARE, compared),
    # The hub.
    "cohorts": Entry(EVERYBODY, None),
    "cohort": Entry(HUB, None, COHORT, cohort),
    "cohort_new": Entry(OPENERS, OPENERS),
    "cohort_edit": Entry(HUB, HUB, COHORT, cohort),
    "cohort_copy": Entry(HUB, HUB, COHORT, cohort),
    "cohort_close": Entry(HUB, HUB, COHORT, cohort),
    "cohort_open_again": Entry(HUB, HUB, COHORT, cohort),
    "cohort_people": Entry(HUB, HUB, COHORT, cohort),
    "cohort_remove": Entry(HUB, HUB, COHORT, moderator_here),
    "cohort_invitation_again": Entry(None, HUB, COHORT, invited_to_cohort),
    "cohort_invitation_revoke": Entry(None, HUB, COHORT, invited_to_cohort),
    "organisations": Entry(HUB, None, COHORT, cohort),
    "organisations_csv": Entry(HUB, None, COHORT, cohort),
    "enrol": Entry(HUB, HUB, COHORT, cohort),
    "enrol_sheet": Entry(HUB, HUB, COHORT, cohort),
    "enrol_template": Entry(HUB, None, COHORT, cohort),
    "enrolment_change": Entry(HUB, HUB, AROUND, lambda world: [world.enrolment.pk]),
    "audit_log": Entry(HUB, None, COHORT, cohort),
    "audit_export": Entry(HUB, None, COHORT, cohort),
    "calibration:coaches": Entry(HUB, None, COHORT, cohort),
    "calibration:coach_conflicts": Entry(
        HUB, HUB, COHORT, lambda world: [*cohort(world), world.coach_a.pk]
    ),
    "calibration:lift_conflict": Entry(
        HUB, HUB, COHORT, lambda world: [*cohort(world), world.tie.pk]
    ),
    "calibration:suggestions": Entry(HUB, HUB, COHORT, cohort),
    "calibration:agreement": Entry(HUB, None, COHORT, cohort),
    "calibration:agreement_csv": Entry(HUB, None, COHORT, cohort),
    "calibration:questions": Entry(HUB, None, COHORT, cohort),
    "calibration:open": Entry(None, HUB, AROUND, lambda world: [world.waiting.pk]),
    "calibration:take_back": Entry(LEAD, LEAD, AROUND, lambda world: [world.waiting.pk]),
    "calibration:hand_back": Entry(HUB, HUB, AROUND, lambda world: [world.waiting.pk]),
    "calibration:assign": Entry(HUB, HUB, COHORT, lambda world: [world.unassigned.pk]),
    "calibration:fill_seat": Entry(HUB, HUB, COHORT | SEATED, lambda world: [world.scoring.pk]),
    "calibration:replace": Entry(HUB, HUB, COHORT | FIRST, own_review),
    "calibration:release": Entry(HUB, HUB, COMPARE, compared),
    "calibration:reopen": Entry(HUB, HUB, READERS, given),
    "calibration:answer": Entry(HUB, HUB, OWN | COHORT, lambda world: [world.question.pk]),
    # What an organisation is given.
    "calibration:result": Entry(READERS, None, READERS, given),
    "calibration:result_version": Entry(READERS, None, READERS, version),
    "calibration:result_csv": Entry(READERS, None, READERS, version),
    "calibration:result_report": Entry(None, OWN | BESIDE, READERS, version),
    "calibration:acknowledge": Entry(None, LEAD, READERS, version),
    "calibration:release_ask": Entry(LEAD, LEAD, READERS, given),
    "calibration:late_evidence": Entry(LEAD, LEAD, READERS, given),
    "calibration:meetings": Entry(READERS, None, READERS, given),
    "calibration:meeting_add": Entry(HUB, HUB, READERS, given),
    "calibration:meeting_edit": Entry(HUB, HUB, READERS, lambda world: [world.meeting.pk]),
    "calibration:requests": Entry(AROUND, None, AROUND, handed_in),
    "calibration:request_answer": Entry(
        LEAD, LEAD, OWN | COHORT | SEATED, lambda world: [world.request.pk]
    ),
    # Improve.
    "improvement:plan": Entry(READ_PLAN, None, AROUND, planned),
    "improvement:start": Entry(None, LEAD, AROUND, planned),
    "improvement:starts": Entry(READ_PLAN, None, AROUND, planned),
    "improvement:objective_add": Entry(LEAD, LEAD, AROUND, planned),
    "improvement:objective": Entry(LEAD, LEAD, AROUND, objective),
    "improvement:objective_remove": Entry(LEAD, LEAD, AROUND, objective),
    "improvement:objective_move": Entry(None, LEAD, AROUND, objective),
    "improvement:objective_back": Entry(
        None, LEAD, AROUND, lambda world: [*planned(world), world.objective_out.pk]
    ),
    "improvement:board": Entry(READ_PLAN, None, AROUND, planned),
    "improvement:timeline": Entry(READ_PLAN, None, AROUND, planned),
    "improvement:grid": Entry(READ_PLAN, None, AROUND, planned),
    "improvement:new_dates": Entry(WORKERS, WORKERS, AROUND, planned),
    "improvement:action_add": Entry(LEAD, LEAD, AROUND, objective),
    "improvement:action": Entry(READ_PLAN, None, AROUND, action),
    "improvement:action_edit": Entry(WORKERS, WORKERS, AROUND, action),
    "improvement:action_move": Entry(None, WORKERS, AROUND, action),
    "improvement:action_remove": Entry(LEAD, LEAD, AROUND, action),
    "improvement:resource_add": Entry(None, WORKERS, AROUND, action),
    "improvement:action_attach": Entry(None, WORKERS, AROUND, action),
    "improvement:action_detach": Entry(
        None,
        WORKERS,
        AROUND,
        lambda world: [world.action.pk, world.action.pieces.get().evidence_id],
    ),
    "improvement:hand_over": Entry(LEAD, LEAD, AROUND, planned),
    "improvement:versions": Entry(READ_PLAN, None, AROUND, planned),
    "improvement:version": Entry(READ_PLAN, None, AROUND, plan_version),
    "improvement:version_take_back": Entry(None, LEAD, AROUND, plan_version),
    "improvement:version_decide": Entry(None, SPONSOR, AROUND, plan_version),
    "improvement:version_revoke": Entry(None, SPONSOR, AROUND, plan_version),
    "improvement:version_acknowledge": Entry(None, ADVISER, AROUND, plan_version),
}


def names(patterns=None, namespace: str = "") -> list[str]:
    """Every name of the URLconf, with its namespace; the admin site is tested by itself."""
    found = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                found += names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name"
            found.append(namespace + pattern.name)
    return found


def test_every_url_is_listed() -> None:
    assert sorted(names()) == sorted(MATRIX)


def outcome(response) -> str | int:
    if response.status_code == 302 and response.url.startswith("/accounts/login/?next="):
        return LOGIN
    if response.status_code in (403, 404, 405):
        return response.status_code
    assert response.status_code < 500, response.content[:500]
    return OK


def expected(entry: Entry, allowed: frozenset[str] | None, role: str) -> str | int:
    if allowed is None:
        return LOGIN if role == "anonymous" and not entry.public else METHOD
    if entry.public and role == "anonymous":
        return OK if allowed == EVERYBODY else GONE
    if role == "anonymous":
        return LOGIN
    if role in allowed:
        return OK
    return FORBIDDEN if role in entry.insiders else GONE


@pytest.mark.parametrize("name", sorted(MATRIX))
@pytest.mark.parametrize("method", ["get", "post"])
def test_matrix(world, browsers, name: str, method: str) -> None:
    entry = MATRIX[name]
    address = reverse(name, args=entry.args(world))
    allowed = getattr(entry, method)
    for role in ROLES:
        with transaction.atomic():
            response = getattr(browsers(role), method)(address)
            transaction.set_rollback(True)
        assert outcome(response) == expected(entry, allowed, role), (role, response.status_code)
        assert_closed_and_plain(name, response)


@pytest.mark.parametrize("role", sorted({*ROLES} - STAFF))
def test_admin_is_for_superusers_only(browsers, role: str) -> None:
    client = browsers(role)
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/accelerator/user/").status_code == 302
