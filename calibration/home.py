"""What Calibrate brings to everybody's home page and to a cohort."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q
from django.template.defaultfilters import pluralize
from django.urls import reverse

from accelerator.core.access import scoped
from accelerator.core.days import day_in_words
from accelerator.models import Cohort, Enrolment, Membership, Role, User
from accelerator.models.programme import still_open
from accelerator.programme.cohorts.frame import Section, Tab
from accelerator.programme.cohorts.queries.figures import Figure
from accelerator.programme.journey import FIRST_ROUND, Button, Panel, Phase, Roles
from accelerator.programme.participation.values import Touched
from assessments.home import handed_in
from assessments.models import Assessment
from calibration.access import side_by_side, unblinded
from calibration.actions import OF_ONE
from calibration.assigning.forms.settings import SettingsForm
from calibration.assigning.queries.settings import options_of
from calibration.assigning.services.settings import save_settings
from calibration.desk.queries.inputs import stale_decisions
from calibration.models import Calibration, EvidenceRequest, Release, ReleaseQuestion, Review


def calibrate(enrolments: Iterable[Enrolment], _roles: Roles, round: int) -> dict[int, Phase]:
    """Calibrate for each enrolment id: three queries.

    Before release it says who acts next, and nothing that moves while coaches review.
    """
    releases = {
        release.calibration.assessment.enrolment_id: release
        for release in Release.objects.filter(
            calibration__assessment__enrolment__in=enrolments,
            calibration__assessment__round=round,
            superseded_at=None,
        ).select_related("calibration__assessment")
    }
    open_questions = {
        row["calibration__assessment__enrolment"]: row
        for row in EvidenceRequest.objects.open()
        .filter(
            calibration__assessment__enrolment__in=enrolments,
            calibration__assessment__round=round,
        )
        .order_by()
        .values("calibration__assessment__enrolment", "calibration__assessment")
        .annotate(waiting=Count("pk"))
    }
    coached = Calibration.objects.with_coaches().filter(assessment=OuterRef("pk"))
    begun = {
        enrolment: Begun(pk, has_coaches)
        for enrolment, pk, has_coaches in Assessment.objects.filter(
            enrolment__in=enrolments, round=round
        ).values_list("enrolment", "pk", Exists(coached))
    }
    return {
        enrolment.pk: _phase(
            releases.get(enrolment.pk),
            open_questions.get(enrolment.pk),
            begun.get(enrolment.pk),
            enrolment,
        )
        for enrolment in enrolments
    }


class Begun(NamedTuple):
    """The id of an enrolment's assessment, and whether coaches were asked to read it."""

    pk: int
    has_coaches: bool


def _links(enrolment: Enrolment, assessment: Begun | None) -> list[Button]:
    """What the organisation can go back to, and the questions it was asked."""
    if assessment is None:
        return []
    return [
        Button("Your heat-map", reverse("assessments:results", args=[assessment.pk])),
        Button("Evidence library", reverse("assessments:library", args=[enrolment.pk])),
        Button("Questions from the coaches", reverse("calibration:requests", args=[assessment.pk])),
    ]


def _phase(
    release: Release | None,
    waiting: Mapping[str, Any] | None,
    assessment: Begun | None,
    enrolment: Enrolment,
) -> Phase:
    links = _links(enrolment, assessment)
    if release:
        result = reverse("calibration:result", args=[release.calibration_id])
        return Phase(
            done=release.acknowledged_at is not None,
            headline="Your calibrated framework is here",
            text="What two coaches made of your evidence, what is strong, and what would lift "
            "each criterion one level.",
            button=Button("Read it", result),
            links=links,
            is_due=False,
        )
    if waiting:
        count = waiting["waiting"]
        return Phase(
            done=False,
            headline="The coaches have a question" if count == 1 else "The coaches have questions",
            text="They would like to see something more. Answering does not change your "
            "self-assessment.",
            button=Button(
                "Read and answer",
                reverse("calibration:requests", args=[waiting["calibration__assessment"]]),
            ),
            links=links,
        )
    if assessment is None or not assessment.has_coaches:
        return Phase(
            done=False,
            headline="Next, the Learning Hub asks two coaches",
            text="It chooses two from two institutions, and each reads your evidence on their own. "
            "You need not do anything now; we will write to you when your calibrated framework "
            "is ready, or when the coaches have a question.",
            links=links,
        )
    return Phase(
        done=False,
        headline="Two coaches are looking at it",
        text="Each reads your evidence on their own. You need not do anything now; "
        "we will write to you when your calibrated framework is ready.",
        links=links,
    )


