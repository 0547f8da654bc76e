"""What Explore says on a person's home page."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse

from accelerator.core.rights import allow
from accelerator.models import Enrolment, Role, User
from accelerator.programme.cohorts.frame import Section
from accelerator.programme.cohorts.queries.figures import Figure
from accelerator.programme.journey import Button, Panel, Phase, Roles
from accelerator.programme.participation.values import Touched
from assessments.framework.forms import FrameworkForm
from assessments.framework.queries import framework_for, frameworks_open_to
from assessments.framework.services import choose_framework
from assessments.models import Assessment, Submission
from assessments.scoring import RATED

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Counts(TypedDict):
    """What `explore` has counted of an assessment's criteria."""

    total: int
    rated: int
    cannot: int
    ended: str | None


def explore(enrolments: Iterable[Enrolment], roles: Roles, round: int) -> dict[int, Phase]:
    """Explore for each enrolment id: two queries, however many enrolments."""
    open_cohorts = frameworks_open_to([one.cohort_id for one in enrolments])
    newest = Submission.objects.filter(assessment=OuterRef("pk")).newest_first()
    begun = {
        assessment.enrolment_id: assessment
        for assessment in Assessment.objects.filter(enrolment__in=enrolments, round=round).annotate(
            total=Count("ratings"),
            rated=Count("ratings", filter=Q(ratings__level__isnull=False)),
            cannot=Count("ratings", filter=~Q(ratings__cannot_rate_reason="")),
            ended=Subquery(newest.values("ended_how")[:1]),
        )
    }
    return {
        enrolment.pk: _phase(
            enrolment,
            begun.get(enrolment.pk),
            open_cohorts,
            roles.get(enrolment.pk, frozenset()),
        )
        for enrolment in enrolments
    }


def _phase(
    enrolment: Enrolment,
    assessment: "WithAnnotations[Assessment, Counts] | None",
    open_cohorts: Collection[int],
    roles: frozenset[str],
) -> Phase:
    library = Button("Evidence library", reverse("assessments:library", args=[enrolment.pk]))
    if assessment is not None:
        return _of_assessment(assessment, library, roles)
    if enrolment.cohort_id not in open_cohorts:
        return Phase(
            done=False,
            headline="The framework is not open yet",
            text="The Learning Hub will write to you when you can begin.",
        )
    leads = allow(roles, "assessment.start")
    start = Button(
        "Start the self-assessment", reverse("assessments:start", args=[enrolment.pk]), "post"
    )
    if not allow(roles, "assessment.rate"):
        return Phase(
            done=False,
            headline="Your team begins by looking at where it is",
            text="Your project lead begins it, and the team rates the programme on the framework. "
            "You can read it as it grows. A low level is a starting point.",
            links=[library],
        )
    return Phase(
        done=False,
        headline="Begin by looking at where you are",
        text="You rate your programme on the framework, with your colleagues, in as many "
        "sittings as you like. A low level is a starting point."
        + ("" if leads else " Your project lead begins it."),
        button=start if leads else None,
        links=[library],
    )


def _of_assessment(
    assessment: "WithAnnotations[Assessment, Counts]", library: Button, roles: frozenset[str]
) -> Phase:
    if assessment.is_submitted:
        results = Button("Your heat-map", reverse("assessments:results", args=[assessment.pk]))
        return Phase(
            done=True,
            headline="Your self-assessment is handed in",
            text="Two coaches will read it.",
            links=[results, library],
        )
    overview = reverse("assessments:overview", args=[assessment.pk])
    check = reverse("assessments:check", args=[assessment.pk])
    left = assessment.total - assessment.rated - assessment.cannot
    if left:
        headline = RATED.count(assessment.rated, assessment.cannot, assessment.total)
    else:
        headline = "Every criterion has an answer"
    if not allow(roles, "assessment.rate"):
        text = "Your team is rating. You can read what is there so far."
        if not left:
            text = "Your project lead hands it in. You can read it before."
        button = Button("Read it so far", overview) if left else Button("Read all answers", check)
    elif left:
        text = f"{left} to go. Everything you typed is saved."
        button = Button("Carry on rating", overview)
    elif allow(roles, "assessment.submit"):
        text = "Read it through once more, then hand it in."
        button = Button("Check and submit", check)
    else:
        text = "Read it through once more. Your project lead hands it in."
        button = Button("Read all answers", check)
    if assessment.ended == Submission.Ending.RETURNED:
        text = f"The Learning Hub has returned it, and says why on the framework’s page. {text}"
    return Phase(
        done=False,
        headline=headline,
        text=text,
        button=button,
        links=[Button("The framework", overview), library],
    )


def standing_still(enrolment: Enrolment) -> Touched:
    """What becomes of the self-assessment while the enrolment's part stands still. One query."""
    newest = Assessment.objects.filter(enrolment=enrolment).newest().first()
    if newest is None:
        return Touched(["The self-assessment is not begun, and cannot be."])
    if newest.is_submitted:
        return Touched(["The self-assessment that is handed in stays readable."])
    return Touched(["The self-assessment that is being rated keeps every answer."])


def handed_in(cohorts: Collection[int], round: int) -> Figure:
    """How many active enrolments of each cohort have submitted that round. One query."""
    submitted = Assessment.objects.filter(
        enrolment__cohort__in=cohorts,
        enrolment__state=Enrolment.State.ACTIVE,
        round=round,
        state=Assessment.State.SUBMITTED,
    )
    counts = submitted.order_by().values_list("enrolment__cohort").annotate(Count("pk"))
    return Figure("Handed in", dict(counts))


def cohort_section() -> Section:
    """The framework version, in a cohort's settings."""
    return Section(
        "Framework",
        form=FrameworkForm,
        stands=lambda cohort: {"framework": framework_for(cohort)},
        save=choose_framework,
    )


def panels(user: User, roles: Collection[str]) -> list[Panel]:
    """The organisations that a person advises. One query."""
    if Role.ADVISER not in roles:
        return []
    handed_in = Assessment.objects.filter(
        enrolment=OuterRef("pk"), state=Assessment.State.SUBMITTED
    ).order_by("-round")
    advised = (
        Enrolment.objects.filter(membership__user=user, membership__role=Role.ADVISER)
        .select_related("organisation", "programme", "cohort")
        .annotate(assessment=Subquery(handed_in.values("pk")[:1]))
        .order_by("organisation__name", "pk")
    )
    return [_advised(one, one.assessment) for one in advised]


def _advised(enrolment: Enrolment, assessment: int | None) -> Panel:
    people = reverse("team", args=[enrolment.pk])
    if assessment is None:
        return Panel(
            f"You advise {enrolment.organisation}",
            enrolment.why_closed
            or "They have not handed in their self-assessment yet. You can read it then.",
            Button("Who they are", people),
        )
    state = enrolment.why_closed or "Their self-assessment is handed in."
    return Panel(
        f"You advise {enrolment.organisation}",
        f"{enrolment.programme}, {enrolment.cohort}. {state}",
        Button("Read their heat-map", reverse("assessments:results", args=[assessment])),
    )
