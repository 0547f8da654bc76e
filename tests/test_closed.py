"""Every URL that writes for an enrolment, while its part is paused, left or its cohort ended.

Each is listed with what a browser would send, or with why it stays open. A new one that is
neither fails; what is sent does change something as long as the enrolment is open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accelerator.models import Cohort, Deadline, Enrolment, Role
from accelerator.programme.about.services.dates import set_deadline
from calibration.assigning.services import assigning
from calibration.desk.services import lease
from calibration.reviewing.services import reviewing
from tests.factories import calibration as calibrations
from tests.factories.assessment import note, open_framework
from tests.factories.programme import InstitutionFactory, MembershipFactory
from tests.factories.signing_in import client_of
from tests.markup import page
from tests.test_access_matrix import EVERYBODY, MATRIX

pytestmark = pytest.mark.django_db

STAYS = {
    "assessments:evidence_withdraw": "it may concern children",
    "assessments:report": "a report of what can be read",
    "calibration:result_report": "a report of what can be read",
    "job_cancel": "a report of what can be read",
    "job_retry": "a report of what can be read",
    "erase_text": "words must go where they must go",
    "erase": "words must go where they must go",
    "invitation_revoke": "a letter on its way leads nowhere",
    "team_remove": "access ends at any time",
    "hand_over": "somebody answers for what is there",
    "calibration:conflicts": "a tie is a person's, and shuts them out",
    "calibration:coach_conflicts": "a tie is a person's, and shuts them out",
    "calibration:lift_conflict": "a tie is a person's",
    "calibration:review_recuse": "a coach may step back; nobody new is seated",
    "calibration:answer": "what was asked before is answered",
    "cohort_new": "of a whole cohort",
    "cohort_edit": "of the whole cohort, which refuses it once it is closed",
    "cohort_copy": "of another cohort",
    "cohort_close": "of the whole cohort",
    "cohort_open_again": "of the whole cohort",
    "cohort_people": "of the whole cohort, which refuses it once it is closed",
    "cohort_remove": "access ends at any time",
    "cohort_invitation_again": "of the whole cohort, which refuses it once it is closed",
    "cohort_invitation_revoke": "a letter on its way leads nowhere",
    "enrol": "of the whole cohort, which refuses it once it is closed",
    "enrol_sheet": "of the whole cohort, which refuses it once it is closed",
    "enrolment_change": "names and funders stay right",
    "consent_withdraw": "publications end at any time",
    "calibration:practice_case": "of no enrolment",
    "pause": "the hub's own step",
    "withdraw": "the hub's own step",
    "resume": "the hub's own step",
    "anonymise": "of a person",
    "people": "of the site",
    "send_mail_again": "of the site",
}
# Anybody's own account, and what needs no sign-in.
OWN_ACCOUNT = {
    name
    for name, entry in MATRIX.items()
    if entry.post is None or name.startswith(("account", "mfa_", "demo", "sign_out"))
    or (entry.post == EVERYBODY and name != "invitation") or name == "favicon"
}  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """Who posts what: the form as it stands on the page, if there is one, with `words`.

    `says` where the answer is not why it is closed, `even` when it stays open all the same.
    """

    role: str
    words: Callable[[object], dict] = lambda world: {}
    setup: Callable[[object], None] = lambda world: None
    args: Callable[[object], list] | None = None
    says: str = ""
    even: str = ""


def fixed(**words) -> Callable[[object], dict]:
    return lambda world: words


def a_coach() -> str:
    made = MembershipFactory(role=Role.COACH, institution=InstitutionFactory())
    return str(made.user_id)


def to_begin(world) -> None:
    open_framework(world.other)


def spare(world) -> None:
    note(world.enrolment, world.lead, text="A spare note.")


def handed_in_first(world) -> None:
    reviewing.submit_review(actor=world.coach_a, review=world.review)


def at_the_desk(world) -> None:
    lease.take_lease(actor=world.moderator, calibration=world.both_in)


def own_date(world) -> None:
    set_deadline(
        actor=world.hub,
        enrolment=world.enrolment,
        phase=Deadline.Phase.IMPROVE,
        due_on=world.enrolment.cohort.improve_due,
        reason="They need more time.",
    )


def empty_seat(world) -> None:
    second = world.scoring.reviews.get(seat="second")
    assigning.withdraw_review(actor=world.hub, review=second, reason="Ill.")


def all_decided(world) -> None:
    world.agreed = calibrations.agreed(calibrations.twin(world))


def agreements(world) -> dict:
    client = client_of(world.moderator)
    shown = client.get(reverse("calibration:confirm_agreements", args=[world.both_in.pk]))
    return {"read": [one["value"] for one in page(shown).all("input", name="read")]}


def take_address(world) -> None:
    world.stranger.email = world.invitation.email
    world.stranger.save(update_fields=["email"])


RATED = fixed(level="1", justification="Typed too late.")
JUDGED = fixed(answer="1", commentary="Typed too late.", sureness="sure", lift="Write it down.")
SENT = {
    "team": Sent("lead", fixed(email="new@example.org", role="reader")),
    "invitation_again": Sent("lead"),
    "profile_edit": Sent("lead", fixed(team_size="9")),
    # A pause is when dates are moved.
    "deadline": Sent("hub", fixed(reason="They need more time."), even="paused"),
    "deadline_clear": Sent("hub", setup=own_date, even="paused"),
    "busy_add": Sent("lead", fixed(starts_on="2027-03-01", ends_on="2027-03-09", what="Camp")),
    "busy_edit": Sent("lead", fixed(what="Another camp")),
    "busy_remove": Sent("lead"),
    "consent_give": Sent("sponsor"),
    "commitment_sign": Sent(
        "sponsor",
        fixed(lead_days_a_month="2", lead_seniority="Manager", team_hours_a_month="9", agreed="on"),
    ),
    "assessments:start": Sent("outsider", args=lambda w: [w.other.pk], setup=to_begin),
    "assessments:submit": Sent("lead", args=lambda w: [w.earlier.assessment_id]),
    "assessments:criterion": Sent("member", RATED),
    "assessments:autosave": Sent("member", fixed(level="1", justification="Late.", version="0")),
    "assessments:evidence_add": Sent("member", fixed(kind="note", note_text="Late.")),
    "assessments:evidence_attach": Sent(
        "member",
        lambda w: {"evidence": [str(w.note.pk)]},
        args=lambda w: [w.draft.pk, "design.1"],
    ),
    "assessments:use_edit": Sent("member", fixed(part="Page 9")),
    "assessments:use_detach": Sent("member"),
    "assessments:evidence": Sent("member", fixed(title="Another name")),
    "calibration:review_submit": Sent("coach_a"),
    "calibration:review_recall": Sent("coach_a", setup=handed_in_first),
    "calibration:ask": Sent("coach_a", fixed(question="May we see the minutes?")),
    "calibration:rate": Sent("coach_a", JUDGED),
    "calibration:rate_autosave": Sent(
        "coach_a",
        fixed(answer="1", commentary="Late.", sureness="sure", lift="Write.", version="1"),
    ),
    "calibration:examples": Sent(
        "coach_a",
        fixed(answer="1", commentary="Late.", sureness="sure", lift="Write.", version="1"),
    ),
    "calibration:desk_criterion": Sent(
        "moderator",
        fixed(level="1", action="decide", rationale="It is.", lift="Write it down."),
        setup=at_the_desk,
    ),
    "calibration:lease_take": Sent("moderator"),
    "calibration:lease_return": Sent("moderator", setup=at_the_desk),
    "calibration:confirm_agreements": Sent("moderator", agreements, setup=at_the_desk),
    "calibration:propose": Sent(
        "coach_b", fixed(level="1", commentary="We agree.", lift="Write it down.")
    ),
    "calibration:sign": Sent("coach_b", lambda w: {"content": w.proposal.content}),
    "calibration:third_coach": Sent(
        "hub", lambda w: {"coach": a_coach(), "criteria": ["design.1"]}
    ),
    "calibration:suggestions": Sent(
        "hub",
        setup=lambda w: (a_coach(), a_coach()),
        says="Choose a pair for at least one organisation",
    ),
    "calibration:open": Sent("hub"),
    "calibration:take_back": Sent("lead"),
    "calibration:hand_back": Sent("hub", fixed(reason="Say more of the registers.")),
    "calibration:assign": Sent("hub", setup=lambda w: (a_coach(), a_coach())),
    "calibration:fill_seat": Sent("hub", lambda w: {"coach": a_coach()}, setup=empty_seat),
    "calibration:replace": Sent("hub", lambda w: {"coach": a_coach(), "reason": "Ill."}),
    "calibration:release": Sent("hub", setup=all_decided, args=lambda w: [w.agreed.pk]),
    "calibration:reopen": Sent("hub", fixed(reason="New evidence came in.")),
    "calibration:acknowledge": Sent("lead"),
    "calibration:release_ask": Sent("lead", fixed(question="What do you mean?")),
    "calibration:late_evidence": Sent("lead", fixed(criterion="design.1", note_text="Late.")),
    "calibration:meeting_add": Sent(
        "hub", fixed(held_on="2026-11-02", attendees="Two", notes="Said.", readers="all")
    ),
    "calibration:meeting_edit": Sent("hub", fixed(notes="Something else.")),
    "calibration:request_answer": Sent("lead", fixed(answer="Here it is.", step="send")),
    "invitation": Sent("stranger", setup=take_address),
}
CLOSED = {
    "paused": lambda: Enrolment.objects.update(state="paused", paused_on=date(2026, 10, 1)),
    "withdrawn": lambda: Enrolment.objects.update(
        state="withdrawn", withdrawn_on=date(2026, 10, 1)
    ),
    "ended": lambda: Cohort.objects.update(closed_on=date(2026, 10, 1)),
}
WHY = {"paused": "paused since", "withdrawn": "left the cohort", "ended": "cohort ended"}


def contents() -> dict[str, str]:
    """What every table of ours holds, as a hash."""
    tables = sorted(
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label in ("accelerator", "assessments", "calibration")
    )
    each = " UNION ALL ".join(
        f"SELECT '{table}', md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"
        for table in dict.fromkeys(tables)
    )
    with connection.cursor() as cursor:
        cursor.execute(each)
        return dict(cursor.fetchall())


def changed(before: dict[str, str]) -> set[str]:
    after = contents()
    return {table for table in after if after[table] != before[table]}


def test_every_address_that_writes_is_listed() -> None:
    assert not STAYS.keys() & SENT.keys()
    assert set(MATRIX) - OWN_ACCOUNT == STAYS.keys() | SENT.keys()


@pytest.mark.parametrize("name", sorted(SENT))
def test_nothing_is_written_once_it_is_closed(world, name: str) -> None:
    sent = SENT[name]
    with transaction.atomic():
        sent.setup(world)
        address = reverse(name, args=(sent.args or MATRIX[name].args)(world))
        client = client_of(getattr(world, sent.role))
        words = _on_page(client, name, address) | sent.words(world)
        for state, close in CLOSED.items():
            if state == sent.even:
                continue
            with transaction.atomic():
                close()
                before = contents()
                response = client.post(address, words)
                assert changed(before) == set(), state
                assert response.status_code in (200, 302, 409, 410, 422), state
                assert _says(client, response, sent.says or WHY[state]), (
                    state,
                    response.status_code,
                )
                transaction.set_rollback(True)
        before = contents()
        client.post(address, words)
        assert changed(before), "it changes nothing in an open enrolment either"
        transaction.set_rollback(True)


def _on_page(client: Client, name: str, address: str) -> dict:
    if MATRIX[name].get is None:
        return {}
    return page(client.get(address)).one("main").fields()


def _says(client: Client, response, words: str) -> bool:
    """Whether the answer, or the page it leads to, says why."""
    if response.status_code == 302:
        response = client.get(response.url, follow=True)
    return words in response.content.decode()
