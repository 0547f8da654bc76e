"""How far the coaches of a cohort agree: the page and its CSV."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accelerator.core.exports import Cell, about_lines, csv_response
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
from calibration.agreement.queries.severity import severity_of, severity_table

CSV_HEADER = ["part", "figure", "weights", "value", "from", "to", "of", "pairs", "note"]


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
    return csv_response(name, CSV_HEADER, _csv_rows(chosen), about_lines(request.user, basis))


def _csv_rows(chosen: Chosen) -> Iterator[list[Cell]]:
    for scope in chosen.scopes:
        yield [scope.title, "same level", "", scope.exact.agree, "", "", scope.pairs, scope.pairs]
        yield [
            scope.title, "within one step", "", scope.near.agree, "", "", scope.pairs, scope.pairs,
        ]  # fmt: skip
        note = "Coach A minus Coach B, in steps" if scope.pairs else report.NO_PAIRS
        mean = "" if scope.difference is None else round(scope.difference, 4)
        yield [
            scope.title, "mean signed difference", "", mean, "", "", "", scope.pairs, note,
        ]  # fmt: skip
    scope = chosen.scope
    for level, row in zip(chosen.framework.levels, scope.table, strict=True):
        for other, count in zip(chosen.framework.levels, row, strict=True):
            figure = f"Coach A {level.short}, Coach B {other.short}"
            yield [scope.title, figure, "", count, "", "", scope.pairs, scope.pairs]
    for one in scope.estimates:
        low, high = one.interval or (None, None)
        yield [
            scope.title,
            one.measure.name,
            one.measure.weights,
            "undefined" if one.value is None else round(one.value, 4),
            None if low is None else round(low, 4),
            None if high is None else round(high, 4),
            "",
            one.pairs,
            one.why or one.why_no_interval,
        ]
    if not scope.enough:
        yield [scope.title, "coefficients", "", "", "", "", "", scope.pairs, too_few(scope)]


def too_few(scope: report.Scope) -> str:
    return f"fewer than {report.ENOUGH} pairs: counts only"


@require_safe
def severity(request: Request) -> HttpResponse:
    """How my levels lie against my partners', in words, for me alone."""
    require_coach(request.user)
    return render(
        request, "calibration/workbench/severity.html", {"found": severity_of(request.user)}
    )
