"""One row more of this or that in `tests.factories.world`, for tests that count queries."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

from accelerator.core.jobs.services import MadeFile, Progress, request_job, run_job
from accelerator.models import (
    Commitment,
    Consent,
    Deadline,
    Enrolment,
    Institution,
    Invitation,
    Membership,
    PeakPeriod,
    Profile,
    ReportJob,
    Role,
    User,
)
from accelerator.programme.about.services import dates
from accelerator.programme.about.services.commitment import sign
from accelerator.programme.about.services.consents import give_consent, withdraw_consent
from accelerator.programme.about.services.profile import save_profile
from accelerator.programme.team.services import invite
from assessments.evidence.services import attach
from assessments.models import Rating
from assessments.rating.services import save_rating
from assessments.submission.services import submit_assessment
from calibration.assigning.services import assigning, handing_back
from calibration.assigning.services.conflicts import declare_conflict
from calibration.models import Calibration, EvidenceRequest, ImprovementMeeting, PracticeCase
from calibration.releasing.queries.result import RESULT_REPORT
from calibration.releasing.services import exchange, meetings
from calibration.reviewing.services import requests
from tests.factories import calibration as calibrations
from tests.factories.assessment import answers, note, started, submitted
from tests.factories.organisation import released_again
from tests.factories.programme import (
    EnrolmentFactory,
    InstitutionFactory,
    MatchFunderFactory,
    MembershipFactory,
    stuck_letter,
)
from tests.factories.signing_in import give_passkey

CODE = "monitor.3"
World = SimpleNamespace


def passkeys(world: World) -> None:
    give_passkey(world.coach_a)


def place(world: World) -> Rating:
    return world.draft.ratings.select_related("assessment").get(criterion__code=CODE)


def next_place(world: World) -> Rating:
    """The draft's first criterion that has no evidence and no answer yet."""
    empty = world.draft.ratings.filter(uses=None, version=0).exclude(criterion__code=CODE)
    return empty.select_related("assessment").order_by("criterion__position").first()


def enrolments(world: World) -> None:
    """Another organisation of the lead's, in another cohort, rating already."""
    enrolment = EnrolmentFactory()
    Membership.objects.create(
        user=world.lead, role=Role.LEAD, organisation=enrolment.organisation, job_role="Trustee"
    )
    started(enrolment, world.lead)


def advised(world: World) -> None:
    """Another organisation that the adviser supports."""
    MembershipFactory(user=world.adviser, role=Role.ADVISER, enrolment=EnrolmentFactory())


def enrolled(world: World) -> None:
    """Another organisation in the hub's cohort, with a lead, a letter and a match funder."""
    enrolment = EnrolmentFactory(cohort=world.enrolment.cohort)
    enrolment.match_funders.add(MatchFunderFactory())
    MembershipFactory(role=Role.LEAD, organisation=enrolment.organisation)
    address = f"lead-{enrolment.pk}@example.org"
    invite(actor=world.hub, role=Role.LEAD, place=enrolment.organisation, email=address)


def colleagues(world: World) -> None:
    MembershipFactory(role=Role.MEMBER, organisation=world.enrolment.organisation)


def invitations(world: World) -> None:
    number = Invitation.objects.count()
    invite(
        actor=world.lead,
        role=Role.READER,
        place=world.enrolment.organisation,
        email=f"invited-{number}@example.org",
    )


def moderators_invited(world: World) -> None:
    number = Invitation.objects.count()
    invite(
        actor=world.hub,
        role=Role.MODERATOR,
        place=world.enrolment.cohort,
        email=f"invited-{number}@example.org",
    )


def institutions(world: World) -> None:
    """One more institution whose coaches the cohort asks, and everybody else's."""
    made = MembershipFactory(role=Role.COACH, institution=InstitutionFactory())
    for one in Institution.objects.all():
        world.enrolment.cohort.institutions.add(one)
    MembershipFactory(role=Role.COACH, institution=made.institution)


def moderators(world: World) -> None:
    MembershipFactory(role=Role.MODERATOR, cohort=world.enrolment.cohort)


