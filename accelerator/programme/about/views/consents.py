from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accelerator.core.access import may
from accelerator.core.http import Request
from accelerator.programme.about.queries.consents import (
    ENDS,
    MEANS,
    consents_of,
    contacts_of,
    kind_called,
)
from accelerator.programme.about.services import consents as consents_service
from accelerator.programme.about.views.back import refused_to
from accelerator.programme.enrolment import enrolment_for, frame


@require_safe
def consents(request: Request, pk: int) -> HttpResponse:
    """What the organisation agrees to, since when, and what it agreed to before."""
    enrolment = enrolment_for(request.user, pk, "enrolment.view")
    context = frame(enrolment, "consents") | {
        "consents": consents_of(enrolment),
        "contacts": contacts_of(enrolment),
        "can_give": may(enrolment, "consent.give"),
    }
    return render(request, "programme/about/consents.html", context)


@require_POST
@refused_to("consents")
def give(request: Request, pk: int, kind: str) -> HttpResponse:
    enrolment = enrolment_for(request.user, pk, "consent.give")
    consents_service.give_consent(actor=request.user, enrolment=enrolment, kind=kind_called(kind))
    messages.success(request, "The consent is given. You can withdraw it at any time.")
    return redirect("consents", pk=pk)


@refused_to("consents")
def withdraw(request: Request, pk: int, kind: str) -> HttpResponse:
    """Say what ends and what is out already, then withdraw."""
    enrolment = enrolment_for(request.user, pk, "consent.give")
    chosen = kind_called(kind)
    if request.method == "POST":
        consents_service.withdraw_consent(actor=request.user, enrolment=enrolment, kind=chosen)
        messages.success(request, "The consent is withdrawn.")
        return redirect("consents", pk=pk)
    context = frame(enrolment, "consents") | {
        "kind": chosen,
        "means": MEANS[chosen],
        "ends": ENDS[chosen],
        "may_be_out": chosen != chosen.CONTACT,
    }
    return render(request, "programme/about/consent_withdraw.html", context)
