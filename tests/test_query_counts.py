"""Every page that lists rows costs the same queries at one row and at three.

Each URL of every app is either listed here with a way to give it one row more, or named as a page
without a list; a new one that is neither fails. So does a cohort's tab that is not listed, and a
page without a list that is given one.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.core.paginator import Page
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.module_loading import import_string

from accelerator.models import Membership, Role
from assessments.submission.services import submit_assessment
from calibration.assigning.services import handing_back
from tests.factories import more
from tests.factories.assessment import note, rate_all, started
from tests.factories.programme import EnrolmentFactory
from tests.test_access_matrix import MATRIX, names

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_draws")]
Args = Callable[[more.World], list]


def nothing(world) -> list:
    return []


def draft(world) -> list:
    return [world.draft.pk]


def place(world) -> list:
    return [world.draft.pk, more.CODE]


def handed_in(world) -> list:
    return [world.submitted.pk]


def enrolled(world) -> list:
    return [world.enrolment.pk]


def improve(world) -> list:
    return [world.enrolment.pk, "improve"]


def piece(world) -> list:
    return [world.note.pk]


def typed_note(world) -> list:
    return [world.enrolment.pk, "assessments.Evidence", str(world.note.pk), "note"]


def leading(world) -> list:
    lead = world.lead.memberships.get(organisation=world.enrolment.organisation)
    return [world.enrolment.pk, lead.pk]


def own_review(world) -> list:
    return [world.review.pk]


def own_place(world) -> list:
    return [world.review.pk, more.CODE]


def cohort(world) -> list:
    return [world.enrolment.cohort.slug]


def coach(world) -> list:
    return [*cohort(world), world.coach_a.pk]


def comparing(world) -> list:
    return [world.both_in.pk]


def compared_place(world) -> list:
    return [world.both_in.pk, more.CODE]


def result(world) -> list:
    return [world.released.pk]


@dataclass(frozen=True)
class Counted:
    """Whose page, its arguments, how to give it a row more; `shows` is False for mere figures."""

    role: str
    args: Args
    more: Callable[[more.World], None]
    shows: bool = True


# (URL, what it lists or counts) → how that grows.
LISTS: dict[tuple[str, str], Counted] = {
    ("home", "enrolments"): Counted("lead", nothing, more.enrolments),
    ("home", "cohorts"): Counted("hub", nothing, more.cohorts),
    ("account", "memberships"): Counted("lead", nothing, more.enrolments),
    ("people", "people"): Counted("staff", nothing, more.coaches),
    ("home", "advised"): Counted("adviser", nothing, more.advised),
    ("team", "people"): Counted("lead", enrolled, more.colleagues),
    ("team", "invitations"): Counted("lead", enrolled, more.invitations),
    ("home", "unsigned"): Counted("sponsor", nothing, more.unsigned),
    ("enrolment", "changes"): Counted("lead", enrolled, more.profiles),
    ("dates", "own dates"): Counted("hub", enrolled, more.own_dates),
    ("dates", "busy times"): Counted("lead", enrolled, more.busy_times),
    ("deadline", "busy times"): Counted("hub", improve, more.busy_times),
    ("consents", "consents"): Counted("lead", enrolled, more.consents),
    ("consents", "contacts"): Counted("lead", enrolled, more.contacts),
    ("commitment", "commitments"): Counted("hub", enrolled, more.commitments),
    ("commitment", "sponsors"): Counted("lead", enrolled, more.sponsors),
    ("hand_over", "people"): Counted("lead", leading, more.colleagues),
    ("mfa_index", "passkeys"): Counted("coach_a", nothing, more.passkeys),
    ("mfa_list_webauthn", "passkeys"): Counted("coach_a", nothing, more.passkeys),
    ("stuck_mail", "letters"): Counted("staff", nothing, more.stuck_letters),
    ("erase", "texts"): Counted("hub", enrolled, more.pieces, shows=False),
    ("erase_text", "same words"): Counted("hub", typed_note, more.pieces),
    ("assessments:overview", "ratings"): Counted("lead", draft, more.ratings),
    ("assessments:check", "ratings"): Counted("lead", draft, more.ratings),
    ("assessments:ratings_csv", "ratings"): Counted("lead", draft, more.ratings),
    ("assessments:criterion", "evidence"): Counted("lead", place, more.pieces),
    ("assessments:evidence_add", "evidence"): Counted("lead", place, more.pieces),
    ("assessments:history", "changes"): Counted("lead", place, more.changes),
    ("assessments:evidence_attach", "evidence"): Counted("lead", place, more.spare_pieces),
    ("assessments:library", "evidence"): Counted("lead", enrolled, more.pieces),
    ("assessments:library", "uses"): Counted("lead", enrolled, more.uses),
    ("assessments:evidence", "uses"): Counted("lead", piece, more.uses),
    ("assessments:evidence_withdraw", "uses"): Counted("lead", piece, more.uses),
    ("assessments:submissions", "submissions"): Counted(
        "hub", lambda w: [w.earlier.assessment_id], more.submissions
    ),
    ("assessments:results", "jobs"): Counted("lead", handed_in, more.reports),
    ("calibration:queue", "reviews"): Counted("coach_a", nothing, more.compared),
    ("calibration:conflicts", "organisations"): Counted("coach_a", nothing, more.compared),
    ("calibration:practice", "cases"): Counted("coach_a", nothing, more.cases),
    ("calibration:severity", "ratings"): Counted("coach_a", nothing, more.compared, shows=False),
    ("calibration:review", "questions"): Counted("coach_a", own_review, more.asked),
    ("calibration:rate", "questions"): Counted("coach_a", own_place, more.asked),
    ("calibration:ask", "questions"): Counted("coach_a", own_review, more.asked),
    ("calibration:moderation", "calibrations"): Counted("moderator", nothing, more.compared),
    ("calibration:desk_criterion", "answers"): Counted("moderator", compared_place, more.answered),
    ("calibration:third_coach", "coaches"): Counted("moderator", comparing, more.coaches),
    ("cohorts", "cohorts"): Counted("hub", nothing, more.cohorts),
    ("cohort", "enrolments"): Counted("hub", cohort, more.compared),
    ("cohort_new", "cohorts"): Counted("hub", nothing, more.cohorts),
    ("cohort_new", "institutions"): Counted("hub", nothing, more.institutions),
    ("cohort_edit", "institutions"): Counted("hub", cohort, more.institutions),
    ("cohort_edit", "moderators"): Counted("hub", cohort, more.moderators),
    ("cohort_people", "coaches"): Counted("hub", cohort, more.coaches),
    ("cohort_people", "funders"): Counted("hub", cohort, more.funders),
    ("cohort_people", "invitations"): Counted("hub", cohort, more.moderators_invited),
    ("calibration:coaches", "institutions"): Counted("hub", cohort, more.institutions),
    ("organisations", "enrolments"): Counted("hub", cohort, more.enrolled),
    ("organisations_csv", "enrolments"): Counted("hub", cohort, more.enrolled),
    ("enrol", "organisations"): Counted("hub", cohort, more.enrolled),
    ("enrolment_change", "funders"): Counted("hub", enrolled, more.enrolled),
    # Its first page is full already.
    ("audit_log", "events"): Counted("hub", cohort, more.invitations, shows=False),
    ("audit_export", "events"): Counted("hub", cohort, more.invitations),
    ("calibration:coaches", "coaches"): Counted("hub", cohort, more.coaches),
    ("calibration:coach_conflicts", "ties"): Counted("hub", coach, more.ties),
    ("calibration:suggestions", "assessments"): Counted("hub", cohort, more.handed_in),
    ("calibration:agreement", "ratings"): Counted("hub", cohort, more.compared, shows=False),
    ("calibration:agreement_csv", "ratings"): Counted("hub", cohort, more.compared, shows=False),
    ("calibration:questions", "questions"): Counted("hub", cohort, more.questions),
    ("calibration:assign", "coaches"): Counted("hub", lambda w: [w.unassigned.pk], more.coaches),
    ("calibration:replace", "coaches"): Counted("hub", own_review, more.coaches),
    ("calibration:fill_seat", "seats"): Counted("hub", lambda w: [w.scoring.pk], more.empty_seats),
    ("calibration:result", "questions"): Counted("lead", result, more.questions),
    ("calibration:result", "late"): Counted("lead", result, more.late),
    ("calibration:result", "jobs"): Counted("lead", result, more.result_reports),
    ("calibration:result", "versions"): Counted("lead", result, more.versions),
    ("calibration:release_ask", "questions"): Counted("lead", result, more.questions),
    ("calibration:late_evidence", "evidence"): Counted("lead", result, more.spare_pieces),
    ("calibration:late_evidence", "late"): Counted("lead", result, more.late),
    ("calibration:requests", "questions"): Counted("lead", handed_in, more.asked),
    ("calibration:request_answer", "evidence"): Counted(
        "lead", lambda w: [w.request.pk], more.spare_pieces
    ),
    ("calibration:meetings", "meetings"): Counted("lead", result, more.met),
}
# Pages without rows, and addresses that only change something or send a file.
NO_LIST = {
    "help",
    "signed_in",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_reauthenticate",
    "sign_out_everywhere",
    "busy_add",
    "busy_edit",
    "busy_remove",
    "commitment_sign",
    "consent_give",
    "consent_withdraw",
    "deadline_clear",
    "profile_edit",
    "pause",
    "withdraw",
    "resume",
    "invitation",
    "cohort_close",
    "cohort_copy",
    "cohort_invitation_again",
    "cohort_invitation_revoke",
    "cohort_open_again",
    "cohort_remove",
    "invitation_again",
    "invitation_revoke",
    "team_remove",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_add_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "demo_sign_in",
    "enrol_sheet",
    "enrol_template",
    "health_ready",
    "health_live",
    "health_degraded",
    "metrics",
    "favicon",
    "job",
    "job_status",
    "job_cancel",
    "job_retry",
    "job_download",
    "send_mail_again",
    "anonymise",
    "assessments:start",
    "assessments:submit",  # the same query as the check
    "assessments:submission",
    "assessments:submitted",
    "assessments:report",
    "assessments:autosave",
    "assessments:use_edit",
    "assessments:use_detach",
    "assessments:evidence_download",
    "assessments:evidence_view",
    "assessments:evidence_page",
    "calibration:acknowledge",
    "calibration:answer",
    "calibration:take_back",
    "calibration:hand_back",
    "calibration:confirm_agreements",
    "calibration:desk",
    "calibration:examples",
    "calibration:lease_return",
    "calibration:lease_take",
    "calibration:lift_conflict",
    "calibration:meeting_add",
    "calibration:meeting_edit",
    "calibration:open",
    "calibration:practice_case",
    "calibration:propose",
    "calibration:rate_autosave",
    "calibration:release",
    "calibration:reopen",
    "calibration:result_csv",
    "calibration:result_report",
    "calibration:result_version",
    "calibration:reveal",
    "calibration:review_recall",
    "calibration:review_recuse",
    "calibration:review_submit",
    "calibration:sign",
}
# What such a page may repeat all the same: choices of a form, the framework's own criteria, checks.
CHOICES = {"nav", "tabs", "options", "group_choices"}
FIXED = {
    "assessments:submission": {"sections"},
    "calibration:confirm_agreements": {"ready"},
    "pause": {"sentences"},
    "withdraw": {"sentences"},
    "resume": {"sentences"},
    "calibration:desk": {"items"},
    "calibration:reveal": {"grids", "same", "items"},
    "health_ready": {"results"},
    # The ways to show who one is, and ten codes: no more for anybody.
    "account_reauthenticate": {"reauthentication_alternatives"},
    "mfa_reauthenticate": {"reauthentication_alternatives"},
    "mfa_reauthenticate_webauthn": {"reauthentication_alternatives"},
    "mfa_view_recovery_codes": {"unused_codes"},
    "mfa_download_recovery_codes": {"unused_codes"},
}


def test_every_url_is_listed_here_or_has_no_list() -> None:
    listed = {name for name, _ in LISTS}
    assert not listed & NO_LIST
    assert sorted(names()) == sorted(listed | NO_LIST)


def test_every_tab_of_a_cohort_is_counted(world) -> None:
    cohort = world.enrolment.cohort
    tabs = {tab.name for path in settings.COHORT_TABS for tab in import_string(path)(cohort)}
    assert "cohort" in tabs
    assert tabs <= {name for name, _ in LISTS}


def rows_shown(response) -> set[str]:
    """The names under which a page, if it is one, was given rows."""
    given = response.context or []
    return {
        key
        for context in (given if isinstance(given, list) else [given])
        for key, value in context.flatten().items()
        if isinstance(value, Page | QuerySet | list | tuple) and len(value)
    }


@pytest.mark.parametrize("name", sorted(name for name in NO_LIST if MATRIX[name].get))
def test_a_page_without_a_list_is_given_none(world, sign_in, name: str) -> None:
    entry = MATRIX[name]
    role = min(entry.get, default="stranger")
    response = sign_in(getattr(world, role)).get(reverse(name, args=entry.args(world)))
    assert rows_shown(response) <= CHOICES | FIXED.get(name, set())


def cost(client, address: str) -> tuple[list[str], int]:
    """The queries of a page, and its length."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200, address
    return [query["sql"] for query in queries], len(response.content)


