"""One of everything, for the tests that walk all URLs: each state a page may be asked in."""

from datetime import date
from types import SimpleNamespace

from accelerator.core.jobs.services import request_job
from accelerator.models import Invitation, OutgoingMail, Role
from accelerator.programme.about.services.dates import save_busy_time
from accelerator.programme.team.services import invite
from assessments.rating.services import start_assessment
from calibration.assigning.services import assigning, handing_back
from calibration.assigning.services.conflicts import declare_conflict
from calibration.desk.services import settling
from calibration.models import ConflictOfInterest, ImprovementMeeting, PracticeCase
from calibration.releasing.services import exchange, meetings
from calibration.reviewing.services import requests
from calibration.rules import commentary
from tests.factories import calibration as calibrations
from tests.factories.assessment import note, submitted
from tests.factories.programme import UserFactory, stuck_letter
from tests.factories.signing_in import give_passkey


def invited(world) -> tuple[Invitation, str]:
    """Somebody who was invited to the organisation, and the token in their letter."""
    address = "invited@example.org"
    place = world.enrolment.organisation
    made = invite(actor=world.lead, role=Role.MEMBER, place=place, email=address)
    letter = OutgoingMail.objects.get(to=address)
    return made, letter.text.partition("/invitations/")[2].partition("/")[0]


def build_world(cast) -> SimpleNamespace:
    """Adds to the cast, in its cohort:

    `submitted` (and `draft`, its next round), being reviewed as `scoring` with coach A's
    `review` whole but not handed in; `both_in` with a `proposal` by coach A; `released` with its
    `release`, a `question` and a `meeting`; `unassigned`; `earlier`, a submission taken
    back; `waiting`, submitted only.
    """
    world = SimpleNamespace(**vars(cast))
    world.scoring = calibrations.scored(world)
    world.submitted = world.scoring.assessment
    world.review = calibrations.review_of(world.scoring, world.coach_a)
    world.draft = start_assessment(actor=world.lead, enrolment=world.enrolment, round=2)
    world.note = note(
        world.enrolment, world.lead, world.draft.ratings.get(criterion__code="monitor.3")
    )
    world.use = world.note.uses.get()
    world.job = request_job(
        actor=world.lead,
        kind="assessments.heatmap_report",
        title="Heat-map",
        params={"assessment": world.submitted.pk},
        enrolment=world.enrolment,
    )
    world.invitation, world.token = invited(world)
    world.cohort_invitation = invite(
        actor=world.hub,
        role=Role.MODERATOR,
        place=world.enrolment.cohort,
        email="asked@example.org",
    )
    world.busy_time = save_busy_time(
        actor=world.lead,
        enrolment=world.enrolment,
        starts_on=date(2027, 6, 1),
        ends_on=date(2027, 8, 31),
        what="Summer camp",
    )
    world.staff = UserFactory(name="Staff", is_staff=True)
    world.letter = stuck_letter()
    world.passkey = give_passkey(world.coach_a)
    world.request = requests.ask_for_evidence(
        actor=world.coach_a, calibration=world.scoring, question="May we see a register?"
    )
    _compared(world)
    _given(world)
    _to_assign(world)
    organisation = world.other.organisation
    declare_conflict(person=world.coach_a, organisation=organisation, reason="Kin", actor=world.hub)
    world.tie = ConflictOfInterest.objects.get()
    world.case = PracticeCase.objects.create(
        slug="open-door",
        criterion=world.draft.framework.criteria.get(code="design.1"),
        title="An open door",
        self_level=0,
        justification="Anyone may come.",
        evidence="A poster.",
        settled_level=1,
        rationale="Being open is a choice that can be explained.",
    )
    return world


def _compared(world) -> None:
    world.both_in = calibrations.both_in(calibrations.twin(world))
    criterion = world.both_in.assessment.framework.criteria.get(code="design.1")
    world.proposal = settling.propose(
        actor=world.coach_a,
        review=calibrations.review_of(world.both_in, world.coach_a),
        criterion=criterion,
        outcome=commentary.Outcome(1, [commentary.Part(None, "Settled.")], lift="Write it down."),
    )


def _given(world) -> None:
    world.released = calibrations.released(calibrations.twin(world))
    world.release = world.released.releases.get()
    world.question = exchange.ask_about_release(
        actor=world.lead, release=world.release, question="What did you mean?"
    )
    world.meeting = meetings.save_meeting(
        actor=world.hub,
        calibration=world.released,
        held_on=world.release.released_at.date(),
        attendees="Lead, hub",
        notes="We agreed on two priorities.",
        readers=ImprovementMeeting.Readers.ALL,
    )


def _to_assign(world) -> None:
    fourth, fifth = calibrations.twin(world), calibrations.twin(world)
    taken = submitted(calibrations.twin(world).enrolment, world.lead)
    handing_back.take_back(actor=world.lead, assessment=taken)
    world.earlier = taken.submissions.get()
    world.unassigned = assigning.open_calibration(
        actor=world.hub, assessment=submitted(fourth.enrolment, world.lead)
    )
    world.waiting = submitted(fifth.enrolment, world.lead)
