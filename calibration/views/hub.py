"""The Learning Hub's cohorts: where everybody stands, the coaches, the settings."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accelerator.access import get_for, scoped
from accelerator.models import Cohort, User
from assessments.models import Assessment
from calibration.forms.hub import CohortFilter, SettingsForm
from calibration.models import PracticeCase, ReleaseQuestion
from calibration.reports import coaches as coach_reports
from calibration.reports import progress
from calibration.services import assigning

PAGE = 20
TABS = (
    ("cohort", "Organisations"),
    ("suggestions", "Suggested pairs"),
    ("coaches", "Coaches"),
    ("agreement", "Agreement"),
    ("questions", "Questions"),
    ("settings", "Settings"),
)


def cohort_for(user: User, slug: str) -> Cohort:
    """The cohort, for those who run it."""
    return get_for(user, Cohort.objects.all(), "cohort.run", slug=slug)


def tabs(cohort: Cohort, current: str) -> list[dict]:
    """The cohort's pages. One query: how many questions wait for an answer."""
    waiting = ReleaseQuestion.objects.filter(
        release__calibration__assessment__enrolment__cohort=cohort, answered_at=None
    ).count()
    return [
        {
            "label": f"{label} ({waiting})" if name == "questions" and waiting else label,
            "url": reverse(f"calibration:{name}", args=[cohort.slug]),
            "current": name == current,
        }
        for name, label in TABS
    ]


@require_safe
def cohorts(request: HttpRequest) -> HttpResponse:
    """The cohorts this person runs."""
    found = progress.cohort_counts(scoped(request.user, Cohort.objects.all(), "cohort.run"))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "calibration/hub/cohorts.html", {"page": page})


@require_safe
def cohort(request: HttpRequest, slug: str) -> HttpResponse:
    """Every enrolment of the cohort, where it stands, and what can be done next."""
    found = cohort_for(request.user, slug)
    rounds = set(Assessment.objects.filter(enrolment__cohort=found).values_list("round", flat=True))
    asked = request.GET.get("round")
    shown = asked if asked in rounds else Assessment.Round.BASELINE
    enrolments = progress.enrolments_with_stage(found, shown)
    filtered = CohortFilter(request.GET, queryset=enrolments, cohort=found, rounds=rounds)
    page = Paginator(filtered.qs, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "calibration/hub/cohort.html",
        {
            "cohort": found,
            "tabs": tabs(found, "cohort"),
            "filter": filtered,
            "page": page,
            "rows": progress.rows_of(page, request.user),
            "stages": progress.stage_counts(enrolments),
            "overdue": enrolments.filter(progress.overdue()).count(),
            "round": shown,
        },
    )


@require_safe
def coaches(request: HttpRequest, slug: str) -> HttpResponse:
    """The coaches' load, ties and practice, and whether their shared work links them all."""
    found = cohort_for(request.user, slug)
    rows = coach_reports.coach_loads(found)
    pairs = coach_reports.pairs_of(found)
    here = set(found.enrolments.values_list("organisation", flat=True))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "calibration/hub/coaches.html",
        {
            "cohort": found,
            "tabs": tabs(found, "coaches"),
            "page": page,
            "rows": [
                {
                    "coach": row,
                    "conflicts": [one for one in row.conflicts if one.organisation_id in here],
                }
                for row in page
            ],
            "together": coach_reports.together(rows, pairs),
            "groups": coach_reports.groups(rows, pairs),
            "practice": coach_reports.practice_required(found),
            "cases": PracticeCase.objects.exists(),
        },
    )


def settings(request: HttpRequest, slug: str) -> HttpResponse:
    found = cohort_for(request.user, slug)
    form = SettingsForm(request.POST or None, instance=assigning.settings_of(found))
    if request.method == "POST" and form.is_valid():
        assigning.save_settings(actor=request.user, cohort=found, **form.cleaned_data)
        messages.success(request, "Saved. Calibrations that are open keep what they began with.")
        return redirect("calibration:settings", slug=slug)
    return render(
        request,
        "calibration/hub/settings.html",
        {"cohort": found, "tabs": tabs(found, "settings"), "form": form},
    )