@pytest.mark.parametrize(("name", "what"), sorted(LISTS))
def test_three_rows_cost_what_one_row_costs(world, sign_in, name: str, what: str) -> None:
    counted = LISTS[name, what]
    address = reverse(name, args=counted.args(world))
    client = sign_in(getattr(world, counted.role))
    counted.more(world)
    client.get(address)
    at_one, short = cost(client, address)
    counted.more(world)
    counted.more(world)
    at_three, long = cost(client, address)
    assert long > short or not counted.shows, "the page does not show the rows"
    assert len(at_three) == len(at_one), "\n".join(at_three)


def test_the_results_cost_the_same_whatever_evidence_was_handed_in(cast, sign_in) -> None:
    client, costs = sign_in(cast.lead), []
    for pieces in (1, 3):
        enrolment = EnrolmentFactory(cohort=cast.enrolment.cohort)
        Membership.objects.create(
            user=cast.lead, role=Role.LEAD, organisation=enrolment.organisation
        )
        assessment = started(enrolment, cast.lead)
        for rating in assessment.ratings.select_related("assessment")[:pieces]:
            note(enrolment, cast.lead, rating)
        rate_all(assessment, cast.lead)
        submit_assessment(actor=cast.lead, assessment=assessment)
        address = reverse("assessments:results", args=[assessment.pk])
        client.get(address)
        costs.append(len(cost(client, address)[0]))
    assert costs[0] == costs[1]


