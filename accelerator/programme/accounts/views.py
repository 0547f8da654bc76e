from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.rights import prose_of
from accelerator.models import Membership
from accelerator.models.people import SCOPES
from accelerator.programme.accounts.forms import NameForm
from accelerator.programme.accounts.services import rename_person


def account(request: HttpRequest) -> HttpResponse:
    """The person's own page: their name, their roles, their password."""
    form = NameForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        rename_person(actor=request.user, name=form.cleaned_data["name"])
        messages.success(request, "Your name is saved.")
        return redirect("account")
    held = Membership.objects.filter(user=request.user).select_related(*SCOPES)
    memberships = [
        {
            "role_label": membership.get_role_display(),
            "where": membership.where,
            "job_role": membership.job_role,
            "prose": prose_of(membership.role),
        }
        for membership in held
    ]
    return render(request, "account.html", {"form": form, "memberships": memberships})
