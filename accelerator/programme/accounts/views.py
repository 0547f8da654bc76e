from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.http import Request
from accelerator.programme.accounts.forms import NameForm
from accelerator.programme.accounts.queries import roles_in_words
from accelerator.programme.accounts.services import rename_person


def account(request: Request) -> HttpResponse:
    """The person's own page: their name, their roles, their password."""
    form = NameForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        rename_person(actor=request.user, name=form.cleaned_data["name"])
        messages.success(request, "Your name is saved.")
        return redirect("account")
    memberships = roles_in_words(request.user)
    return render(request, "account.html", {"form": form, "memberships": memberships})
