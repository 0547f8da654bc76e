"""What Explore says on a person's home page."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count
from django.urls import reverse

from accelerator.models import Enrolment
from accelerator.programme.cohorts.queries import Figure
from accelerator.programme.journey import Button, Phase
from assessments.framework.queries import frameworks_open_to
from assessments.models import Assessment
from assessments.models.assessment import unanswered

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Counts(TypedDict):
    """What `explore` has counted of an assessment's criteria."""

    total: int
    answered: int


def explore(enrolments: Iterable[Enrolment], led: Collection[int], round: int) -> dict[int, Phase]:
    """Explore for each enrolment id: two queries, however many enrolments."""
    open_cohorts = frameworks_open_to([one.cohort_id for one in enrolments])
    begun = {
        assessment.enrolment_id: assessment
        for assessment in Assessment.objects.filter(enrolment__in=enrolments, round=round).annotate(
            total=Count("ratings"),
            answered=Count("ratings", filter=~unanswered("ratings__")),
        )
    }
    return {
        enrolment.pk: _phase(
            enrolment, begun.get(enrolment.pk), open_cohorts, leads=enrolment.pk in led
        )
        for enrolment in enrolments
    }


def _phase(
    enrolment: Enrolment,
    assessment: "WithAnnotations[Assessment, Counts] | None",
    open_cohorts: Collection[int],
    *,
    leads: bool,
) -> Phase:
    library = Button("Evidence library", reverse("assessments:library", args=[enrolment.pk]))
    if assessment is None:
        if enrolment.cohort_id not in open_cohorts:
            return Phase(
                done=False,
                headline="The framework is not open yet",
                text="The Learning Hub will write to you when you can begin.",
            )
        return Phase(
            done=False,
            headline="Begin by looking at where you are",
            text="You rate your programme on the framework, with your colleagues, in as many "
            "sittings as you like. A low level is a starting point."
            + ("" if leads else " Your project lead begins it."),
            button=Button(
                "Start the self-assessment",
                reverse("assessments:start", args=[enrolment.pk]),
                "post",
            )
            if leads
            else None,
            links=[library],
        )
    overview = reverse("assessments:overview", args=[assessment.pk])
    if assessment.is_submitted:
        return Phase(
            done=True,
            headline="Your self-assessment is handed in",
            text="Two coaches will read it.",
            links=[
                Button("Your heat-map", reverse("assessments:results", args=[assessment.pk])),
                library,
            ],
        )
    left = assessment.total - assessment.answered
    if left:
        button = Button("Carry on rating", overview)
        headline = f"{assessment.answered} of {assessment.total} rated"
        text = f"{left} to go. Everything you typed is saved."
    else:
        button = Button("Check and submit", reverse("assessments:check", args=[assessment.pk]))
        headline = "Every criterion has an answer"
        text = "Read it through once more, then hand it in."
        if not leads:
            button = Button("Read all answers", button.url)
            text = "Read it through once more. Your project lead hands it in."
    return Phase(
        done=False,
        headline=headline,
        text=text,
        button=button,
        links=[Button("The framework", overview), library],
    )


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
