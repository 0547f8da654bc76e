"""Handing an assessment in: who may, when, once, and what stays true on every way there."""

import pytest
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accelerator.models import AuditEvent, OutgoingMail
from assessments.evidence import services as evidence_service
from assessments.models import Assessment, EvidenceUse, Rating
from assessments.rating.services import save_rating, start_assessment
from assessments.rules.problems import AssessmentLocked
from assessments.submission.services import NotReady, submit_assessment
from tests import together
from tests.factories.assessment import (
    answers,
    confidence_framework,
    note,
    open_framework,
    rate_all,
    started,
    submitted,
)
from tests.factories.programme import EnrolmentFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def events(assessment: Assessment) -> int:
    return AuditEvent.objects.filter(
        action="assessment.submitted", target=f"assessments.assessment:{assessment.pk}"
    ).count()


def test_an_unanswered_criterion_stops_it_and_is_named(cast) -> None:
    assessment = started(cast.enrolment, cast.lead)
    rate_all(assessment, cast.lead)
    left = assessment.ratings.get(criterion__code="sustain.4")
    save_rating(actor=cast.lead, rating=left, read_version=1, answers=answers(None, ""))
    with pytest.raises(NotReady) as refused:
        submit_assessment(actor=cast.lead, assessment=assessment)
    assert [rating.criterion.code for rating in refused.value.unanswered] == ["sustain.4"]
    assessment.refresh_from_db()
    assert not assessment.is_submitted
    assert events(assessment) == 0
    assert not OutgoingMail.objects.exists()


def test_words_without_a_level_or_a_reason_are_not_an_answer(cast) -> None:
    assessment = started(cast.enrolment, cast.lead)
    rate_all(assessment, cast.lead)
    left = assessment.ratings.first()
    words = answers(None, "We talked about it.", evidence_state="none")
    save_rating(actor=cast.lead, rating=left, read_version=1, answers=words)
    with pytest.raises(NotReady):
        submit_assessment(actor=cast.lead, assessment=assessment)


def test_a_reason_stands_in_for_a_level(cast) -> None:
    assessment = started(cast.enrolment, cast.lead)
    rate_all(assessment, cast.lead)
    left = assessment.ratings.first()
    save_rating(
        actor=cast.lead,
        rating=left,
        read_version=1,
        answers=answers(None, "", cannot_rate_reason="We have not run it in a second place."),
    )
    assert submit_assessment(actor=cast.lead, assessment=assessment) is True
    assert Rating.objects.get(pk=left.pk).level is None


def test_the_lowest_level_everywhere_is_ready(cast) -> None:
    assert submitted(cast.enrolment, cast.lead, level=0).is_submitted


def test_submission_says_who_and_when_and_tells_those_concerned(cast, mailbox) -> None:
    second_lead = MembershipFactory(role="lead", organisation=cast.enrolment.organisation).user
    gone = UserFactory(is_active=False)
    MembershipFactory(role="lead", organisation=cast.enrolment.organisation, user=gone)
    assessment = submitted(cast.enrolment, cast.lead, justification="A word nobody may mail.")
    assert assessment.submitted_by == cast.lead
    assert assessment.submitted_at is not None
    assert events(assessment) == 1
    messages = mailbox()
    assert sorted(message.to[0] for message in messages) == sorted(
        [cast.lead.email, second_lead.email, cast.hub.email]
    )
    for message in messages:
        assert reverse("assessments:results", args=[assessment.pk]) in message.body
        assert "nobody may mail" not in message.body + message.subject
        assert "confidence" not in message.body.lower()


def test_submitting_again_changes_and_mails_nothing(cast, mailbox) -> None:
    assessment = submitted(cast.enrolment, cast.lead)
    before = len(mailbox())
    at = assessment.submitted_at
    assert submit_assessment(actor=cast.member, assessment=assessment) is False
    assessment.refresh_from_db()
    assert (assessment.submitted_at, assessment.submitted_by) == (at, cast.lead)
    assert events(assessment) == 1
    assert len(mailbox()) == before


@pytest.mark.django_db(transaction=True)
def test_ten_submissions_at_once_make_one_transition_and_one_mail_each(cast, sign_in) -> None:
    assessment = started(cast.enrolment, cast.lead)
    rate_all(assessment, cast.lead)
    address = reverse("assessments:submit", args=[assessment.pk])
    clients = [sign_in(cast.lead) for _ in range(10)]
    found = together.outcomes(*(lambda client=client: client.post(address) for client in clients))
    assert {(response.status_code, response.url) for response in found} == {
        (302, reverse("assessments:submitted", args=[assessment.pk]))
    }
    assert events(assessment) == 1
    states = Assessment.pgh_event_model.objects.filter(pgh_obj=assessment.pk).order_by("pgh_id")
    assert [event.state for event in states] == ["draft", "submitted"]
    recipients = list(OutgoingMail.objects.values_list("to", flat=True))
    assert sorted(recipients) == sorted([cast.lead.email, cast.hub.email])


