from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accelerator.core.access import may
from accelerator.core.http import Request
from accelerator.programme.about.forms import CommitmentForm
from accelerator.programme.about.queries.commitment import commitments_of, sponsors_of
from accelerator.programme.about.services.commitment import sign as sign_commitment
from accelerator.programme.about.views.back import refused_to
from accelerator.programme.enrolment import enrolment_for, frame, must_be_open


@require_safe
def commitment(request: Request, pk: int) -> HttpResponse:
    """What the senior sponsor signed, or for whom it waits."""
    enrolment = enrolment_for(request.user, pk, "enrolment.view")
    signed = list(commitments_of(enrolment))
    context = frame(enrolment, "commitment") | {
        "commitment": signed[0] if signed else None,
        "older": signed[1:],
        "sponsors": sponsors_of(enrolment),
        "can_sign": may(enrolment, "commitment.sign"),
        "can_invite": may(enrolment, "team.manage"),
    }
    return render(request, "programme/about/commitment.html", context)


@refused_to("commitment")
def sign(request: Request, pk: int) -> HttpResponse:
    enrolment = enrolment_for(request.user, pk, "commitment.sign")
    must_be_open(enrolment)
    form = CommitmentForm(request.POST or None, organisation=enrolment.organisation.name)
    if request.method == "POST" and form.is_valid():
        sign_commitment(actor=request.user, enrolment=enrolment, **form.values())
        messages.success(request, "The commitment is signed. Thank you.")
        return redirect("commitment", pk=pk)
    context = frame(enrolment, "commitment") | {
        "form": form,
        "stands": commitments_of(enrolment).first(),
    }
    status = 422 if form.errors else 200
    return render(request, "programme/about/sign.html", context, status=status)
