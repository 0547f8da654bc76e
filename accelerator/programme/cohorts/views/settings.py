"""Opening a cohort, afresh or as a copy, and changing its settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.http import Request
from accelerator.models import Cohort
from accelerator.programme.cohorts.access import cohort_for, cohorts_of, require_opener
from accelerator.programme.cohorts.forms.opening import NewCohortForm, StartForm
from accelerator.programme.cohorts.forms.settings import CohortForm
from accelerator.programme.cohorts.frame import standing, tabs
from accelerator.programme.cohorts.queries.changes import around, last_changed
from accelerator.programme.cohorts.queries.people import moderators_of
from accelerator.programme.cohorts.rules import DATES, MONTHS, months_later, shifted
from accelerator.programme.cohorts.services import settings as service

EARLIER = 10


def cohort_new(request: Request) -> HttpResponse:
    """A cohort made from nothing; or the way to a copy of an earlier one."""
    require_opener(request.user)
    form = NewCohortForm(request.POST or None)
    if made := _opened(request, form):
        return redirect("cohort_edit", slug=made.slug)
    context = {"form": form, "earlier": cohorts_of(request.user)[:EARLIER]}
    status = 422 if form.errors else 200
    return render(request, "programme/cohorts/new.html", context, status=status)


def cohort_copy(request: Request, slug: str) -> HttpResponse:
    """When the copy begins is asked first; then everything stands there to be changed."""
    source = cohort_for(request.user, slug)
    moderators = moderators_of(source)
    if request.method == "POST":
        form = NewCohortForm(request.POST, moderators=moderators)
        if made := _opened(request, form, source):
            return redirect("cohort_edit", slug=made.slug)
        return _copied(request, source, form, 422)
    year_later = months_later(source.starts_on, MONTHS)
    start = StartForm(request.GET or None, initial={"starts_on": year_later})
    if not start.is_valid():
        context = {"cohort": source, "form": start}
        status = 422 if start.errors else 200
        return render(request, "programme/cohorts/copy.html", context, status=status)
    stands = standing(source)
    days = shifted({name: stands[name] for name in DATES}, start.cleaned_data["starts_on"])
    form = NewCohortForm(initial=stands | days | {"name": ""}, moderators=moderators)
    return _copied(request, source, form, 200)


def _copied(request: Request, source: Cohort, form: NewCohortForm, status: int) -> HttpResponse:
    context = {"form": form, "source": source}
    return render(request, "programme/cohorts/new.html", context, status=status)


def _opened(request: Request, form: NewCohortForm, source: Cohort | None = None) -> Cohort | None:
    """The new cohort; None where nothing is posted, or not yet right."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        made = service.open_cohort(
            actor=request.user,
            slug=form.cleaned_data["slug"],
            values=form.values(),
            moderators=form.moderators(),
            copied_from=source,
        )
    except service.SettingsRefused as refusal:
        form.add_error(refusal.field, str(refusal))
        return None
    messages.success(request, f"{made} is open. Next, invite its people and enrol organisations.")
    return made


def cohort_edit(request: Request, slug: str) -> HttpResponse:
    """The settings; what somebody else saved meanwhile is shown beside what was typed."""
    cohort = cohort_for(request.user, slug)
    form = CohortForm(request.POST or None, cohort=cohort)
    if request.method != "POST":
        if cohort.has_ended:
            form.only_to_read()
        return _page(request, cohort, form)
    if not form.is_valid():
        return _page(request, cohort, form, status=422)
    try:
        saved = service.save_settings(
            actor=request.user,
            cohort=cohort,
            read_version=form.read_version,
            values=form.values(),
        )
    except service.StaleSettings as stale:
        now = stale.cohort
        context = {"differences": form.differences(standing(now)), "last": last_changed(now)}
        return _page(request, now, form.after(now), status=409, **context)
    except service.SettingsRefused as refusal:
        form.add_error(refusal.field, str(refusal))
        return _page(request, cohort, form, status=422 if refusal.field else 409)
    messages.success(request, f"The settings of {saved} are saved.")
    return redirect("cohort_edit", slug=slug)


def _page(
    request: Request, cohort: Cohort, form: CohortForm, status: int = 200, **context: object
) -> HttpResponse:
    context |= {
        "cohort": cohort,
        "tabs": tabs(cohort, "cohort_edit"),
        "form": form,
        "around": around(cohort),
    }
    return render(request, "programme/cohorts/settings.html", context, status=status)