def funders(world: World) -> None:
    funder = MatchFunderFactory()
    world.enrolment.match_funders.add(funder)
    MembershipFactory(role=Role.FUNDER, match_funder=funder)


def own_dates(world: World) -> None:
    """Another date of the organisation's own for Improve."""
    own = Deadline.objects.filter(enrolment=world.enrolment, phase="improve").first()
    day = (own.due_on if own else date(2027, 3, 31)) + timedelta(days=1)
    dates.set_deadline(
        actor=world.hub,
        enrolment=world.enrolment,
        phase=Deadline.Phase.IMPROVE,
        due_on=day,
        reason=f"The building is shut until {day:%-d %B}.",
    )


def busy_times(world: World) -> None:
    number = PeakPeriod.objects.count()
    dates.save_busy_time(
        actor=world.lead,
        enrolment=world.enrolment,
        starts_on=date(2026, 11, 1),
        ends_on=date(2026, 11, 20),
        what=f"Camp {number}",
    )


def profiles(world: World) -> None:
    """The profile, changed once more."""
    found = Profile.objects.filter(enrolment=world.enrolment).first()
    read = found.version if found else 0
    save_profile(
        actor=(world.lead, world.hub)[read % 2],
        enrolment=world.enrolment,
        read_version=read,
        values={"team_size": read + 1},
    )


def consents(world: World) -> None:
    """A consent, withdrawn again."""
    kind = Consent.Kind.QUOTES
    give_consent(actor=world.lead, enrolment=world.enrolment, kind=kind)
    withdraw_consent(actor=world.sponsor, enrolment=world.enrolment, kind=kind)


def contacts(world: World) -> None:
    """One more organisation of the cohort that agrees to be contacted, as ours does."""
    kind = Consent.Kind.CONTACT
    if not Consent.objects.filter(enrolment=world.enrolment, kind=kind).exists():
        give_consent(actor=world.lead, enrolment=world.enrolment, kind=kind)
    other = EnrolmentFactory(cohort=world.enrolment.cohort)
    lead = MembershipFactory(role=Role.LEAD, organisation=other.organisation).user
    give_consent(actor=lead, enrolment=other, kind=kind)


def commitments(world: World) -> None:
    sign(
        actor=world.sponsor,
        enrolment=world.enrolment,
        lead_days_a_month=Decimal(2),
        lead_seniority="Senior manager",
        team_hours_a_month=Commitment.objects.count(),
    )


def unsigned(world: World) -> None:
    """One more organisation whose sponsor has yet to sign."""
    place = EnrolmentFactory().organisation
    MembershipFactory(user=world.sponsor, role=Role.SPONSOR, organisation=place)


def sponsors(world: World) -> None:
    MembershipFactory(role=Role.SPONSOR, organisation=world.enrolment.organisation)


def pieces(world: World) -> None:
    """One more piece in the draft's library, used twice."""
    note(world.enrolment, world.lead, place(world), next_place(world))


def spare_pieces(world: World) -> None:
    """One more piece in the library of each organisation, used nowhere."""
    note(world.enrolment, world.lead)
    note(world.released.assessment.enrolment, world.lead)


def uses(world: World) -> None:
    """The same piece on one more criterion."""
    attach(actor=world.lead, evidence=[world.note], ratings=[next_place(world)])


def changes(world: World) -> None:
    """One more entry in the criterion's history, each by somebody else."""
    rating = place(world)
    save_rating(
        actor=(world.lead, world.member)[rating.version % 2],
        rating=rating,
        read_version=rating.version,
        answers=answers(rating.version % 4, f"Version {rating.version}"),
    )


def ratings(world: World) -> None:
    """One more rated criterion, with one more piece of evidence."""
    rating = next_place(world)
    words = answers(rating.pk % 4, "We keep registers. " * 20)
    save_rating(actor=world.lead, rating=rating, read_version=0, answers=words)
    note(world.enrolment, world.lead, rating)


def reports(world: World) -> None:
    ReportJob.objects.create(
        kind="assessments.heatmap_report",
        title="Heat-map",
        params={"assessment": world.submitted.pk, "number": ReportJob.objects.count()},
        enrolment=world.enrolment,
        requested_by=world.lead,
        state=ReportJob.State.FAILED,
    )


