from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.queue import enqueue
from accelerator.models import Enrolment, Organisation, User
from calibration.access import require_coach
from calibration.assigning.forms.conflicts import ConflictForm
from calibration.assigning.services import conflicts as services_conflicts
from calibration.models import ConflictOfInterest, Review


def _organisations(user: User) -> QuerySet[Organisation]:
    """Those of the cohorts the coach works in, but for the ties declared already."""
    cohorts = Review.objects.filter(coach=user).values("calibration__assessment__enrolment__cohort")
    declared = ConflictOfInterest.objects.filter(person=user).values("organisation")
    enrolled = Enrolment.objects.filter(Q(cohort__in=cohorts), state=Enrolment.State.ACTIVE).values(
        "organisation"
    )
    return Organisation.objects.filter(pk__in=enrolled).exclude(pk__in=declared)


def conflicts(request: HttpRequest) -> HttpResponse:
    """Declare a tie to an organisation; a review of it under way is withdrawn at once."""
    require_coach(request.user)
    form = ConflictForm(
        request.POST or None,
        organisations=_organisations(request.user),
        initial={"organisation": request.GET.get("organisation")},
    )
    if request.method == "POST" and form.is_valid():
        services_conflicts.declare_conflict(person=request.user, **form.cleaned_data)
        enqueue("accelerator.send_mail")
        organisation = form.cleaned_data["organisation"]
        messages.success(
            request, f"Noted. You will not be asked to review {organisation}, now or later."
        )
        return redirect("calibration:queue")
    declared = ConflictOfInterest.objects.filter(person=request.user).select_related("organisation")
    return render(
        request,
        "calibration/workbench/conflicts.html",
        {"form": form, "declared": declared.order_by("organisation__name")},
        status=422 if form.errors else 200,
    )
