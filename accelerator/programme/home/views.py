from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string

from accelerator.models import Enrolment, Membership, Role
from accelerator.models.people import OWN_ROLES
from accelerator.programme.journey import journeys


def home(request: HttpRequest) -> HttpResponse:
    """Where each of the person's enrolments is, and what their other roles hold for them."""
    enrolments = Enrolment.objects.select_related("cohort", "organisation", "programme").filter(
        organisation__membership__user=request.user,
        organisation__membership__role__in=OWN_ROLES,
    )
    led = set(
        enrolments.filter(
            organisation__membership__user=request.user,
            organisation__membership__role=Role.LEAD,
        ).values_list("pk", flat=True)
    )
    panels = [panel for path in settings.HOME_PANELS for panel in import_string(path)(request.user)]
    funds = Membership.objects.filter(user=request.user, role=Role.FUNDER)
    found = journeys(enrolments.distinct(), led)
    context = {
        "journeys": found,
        "panels": panels,
        "is_funder": not found and not panels and funds.exists(),
    }
    return render(request, "home.html", context)


@login_not_required
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "help.html")
