from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.http import Request
from accelerator.core.queue import enqueue
from accelerator.programme.cohorts.access import cohort_for
from accelerator.programme.cohorts.frame import tabs
from calibration.assigning.forms.coaches import SuggestionsForm
from calibration.assigning.queries import coaches as reports
from calibration.assigning.queries.eligibility import reasons_for
from calibration.assigning.services.pairing import PairsRefused, assign_pairs

AT_ONCE = 40


def suggestions(request: Request, slug: str) -> HttpResponse:
    """A pair for everybody who waits for one; each can be changed, one button assigns them all."""
    cohort = cohort_for(request.user, slug)
    waiting = reports.waiting(cohort)
    shown = waiting[:AT_ONCE]
    loads = reports.coach_loads(cohort)
    initial: dict[str, date | int | None] = {"due_on": cohort.calibrate_due}
    pairs = reports.suggested_pairs(shown, loads, cohort)
    for assessment in shown:
        first, second = pairs[assessment.pk] or (None, None)
        initial |= {f"first-{assessment.pk}": first, f"second-{assessment.pk}": second}
    form = SuggestionsForm(
        request.POST or None,
        assessments=shown,
        coaches=loads,
        reasons=reasons_for(shown, loads),
        own_due=reports.own_due(shown),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid() and _assign_all(request, form):
        return redirect("cohort", slug=slug)
    context = {
        "cohort": cohort,
        "tabs": tabs(cohort, "calibration:suggestions"),
        "form": form,
        "waiting": len(waiting),
        "without": [one for one in shown if pairs[one.pk] is None],
    }
    status = 422 if form.errors else 200
    return render(request, "calibration/hub/suggestions.html", context, status=status)


def _assign_all(request: Request, form: SuggestionsForm) -> bool:
    """Assign the chosen pairs, or say beside each row why it could not be."""
    pairs = form.pairs()
    try:
        count = assign_pairs(
            actor=request.user,
            pairs=pairs,
            due_on=form.cleaned_data["due_on"],
            own_due=form.own_due,
        )
    except PairsRefused as refusal:
        for assessment, why in refusal.reasons.items():
            form.refuse(assessment, why)
        return False
    enqueue("accelerator.send_mail")
    asked = {name.partition("-")[2] for name in request.POST if name.startswith("first-")}
    gone = len(asked - {str(assessment.pk) for assessment in form.assessments})
    messages.success(
        request, f"{count} assessment{'' if count == 1 else 's'} assigned. The coaches are told."
    )
    if gone:
        messages.info(
            request,
            f"{gone} had been given coaches meanwhile and stayed as "
            f"{'it was' if gone == 1 else 'they were'}.",
        )
    return True