def finished_report(enrolment: Enrolment, actor: User, content: bytes) -> ReportJob:
    """A report that is there to download."""
    job = request_job(actor=actor, kind="test", title="Report", params={}, enrolment=enrolment)

    def make(_job: ReportJob, _progress: Progress) -> MadeFile:
        return MadeFile(content, "report.pdf", "application/pdf")

    run_job(job_id=str(job.pk), task_id="made", make=make)
    job.refresh_from_db()
    return job


def stuck_letters(world: World) -> None:
    stuck_letter()


def compared(world: World) -> None:
    calibrations.both_in(calibrations.twin(world))


def handed_in(world: World) -> None:
    submitted(calibrations.twin(world).enrolment, world.lead)


def submissions(world: World) -> None:
    """Handed in once more, and taken back once more."""
    assessment = world.earlier.assessment
    submit_assessment(actor=world.lead, assessment=assessment)
    handing_back.take_back(actor=world.lead, assessment=assessment)


def asked(world: World) -> None:
    requests.ask_for_evidence(
        actor=world.coach_a,
        calibration=world.scoring,
        question=f"May we see register {EvidenceRequest.objects.count()}?",
    )


def answered(world: World) -> None:
    """One more answered question about a calibration whose coaches compare."""
    question = requests.ask_for_evidence(
        actor=world.coach_a,
        calibration=world.both_in,
        question=f"May we see register {EvidenceRequest.objects.count()}?",
    )
    piece = note(world.both_in.assessment.enrolment, world.lead)
    requests.answer_request(actor=world.lead, request=question, answer="Here.", evidence=[piece])


def cohorts(world: World) -> None:
    MembershipFactory(user=world.hub, role=Role.HUB, cohort=EnrolmentFactory().cohort)


def coaches(world: World) -> None:
    MembershipFactory(role=Role.COACH, institution=InstitutionFactory())


def ties(world: World) -> None:
    enrolment = EnrolmentFactory(cohort=world.enrolment.cohort)
    declare_conflict(
        person=world.coach_a, organisation=enrolment.organisation, reason="Kin", actor=world.hub
    )


def cases(world: World) -> None:
    case = PracticeCase.objects.get(slug=world.case.slug)
    case.pk, case.slug = None, f"case-{PracticeCase.objects.count()}"
    case.save(force_insert=True)


def empty_seats(world: World) -> None:
    """The second seat of the review under way falls empty, once more."""
    review = world.scoring.reviews.current().filter(seat="second").first()
    if review is None:
        coach = MembershipFactory(role=Role.COACH, institution=InstitutionFactory()).user
        review = assigning.fill_seat(actor=world.hub, calibration=world.scoring, coach=coach)
    assigning.withdraw_review(actor=world.hub, review=review, reason="Moving away.")


def questions(world: World) -> None:
    exchange.ask_about_release(
        actor=world.lead, release=world.release, question="What do you mean by register?"
    )


def late(world: World) -> None:
    """One more piece beside a released criterion."""
    exchange.add_late_evidence(
        actor=world.lead,
        release=world.release,
        criterion=world.released.assessment.framework.criteria.get(code=CODE),
        evidence=note(world.released.assessment.enrolment, world.lead),
    )


def result_reports(world: World) -> None:
    """One more PDF of the release, asked for by the lead."""
    ReportJob.objects.create(
        kind=RESULT_REPORT,
        title="Calibrated framework",
        params={"calibration": world.released.pk, "version": world.release.version},
        enrolment=world.released.assessment.enrolment,
        requested_by=world.lead,
        state=ReportJob.State.FAILED,
    )


def versions(world: World) -> None:
    """Each says something new of every criterion."""
    calibration = Calibration.objects.get(pk=world.released.pk)
    released_again(world, calibration, commentary=f"Look {calibration.version} at {{}}.")


def met(world: World) -> None:
    meetings.save_meeting(
        actor=world.hub,
        calibration=world.released,
        held_on=world.release.released_at.date(),
        attendees="Lead, hub",
        notes="We agreed on two priorities.",
        readers=ImprovementMeeting.Readers.ALL,
    )
