"""What an enrolment is made of, changed afterwards."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.http import Request
from accelerator.models import Enrolment
from accelerator.programme.enrolling import queries
from accelerator.programme.enrolling.access import may_rename
from accelerator.programme.enrolling.forms.change import ChangeForm
from accelerator.programme.enrolling.services import changing
from accelerator.programme.enrolling.services.changing import CannotChange, ChangedMeanwhile
from accelerator.programme.enrolment import Refused, enrolment_for, why_closed


def change(request: Request, pk: int) -> HttpResponse:
    """The programme's name and description, and the match funders."""
    enrolment = enrolment_for(request.user, pk, "cohort.run")
    if why := why_closed(enrolment, even_paused=True):
        messages.error(request, why)
        return redirect("organisations", slug=enrolment.cohort.slug)
    renames = may_rename(request.user, enrolment.programme)
    given = request.POST if request.method == "POST" else None
    form = ChangeForm(given, enrolment=enrolment, may_rename=renames, initial=_now(enrolment))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            changing.change(actor=request.user, enrolment=enrolment, **form.given)
        except CannotChange as error:
            form.add_error("name", str(error))
        except Refused as why_not:
            form.add_error(None, str(why_not))
        except ChangedMeanwhile:
            # What was typed stays in the form, now against what stands.
            enrolment = enrolment_for(request.user, pk, "cohort.run")
            typed = request.POST.copy()
            typed["read"] = changing.read_mark(enrolment)
            form = ChangeForm(typed, enrolment=enrolment, may_rename=renames)
            status = 409
        else:
            messages.success(request, f"Saved for {enrolment.organisation}.")
            return redirect("organisations", slug=enrolment.cohort.slug)
    context = {
        "enrolment": enrolment,
        "form": form,
        "renames": renames,
        "stands": queries.funder_names([enrolment])[enrolment.pk] if status == 409 else None,
    }
    status = 422 if form.errors else status
    return render(request, "programme/enrolling/change.html", context, status=status)


def _now(enrolment: Enrolment) -> dict:
    programme = enrolment.programme
    return {
        "read": changing.read_mark(enrolment),
        "name": programme.name,
        "description": programme.description,
        "funders": enrolment.match_funders.order_by("name"),
    }