@pytest.mark.django_db(transaction=True)
def test_ten_starts_at_once_make_one_assessment(cast, sign_in) -> None:
    open_framework(cast.enrolment)
    address = reverse("assessments:start", args=[cast.enrolment.pk])
    clients = [sign_in(cast.lead) for _ in range(10)]
    found = together.outcomes(*(lambda client=client: client.post(address) for client in clients))
    assert {response.status_code for response in found} == {302}
    assert len({response.url for response in found}) == 1
    assert Assessment.objects.count() == 1
    assert Rating.objects.count() == 30
    assert AuditEvent.objects.filter(action="assessment.started").count() == 1


LEVELS = st.sampled_from([None, 0, 1, 2, 3])
PLACES = st.integers(0, 29)


class Journeys(RuleBasedStateMachine):
    """Any order of starting, rating, clearing, attaching, detaching and submitting."""

    @initialize()
    def begin(self) -> None:
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.enrolment = EnrolmentFactory()
        self.lead = MembershipFactory(role="lead", organisation=self.enrolment.organisation).user
        self.assessment = started(self.enrolment, self.lead)
        self.answers: dict[int, object] = {}
        self.handed_in: list | None = None

    def teardown(self) -> None:
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def ratings(self) -> list[Rating]:
        return list(self.assessment.ratings.select_related("assessment"))

    def snapshot(self) -> list:
        kept = list(self.assessment.ratings.values_list())
        return kept + list(EvidenceUse.objects.order_by("pk").values_list())

    def is_ready(self) -> bool:
        return len([a for a in self.answers.values() if a]) == 30

    def expect_lock(self, work) -> None:
        if self.handed_in is None:
            work()
            return
        with pytest.raises(AssessmentLocked), transaction.atomic():
            work()

    def put(self, place: int, level: int | None, reason: str = "") -> None:
        rating = self.ratings()[place]
        given = answers(level, "Words.", cannot_rate_reason=reason)
        self.expect_lock(
            lambda: save_rating(
                actor=self.lead, rating=rating, read_version=rating.version, answers=given
            )
        )
        if self.handed_in is None:
            self.answers[place] = level is not None or bool(reason)

    @rule()
    def start_again(self) -> None:
        assert start_assessment(actor=self.lead, enrolment=self.enrolment) == self.assessment

    @rule(place=PLACES, level=LEVELS)
    def rate_one(self, place: int, level: int | None) -> None:
        self.put(place, level)

    @rule(place=PLACES)
    def give_a_reason(self, place: int) -> None:
        self.put(place, None, "Not yet.")

    @rule(level=LEVELS)
    def rate_the_rest(self, level: int | None) -> None:
        for place in set(range(30)) - {p for p, answered in self.answers.items() if answered}:
            self.put(place, level)

    @rule(place=PLACES)
    def attach(self, place: int) -> None:
        rating = self.ratings()[place]
        self.expect_lock(lambda: note(self.enrolment, self.lead, rating))

    @precondition(lambda self: EvidenceUse.objects.exists())
    @rule()
    def detach(self) -> None:
        use = EvidenceUse.objects.select_related("evidence").first()
        self.expect_lock(lambda: evidence_service.detach(actor=self.lead, use=use))

    @rule()
    def submit(self) -> None:
        if self.handed_in is not None:
            assert submit_assessment(actor=self.lead, assessment=self.assessment) is False
        elif self.is_ready():
            assert submit_assessment(actor=self.lead, assessment=self.assessment) is True
            self.handed_in = self.snapshot()
        else:
            with pytest.raises(NotReady) as refused, transaction.atomic():
                submit_assessment(actor=self.lead, assessment=self.assessment)
            answered = len([a for a in self.answers.values() if a])
            assert len(refused.value.unanswered) == 30 - answered

    @invariant()
    def there_are_always_thirty_ratings(self) -> None:
        assert self.assessment.ratings.count() == 30

    @invariant()
    def what_was_handed_in_never_changes(self) -> None:
        state = Assessment.objects.values_list("state", flat=True).get(pk=self.assessment.pk)
        assert (state == "submitted") is (self.handed_in is not None)
        if self.handed_in is not None:
            assert self.snapshot() == self.handed_in
        assert events(self.assessment) == int(self.handed_in is not None)


def test_any_order_of_steps_keeps_the_rules() -> None:
    confidence_framework()
    run_state_machine_as_test(
        Journeys,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert not connection.needs_rollback
    assert not Assessment.objects.exists()