def test_an_earlier_submission_costs_the_same_whatever_evidence_it_has(cast, sign_in) -> None:
    client, costs = sign_in(cast.lead), []
    for pieces in (1, 3):
        enrolment = EnrolmentFactory(cohort=cast.enrolment.cohort)
        Membership.objects.create(
            user=cast.lead, role=Role.LEAD, organisation=enrolment.organisation
        )
        assessment = started(enrolment, cast.lead)
        for rating in assessment.ratings.select_related("assessment")[:pieces]:
            note(enrolment, cast.lead, rating)
        rate_all(assessment, cast.lead)
        submit_assessment(actor=cast.lead, assessment=assessment)
        handing_back.take_back(actor=cast.lead, assessment=assessment)
        address = reverse("assessments:submission", args=[assessment.pk, 1])
        client.get(address)
        costs.append(len(cost(client, address)[0]))
    assert costs[0] == costs[1]


def test_the_overview_costs_at_most_six_queries(
    world, sign_in, django_assert_max_num_queries
) -> None:
    client = sign_in(world.lead)
    address = reverse("assessments:overview", args=[world.draft.pk])
    client.get(address)
    with django_assert_max_num_queries(6):
        client.get(address)


def test_an_autosave_costs_at_most_six_queries(
    world, sign_in, django_assert_max_num_queries
) -> None:
    client = sign_in(world.lead)
    address = reverse("assessments:autosave", args=[world.draft.pk, more.CODE])
    typed = {"level": "1", "justification": "Typed.", "version": 0}
    assert client.post(address, typed).status_code == 200
    with django_assert_max_num_queries(6):
        response = client.post(address, typed | {"level": "2", "version": 1})
    assert response.status_code == 200
