from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accelerator.core.access import may, roles_of
from accelerator.core.http import Request, tried
from accelerator.core.limits import limited, too_often
from accelerator.core.rights import prose_of
from accelerator.models import Enrolment, Invitation, Role, User
from accelerator.models.invitations import InvitationQuerySet
from accelerator.programme.enrolment import enrolment_for, frame
from accelerator.programme.team import queries
from accelerator.programme.team import services as team_service
from accelerator.programme.team.access import may_bring_in, may_take_out
from accelerator.programme.team.forms import HandOverForm, InviteForm, JoinForm
from accelerator.programme.team.services import CannotAccept, CannotChange, CannotInvite

CLOSED = 410


def team(request: Request, pk: int) -> HttpResponse:
    """Who is in an organisation's team, who is invited, and a form to invite somebody."""
    action = "team.manage" if request.method == "POST" else "team.view"
    enrolment = enrolment_for(request.user, pk, action)
    roles = may_bring_in(roles_of(enrolment)) if may(enrolment, "team.manage") else ()
    form = InviteForm(request.POST or None, roles=roles)
    if request.method == "POST" and form.is_valid():
        if sentence := too_often("letters", request.user):
            return render(request, "429.html", {"sentence": sentence}, status=429)
        role = form.cleaned_data.pop("role")
        place = enrolment if role == Role.ADVISER else enrolment.organisation
        try:
            invitation = team_service.invite(
                actor=request.user, role=role, place=place, **form.cleaned_data
            )
        except CannotInvite as error:
            form.add_error("email", str(error))
        else:
            messages.success(
                request,
                f"We wrote to {invitation.email}. The link is good for {Invitation.DAYS} days.",
            )
            return redirect("team", pk=pk)
    # What was typed before it closed is shown once more.
    is_shown = request.method == "POST" or not queries.why_nobody_comes(enrolment.organisation)
    return _page(request, enrolment, form if roles and is_shown else None)


def _page(request: Request, enrolment: Enrolment, form: InviteForm | None) -> HttpResponse:
    manages = may(enrolment, "team.manage")
    people = list(queries.people_of(enrolment))
    context = frame(enrolment, "team") | {
        "people": people,
        "invitations": queries.invitations_to(enrolment) if manages else [],
        "manages": manages,
        "brings_in": may_bring_in(roles_of(enrolment)) if manages else (),
        "takes_out": may_take_out(roles_of(enrolment)) if manages else (),
        "hands_over": may(enrolment, "team.hand_over")
        and any(one.role == Role.LEAD for one in people),
        "form": form,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "programme/team/team.html", context, status=status)


def _own_invitations(enrolment: Enrolment) -> InvitationQuerySet:
    """Those that whoever asks may send again or take back: to roles into which they may invite."""
    mine = may_bring_in(roles_of(enrolment))
    return queries.invitations_to(enrolment).filter(role__in=mine)


@require_POST
@limited("letters")
def send_again(request: Request, pk: int, invitation: int) -> HttpResponse:
    enrolment = enrolment_for(request.user, pk, "team.manage")
    row = get_object_or_404(_own_invitations(enrolment), pk=invitation)
    done = f"We wrote to {row.email} again. The link before no longer works."
    tried(request, done, team_service.send_again, CannotChange, invitation=row)
    return redirect("team", pk=pk)


@require_POST
def revoke(request: Request, pk: int, invitation: int) -> HttpResponse:
    enrolment = enrolment_for(request.user, pk, "team.manage")
    row = get_object_or_404(_own_invitations(enrolment), pk=invitation)
    done = f"The invitation of {row.email} is taken back."
    tried(request, done, team_service.revoke, CannotChange, invitation=row)
    return redirect("team", pk=pk)


def remove(request: Request, pk: int, membership: int) -> HttpResponse:
    """Say what ends, then end it."""
    enrolment = enrolment_for(request.user, pk, "team.manage")
    ends = may_take_out(roles_of(enrolment))
    row = get_object_or_404(queries.people_of(enrolment).filter(role__in=ends), pk=membership)
    if request.method == "POST":
        done = f"{row.user} is no longer {row.get_role_display().lower()}."
        tried(request, done, team_service.remove, CannotChange, membership=row)
        own = row.user_id == request.user.pk
        return redirect("home") if own else redirect("team", pk=pk)
    return render(
        request, "programme/team/remove.html", {"enrolment": enrolment, "membership": row}
    )


def hand_over(request: Request, pk: int, membership: int) -> HttpResponse:
    """Who is project lead from now on; the one before becomes deputy."""
    enrolment = enrolment_for(request.user, pk, "team.hand_over")
    lead = get_object_or_404(queries.people_of(enrolment), pk=membership)
    form = HandOverForm(request.POST or None, people=queries.successors(enrolment))
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        done = f"{to.user} is project lead now. We wrote to both."
        tried(request, done, team_service.hand_over, CannotChange, lead=lead, to=to)
        return redirect("team", pk=pk)
    context = {"enrolment": enrolment, "lead": lead, "form": form}
    status = 422 if form.errors else 200
    return render(request, "programme/team/hand_over.html", context, status=status)


@never_cache
@login_not_required
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What is offered; looking at it, or a program that follows links in mail, accepts nothing."""
    found = queries.invitation_of(token)
    prose = prose_of(Role(found.role))
    context = {"invitation": found, "closed": found.why_closed, "prose": prose}
    user = request.user
    if user.is_authenticated:
        context["is_theirs"] = user.email.lower() == found.email.lower()
        return _accept_signed_in(request, user, found, context)
    context["has_account"] = queries.account_of(found.email) is not None
    if context["closed"] or context["has_account"]:
        status = CLOSED if context["closed"] else 200
        return render(request, "programme/team/invitation.html", context, status=status)
    return _join(request, found, context)


def _accept_signed_in(
    request: HttpRequest, person: User, found: Invitation, context: dict
) -> HttpResponse:
    if request.method == "POST" and not context["closed"]:
        try:
            team_service.accept(person=person, invitation=found)
        except CannotAccept as error:
            context["closed"] = str(error)
        else:
            messages.success(request, f"Welcome to {found.place_name}.")
            return redirect("home")
    status = CLOSED if context["closed"] else 200
    return render(request, "programme/team/invitation.html", context, status=status)


def _join(request: HttpRequest, found: Invitation, context: dict) -> HttpResponse:
    form = JoinForm(request.POST or None, email=found.email, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            person = team_service.join(invitation=found, **form.cleaned_data)
        except CannotAccept as error:
            context["closed"] = str(error)
        else:
            login(request, person)
            messages.success(request, f"Welcome to {found.place_name}.")
            return redirect("home")
    status = CLOSED if context["closed"] else 422 if form.errors else 200
    context["form"] = form
    return render(request, "programme/team/invitation.html", context, status=status)
