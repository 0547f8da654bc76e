from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accelerator.core.forms import NameField, field_of
from accelerator.core.http import Request
from accelerator.programme.accounts.forms import NameForm
from accelerator.programme.accounts.middleware import is_through
from accelerator.programme.accounts.queries import idle_hours, roles_in_words
from accelerator.programme.accounts.services import end_sessions, rename_person


def account(request: Request) -> HttpResponse:
    """The person's own page: their name, their roles, how they sign in."""
    form = NameForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        rename_person(actor=request.user, name=form.cleaned_data["name"])
        messages.success(request, "Your name is saved.")
        if field_of(form, "name", NameField).left_out(form.data["name"]):
            messages.info(request, "Characters that nobody can see were left out of it.")
        return redirect("account")
    context = {
        "form": form,
        "memberships": roles_in_words(request.user),
        "idle_hours": idle_hours(request.user),
    }
    return render(request, "account.html", context)


@require_POST
def sign_out_everywhere(request: Request) -> HttpResponse:
    """End every session of this person, this one too."""
    end_sessions(actor=request.user, person=request.user)
    logout(request)
    messages.success(request, "You are signed out everywhere.")
    return redirect("account_login")


@login_not_required
@require_safe
def signed_in(request: HttpRequest) -> JsonResponse:
    """Who is signed in in this browser now, and a token that their forms may use.

    "" is nobody, or somebody whose second factor is awaited. An open page asks when a save was
    refused: signing in again changes the token.
    """
    user = request.user
    there = user.is_authenticated and is_through(user, request.session)
    person = str(user.pk) if there else ""
    return JsonResponse({"person": person, "token": get_token(request)})
