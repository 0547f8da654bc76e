"""Practice cases, for a coach alone: try a level, then read how it was settled."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accelerator.core.http import Request
from assessments.framework.queries import catalogue
from calibration.access import require_coach
from calibration.reviewing.forms.workbench import PracticeForm
from calibration.reviewing.queries.practice import case_of, cases_for, following, last_attempt
from calibration.reviewing.services.practice import attempt
from calibration.rules.wording import steps_in_figures


@require_safe
def practice(request: Request) -> HttpResponse:
    """The cases, and which of them I have done."""
    require_coach(request.user)
    cases = cases_for(request.user)
    return render(
        request,
        "calibration/workbench/practice.html",
        {"cases": cases, "done": sum(case.done for case in cases)},
    )


def practice_case(request: Request, slug: str) -> HttpResponse:
    """One case. What was settled, and why, is shown once I have given a level."""
    require_coach(request.user)
    case = case_of(slug)
    framework = catalogue(case.criterion.framework_id)
    criterion = framework.by_id[case.criterion_id]
    form = PracticeForm(request.POST or None, catalogue=framework)
    if request.method == "POST" and form.is_valid():
        attempt(actor=request.user, case=case, **form.cleaned_data)
        return redirect("calibration:practice_case", slug=slug)
    last = last_attempt(case, request.user)
    chosen = form["level"].value()
    context = {
        "case": case,
        "criterion": criterion,
        "pillar": framework.pillar(criterion.pillar_key),
        "self_level": framework.level(case.self_level),
        "options": [
            {
                "level": level,
                "descriptor": criterion.descriptors[level.value],
                "checked": str(level.value) == str(chosen),
            }
            for level in framework.levels
        ],
        "form": form,
        "last": last,
        "following": following(case),
    }
    if last:
        context["yours"] = framework.level(last.level)
        context["settled"] = framework.level(case.settled_level)
        context["apart"] = abs(last.level - case.settled_level)
        context["apart_words"] = steps_in_figures(context["apart"])
    status = 422 if form.errors else 200
    return render(request, "calibration/workbench/practice_case.html", context, status=status)
