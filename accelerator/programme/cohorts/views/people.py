"""The people of a cohort: who they are, who is invited, and a form to invite somebody."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accelerator.core.http import Request, tried
from accelerator.core.limits import limited, too_often
from accelerator.models import Cohort, Invitation
from accelerator.programme.cohorts.access import cohort_for
from accelerator.programme.cohorts.forms.people import InviteForm
from accelerator.programme.cohorts.frame import tabs
from accelerator.programme.cohorts.queries import people as queries
from accelerator.programme.cohorts.queries.institutions import institutions_of
from accelerator.programme.cohorts.services import people as services
from accelerator.programme.team import services as team
from accelerator.programme.team.services import CannotChange, CannotInvite

PAGE = 40


def people(request: Request, slug: str) -> HttpResponse:
    cohort = cohort_for(request.user, slug)
    form = InviteForm(
        request.POST or None,
        cohort=cohort,
        institutions=institutions_of(cohort),
        funders=queries.funders_of(cohort),
    )
    if request.method == "POST" and form.is_valid():
        if sentence := too_often("letters", request.user):
            return render(request, "429.html", {"sentence": sentence}, status=429)
        try:
            invitation = services.invite_to(actor=request.user, cohort=cohort, **form.letter())
        except CannotInvite as error:
            form.add_error("email", str(error))
        else:
            messages.success(
                request,
                f"We wrote to {invitation.email}. The link is good for {Invitation.DAYS} days.",
            )
            return redirect("cohort_people", slug=slug)
    return _page(request, cohort, form)


def _page(request: Request, cohort: Cohort, form: InviteForm) -> HttpResponse:
    found = Paginator(queries.people_of(cohort), PAGE)
    context = {
        "cohort": cohort,
        "tabs": tabs(cohort, "cohort_people"),
        "page": found.get_page(request.GET.get("page")),
        "invitations": queries.invitations_to(cohort),
        "form": form,
        "invited_here": queries.INVITED,
    }
    status = 422 if form.errors else 200
    return render(request, "programme/cohorts/people.html", context, status=status)


@require_POST
@limited("letters")
def send_again(request: Request, slug: str, invitation: int) -> HttpResponse:
    cohort = cohort_for(request.user, slug)
    row = get_object_or_404(queries.own_invitations(cohort), pk=invitation)
    done = f"We wrote to {row.email} again. The link before no longer works."
    tried(request, done, services.send_again, CannotChange, cohort=cohort, invitation=row)
    return redirect("cohort_people", slug=slug)


@require_POST
def revoke(request: Request, slug: str, invitation: int) -> HttpResponse:
    cohort = cohort_for(request.user, slug)
    row = get_object_or_404(queries.own_invitations(cohort), pk=invitation)
    done = f"The invitation of {row.email} is taken back."
    tried(request, done, team.revoke, CannotChange, invitation=row)
    return redirect("cohort_people", slug=slug)


def remove(request: Request, slug: str, membership: int) -> HttpResponse:
    """Say what ends, then end it: a moderator's role, and nobody else's."""
    cohort = cohort_for(request.user, slug)
    row = get_object_or_404(queries.moderates(cohort), pk=membership)
    if request.method == "POST":
        done = f"{row.user} no longer moderates {cohort}."
        tried(request, done, team.remove, CannotChange, membership=row)
        return redirect("cohort_people", slug=slug)
    context = {"cohort": cohort, "membership": row}
    return render(request, "programme/cohorts/remove.html", context)
