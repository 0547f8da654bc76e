from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render

from accelerator.core.http import Request
from accelerator.models import Role
from accelerator.programme.home.queries import own_journeys, panels_of
from accelerator.programme.navigation import reader_of


def home(request: Request) -> HttpResponse:
    """Where each of the person's enrolments is, and what their other roles hold for them."""
    roles = reader_of(request).roles
    context = {
        "journeys": own_journeys(request.user),
        "panels": panels_of(request.user, roles),
        "is_funder": Role.FUNDER in roles,
    }
    return render(request, "home.html", context)


@login_not_required
def help_page(request: Request) -> HttpResponse:
    return render(request, "help.html")