def panels(user: User, roles: Collection[str]) -> list[Panel]:
    """What waits for a person in each of `roles`, those they hold anywhere."""
    found = []
    if Role.COACH in roles:
        waiting = Review.objects.writable().filter(coach=user).count()
        found.append(
            Panel(
                "Your reviews",
                f"{waiting} to do." if waiting else "Nothing is waiting for you.",
                Button("Open your reviews", reverse("calibration:queue")),
            )
        )
    if Role.MODERATOR in roles:
        desks = scoped(user, side_by_side(user), "calibration.moderate").filter(
            still_open("assessment__enrolment__")
        )
        waiting = desks.filter(state__in=Calibration.SETTLING).count()
        waiting += len(stale_decisions(desks.filter(state=Calibration.State.AGREED)))
        found.append(
            Panel(
                "Moderation",
                f"{waiting} to settle." if waiting else "Nothing is waiting for you.",
                Button("Open the desk", reverse("calibration:moderation")),
            )
        )
    if Role.HUB in roles:
        found += _cohort_panels(user)
    return found


def _cohort_panels(user: User) -> list[Panel]:
    held = Membership.objects.filter(user=user, role=Role.HUB)
    cohorts = Cohort.objects.filter(pk__in=held.values("cohort")).with_active()
    submitted = handed_in([cohort.pk for cohort in cohorts], FIRST_ROUND).counts
    return [
        Panel(
            cohort.name,
            _standing(cohort.closed_on, cohort.active, submitted.get(cohort.pk, 0)),
            Button("Go to the cohort", reverse("cohort", args=[cohort.slug])),
        )
        for cohort in cohorts
    ]


def _standing(closed_on: date | None, active: int, submitted: int) -> str:
    """How far a cohort is, in a sentence."""
    there = (
        f"{active} organisation{pluralize(active)}; "
        f"{submitted} self-assessment{pluralize(submitted)} handed in."
    )
    return f"Closed on {day_in_words(closed_on)}. {there}" if closed_on else there


def shut_events(user: User, cohort: Cohort) -> Q:
    """The audit events of a cohort's calibrations that `user` may not see into. One query."""
    shut = Calibration.objects.filter(assessment__enrolment__cohort=cohort).exclude(
        pk__in=unblinded(user).order_by().values("pk")
    )
    organisations = shut.order_by().values_list("assessment__enrolment__organisation", flat=True)
    return Q(action__in=OF_ONE, organisation__in=list(organisations))


def tabs(cohort: Cohort) -> list[Tab]:
    """One query: how many questions wait for an answer."""
    waiting = (
        ReleaseQuestion.objects.unanswered()
        .filter(release__calibration__assessment__enrolment__cohort=cohort)
        .count()
    )
    return [
        Tab("calibration:suggestions", "Suggested pairs"),
        Tab("calibration:coaches", "Coaches"),
        Tab("calibration:agreement", "Agreement"),
        Tab("calibration:questions", "Questions", waiting),
    ]


def standing_still(enrolment: Enrolment) -> Touched:
    """What becomes of reviews, the desk and questions, and the coaches who are writing."""
    of_enrolment = {"calibration__assessment__enrolment": enrolment}
    reviews = Review.objects.filter(state=Review.State.OPEN, **of_enrolment)
    writing = [review.coach for review in reviews.select_related("coach")]
    waiting = EvidenceRequest.objects.open().filter(**of_enrolment).count()
    released = Release.objects.filter(superseded_at=None, **of_enrolment).exists()
    sentences = []
    if writing:
        sentences.append(f"{len(writing)} open review{pluralize(len(writing))}: the drafts stay.")
    if waiting:
        sentences.append(
            f"{waiting} question{pluralize(waiting)} of the coaches: no answer can be given."
        )
    if released:
        sentences.append("The calibrated framework: no late evidence, no new question about it.")
    return Touched(sentences, writing)


def cohort_section() -> Section:
    """How coaches work, in a cohort's settings."""
    return Section(
        "Calibration", form=lambda _cohort: SettingsForm(), stands=options_of, save=save_settings
    )


def released(cohorts: Collection[int], round: int) -> Figure:
    """How many active enrolments of each cohort have that round released. One query."""
    found = Calibration.objects.filter(
        assessment__enrolment__cohort__in=cohorts,
        assessment__enrolment__state=Enrolment.State.ACTIVE,
        assessment__round=round,
        state=Calibration.State.RELEASED,
    )
    counts = found.order_by().values_list("assessment__enrolment__cohort").annotate(Count("pk"))
    return Figure("Released", dict(counts))
