from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.http import Request
from accelerator.core.queue import enqueue
from calibration.access import require_coach
from calibration.assigning.forms.conflicts import ConflictForm
from calibration.assigning.queries.conflicts import declared_by, to_declare
from calibration.assigning.services.conflicts import declare_conflict


def conflicts(request: Request) -> HttpResponse:
    """Declare a tie to an organisation; a review of it under way is withdrawn at once."""
    require_coach(request.user)
    form = ConflictForm(
        request.POST or None,
        organisations=to_declare(request.user),
        initial={"organisation": request.GET.get("organisation")},
    )
    if request.method == "POST" and form.is_valid():
        declare_conflict(person=request.user, **form.cleaned_data)
        enqueue("accelerator.send_mail")
        organisation = form.cleaned_data["organisation"]
        messages.success(
            request, f"Noted. You will not be asked to review {organisation}, now or later."
        )
        return redirect("calibration:queue")
    return render(
        request,
        "calibration/workbench/conflicts.html",
        {"form": form, "declared": declared_by(request.user)},
        status=422 if form.errors else 200,
    )
