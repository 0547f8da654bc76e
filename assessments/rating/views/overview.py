from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accelerator.core.access import may
from accelerator.core.http import Request
from accelerator.programme.enrolment import enrolment_for
from accelerator.programme.journey import steps_of
from assessments.access import assessment_for
from assessments.rating import services as rating_services
from assessments.rating.queries import given_back, grid_of, steps_done
from assessments.rules.problems import AssessmentLocked, FrameworkNotOpen


@require_POST
def start(request: Request, enrolment_id: int) -> HttpResponse:
    enrolment = enrolment_for(request.user, enrolment_id, "assessment.start")
    try:
        assessment = rating_services.start_assessment(actor=request.user, enrolment=enrolment)
    except FrameworkNotOpen:
        messages.error(request, "The Learning Hub has not opened the framework for you yet.")
        return redirect("home")
    except AssessmentLocked as error:
        messages.error(request, f"{error} Nothing can be started.")
        return redirect("home")
    return redirect("assessments:overview", pk=assessment.pk)


@require_safe
def overview(request: Request, pk: int) -> HttpResponse:
    """The live heat-map, and the way to the next criterion."""
    assessment = assessment_for(request.user, "assessment.view", pk)
    grid = grid_of(assessment, assessment.ratings.with_evidence_count().by_criterion())
    todo = grid.unanswered
    return render(
        request,
        "assessments/overview.html",
        {
            "assessment": assessment,
            "steps": steps_of(assessment.enrolment, steps_done(assessment)),
            "grid": grid,
            "given_back": given_back(assessment),
            "next_cell": todo[0] if todo else None,
            "can_edit": assessment.is_open and may(assessment, "assessment.rate"),
            "can_submit": assessment.is_open and may(assessment, "assessment.submit"),
        },
    )
