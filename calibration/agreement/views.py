"""How far the coaches of a cohort agree: the page and its CSV."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accelerator.core.exports import about_lines, csv_response
from accelerator.core.http import Request
from accelerator.core.limits import limited
from accelerator.core.recent import recent_sign_in
from accelerator.models import Cohort
from accelerator.programme.cohorts.access import cohort_for
from accelerator.programme.cohorts.frame import tabs
from assessments.framework.queries import catalogue
from assessments.framework.values import Catalogue
from assessments.rules.rounds import BASELINE, label_of, slug_of
from calibration.access import require_coach, reviews_blind
from calibration.agreement.forms import BASES, AgreementForm
from calibration.agreement.queries import figures as report
from calibration.agreement.queries.anchoring import anchoring
from calibration.agreement.queries.export import CSV_HEADER, csv_rows
from calibration.agreement.queries.severity import severity_of, severity_table


@dataclass(frozen=True)
class Chosen:
    """What was asked for: the figures of every part, and the part whose coefficients are shown."""

    cohort: Cohort
    framework: Catalogue
    form: AgreementForm
    basis: str
    round: int
    scopes: list[report.Scope]
    scope: report.Scope


def _chosen(request: Request, slug: str) -> Chosen | Cohort:
    """The figures; only the cohort while it has no calibration."""
    cohort = cohort_for(request.user, slug)
    frameworks = report.frameworks_of(cohort)
    if not frameworks:
        return cohort
    asked = request.GET.get("framework", "")
    known = asked.isdecimal() and int(asked) in frameworks
    framework = catalogue(int(asked) if known else next(iter(frameworks)))
    rounds = report.rounds_of(cohort, framework)
    form = AgreementForm(request.GET, chosen=framework, frameworks=frameworks, rounds=rounds)
    basis = form.picked("basis")
    units = report.units_of(cohort, request.user, framework, form.picked_round)
    scopes = report.scopes_of(units, framework, basis)
    wanted = form.picked("scope")
    scope = next(one for one in scopes if one.key == wanted)
    return Chosen(cohort, framework, form, basis, form.picked_round, scopes, scope)


@require_safe
def agreement(request: Request, slug: str) -> HttpResponse:
    """Counts for the cohort and each pillar; coefficients for the part that is chosen."""
    chosen = _chosen(request, slug)
    if isinstance(chosen, Cohort):
        context = {"cohort": chosen, "tabs": tabs(chosen, "calibration:agreement")}
        return render(request, "calibration/hub/agreement.html", context)
    cohort, framework = chosen.cohort, chosen.framework
    blind = reviews_blind(request.user, cohort)
    labelled = [
        (level, list(enumerate(row)))
        for level, row in zip(framework.levels, chosen.scope.table, strict=True)
    ]
    return render(
        request,
        "calibration/hub/agreement.html",
        {
            "cohort": cohort,
            "tabs": tabs(cohort, "calibration:agreement"),
            "choice": chosen.form,
            "basis": chosen.basis,
            "framework": framework,
            "scopes": chosen.scopes,
            "scope": chosen.scope,
            "table": labelled,
            "enough": report.ENOUGH,
            "draws": report.DRAWS,
            "anchoring": anchoring(cohort, request.user, framework, chosen.round, chosen.basis),
            "distances": range(len(framework.levels)),
            "severity": [] if blind else severity_table(cohort),
            "blind": blind,
        },
    )


@require_safe
@recent_sign_in
@limited("reports")
def agreement_csv(request: Request, slug: str) -> HttpResponse:
    """Every part's counts, and the chosen part's coefficients."""
    chosen = _chosen(request, slug)
    if isinstance(chosen, Cohort):
        raise Http404
    later = chosen.round != BASELINE
    basis = (
        f"{chosen.cohort}. {chosen.framework.title} {chosen.framework.version}. "
        f"{f'{label_of(chosen.round)}. ' if later else ''}"
        f"{dict(BASES)[chosen.basis]}. Round-one reviews of the first and second coach, both "
        f"handed in; coefficients for: {chosen.scope.title}, from {report.ENOUGH} pairs on; "
        f"95 % intervals from {report.DRAWS} redraws of organisations."
    )
    name = f"agreement-{chosen.cohort.slug}-{chosen.scope.key or 'cohort'}-{chosen.basis}"
    name += f"-{slug_of(chosen.round)}.csv" if later else ".csv"
    return csv_response(
        name,
        CSV_HEADER,
        csv_rows(chosen.scopes, chosen.scope, chosen.framework),
        about_lines(request.user, basis),
        reader=request.user,
        of=chosen.cohort,
    )


@require_safe
def severity(request: Request) -> HttpResponse:
    """How my levels lie against my partners', in words, for me alone."""
    require_coach(request.user)
    return render(
        request, "calibration/workbench/severity.html", {"found": severity_of(request.user)}
    )
