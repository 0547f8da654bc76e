from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.queue import enqueue
from accelerator.models import Cohort, Enrolment
from accelerator.programme.cohorts.access import cohort_for
from accelerator.programme.cohorts.frame import tabs
from assessments.models import Assessment
from calibration.assigning.forms.coaches import SuggestionsForm
from calibration.assigning.queries import coaches as reports
from calibration.assigning.services.pairing import PairsRefused, assign_pairs
from calibration.assigning.views.assigning import _suggested
from calibration.models import Calibration

AT_ONCE = 40


def _waiting(cohort: Cohort) -> list[Assessment]:
    """Handed in by organisations of the cohort, and without coaches."""
    begun = Calibration.objects.exclude(state=Calibration.State.UNASSIGNED)
    return list(
        Assessment.objects.filter(
            enrolment__cohort=cohort,
            enrolment__state=Enrolment.State.ACTIVE,
            state=Assessment.State.SUBMITTED,
        )
        .exclude(pk__in=begun.order_by().values("assessment"))
        .select_related("enrolment__organisation", "enrolment__programme", "enrolment__cohort")
        .order_by("enrolment__organisation__name", "pk")
    )


def suggestions(request: HttpRequest, slug: str) -> HttpResponse:
    """A pair for everybody who waits for one; each can be changed, one button assigns them all."""
    cohort = cohort_for(request.user, slug)
    waiting = _waiting(cohort)
    shown = waiting[:AT_ONCE]
    loads = reports.coach_loads(cohort)
    practice = reports.practice_required(cohort)
    initial = {"due_on": cohort.calibrate_due}
    pairs = _suggested(shown, loads, cohort, practice=practice)
    for assessment in shown:
        first, second = pairs[assessment.enrolment.organisation_id] or (None, None)
        initial |= {f"first-{assessment.pk}": first, f"second-{assessment.pk}": second}
    form = SuggestionsForm(
        request.POST or None,
        assessments=shown,
        coaches=loads,
        practice=practice,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid() and _assign_all(request, form):
        return redirect("cohort", slug=slug)
    context = {
        "cohort": cohort,
        "tabs": tabs(cohort, "calibration:suggestions"),
        "form": form,
        "waiting": len(waiting),
        "without": [one for one in shown if pairs[one.enrolment.organisation_id] is None],
    }
    status = 422 if form.errors else 200
    return render(request, "calibration/hub/suggestions.html", context, status=status)


def _assign_all(request: HttpRequest, form: SuggestionsForm) -> bool:
    """Assign the chosen pairs, or say beside each row why it could not be."""
    pairs = form.pairs()
    try:
        count = assign_pairs(actor=request.user, pairs=pairs, due_on=form.cleaned_data["due_on"])
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
