"""Enrolling from a spreadsheet: upload, look at what would be made, confirm; all or nothing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accelerator.core.exports import csv_file
from accelerator.core.fingerprint import fingerprint
from accelerator.core.http import Request
from accelerator.core.limits import too_often
from accelerator.core.sheets import SheetRefused, read
from accelerator.models import Cohort
from accelerator.programme.cohorts.access import cohort_for
from accelerator.programme.enrolling.forms import sheet as forms
from accelerator.programme.enrolling.forms.sheet import ConfirmForm, Plan, UploadForm
from accelerator.programme.enrolling.queries import is_applied
from accelerator.programme.enrolling.services import enrolling
from accelerator.programme.enrolling.services.enrolling import CLOSED, CannotEnrol

MOST_PROBLEMS = 100
TOO_OLD = "The preview was open for too long, or is not yours. Upload the spreadsheet again."
TOO_LONG = "The texts are too long for one file. Split it into smaller ones."
DONE_BEFORE = "This spreadsheet was enrolled already. Nothing was made twice."


def enrol_sheet(request: Request, slug: str) -> HttpResponse:
    """The upload and its preview; with `rows`, which the preview sends, the confirmation."""
    cohort = cohort_for(request.user, slug)
    if cohort.has_ended:
        messages.error(request, CLOSED)
        return redirect("organisations", slug=slug)
    if request.method != "POST":
        return _upload_page(request, cohort, UploadForm())
    what = "letters" if "rows" in request.POST else "uploads"
    if sentence := too_often(what, request.user):
        return render(request, "429.html", {"sentence": sentence}, status=429)
    if "rows" in request.POST:
        return _confirm(request, cohort, request.POST["rows"])
    return _upload(request, cohort)


@require_safe
def template(request: Request, slug: str) -> HttpResponse:
    """An empty spreadsheet with the headings that are read."""
    cohort_for(request.user, slug)
    return csv_file("enrolments.csv", tuple(forms.COLUMNS.values()), (), ())


def _upload(request: Request, cohort: Cohort) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, cohort, form)
    file, windows = form.cleaned_data["file"], form.cleaned_data.get("windows", False)
    try:
        sheet = read(file, file.name, caps=forms.CAPS, windows=windows)
    except SheetRefused as refusal:
        asks = refusal.code == "encoding"
        form = UploadForm(request.POST, request.FILES, asks_encoding=asks)
        form.add_error("file", refusal.message)
        return _upload_page(request, cohort, form)
    lines, problems = forms.lines_of(sheet)
    plan = forms.planned(cohort, lines) if lines else Plan(problems=problems)
    if lines is None or plan.problems:
        return _upload_page(request, cohort, UploadForm(), plan.problems)
    rows = forms.kept(lines, cohort, request.user)
    if len(rows) > forms.LARGEST:
        form.add_error("file", TOO_LONG)
        return _upload_page(request, cohort, form)
    return _preview(request, cohort, plan, ConfirmForm(initial={"rows": rows}, doubts=plan.doubts))


def _confirm(request: Request, cohort: Cohort, rows: str) -> HttpResponse:
    """Everything is looked at again: what was free at the preview may be taken."""
    mark = fingerprint(rows)
    if is_applied(cohort, mark):
        messages.info(request, DONE_BEFORE)
        return redirect("organisations", slug=cohort.slug)
    lines = forms.kept_lines(rows, cohort, request.user)
    if lines is None:
        return _upload_page(request, cohort, UploadForm(), [TOO_OLD])
    plan = forms.planned(cohort, lines)
    if plan.problems:
        return _upload_page(request, cohort, UploadForm(), plan.problems)
    form = ConfirmForm(request.POST, doubts=plan.doubts)
    if not form.is_valid():
        return _preview(request, cohort, plan, form)
    try:
        made = enrolling.enrol(actor=request.user, cohort=cohort, entries=plan.entries, sheet=mark)
    except CannotEnrol as error:
        number = plan.rows[error.place].number
        problem = f"{lines.cell(number, error.field)}: {error}"
        return _upload_page(request, cohort, UploadForm(), [problem])
    if made:
        messages.success(request, _done(plan))
    else:
        messages.info(request, DONE_BEFORE)
    return redirect("organisations", slug=cohort.slug)


def _done(plan: Plan) -> str:
    count, letters = len(plan.rows), plan.letters
    people = "1 person" if letters == 1 else f"{letters or 'no'} people"
    return f"{count} organisation{'s' * (count > 1)} enrolled. We wrote to {people}."


def _preview(request: Request, cohort: Cohort, plan: Plan, form: ConfirmForm) -> HttpResponse:
    context = {"cohort": cohort, "plan": plan, "form": form}
    status = 422 if form.errors else 200
    return render(request, "programme/enrolling/preview.html", context, status=status)


def _upload_page(
    request: Request, cohort: Cohort, form: UploadForm, problems: list[str] | None = None
) -> HttpResponse:
    problems = problems or []
    context = {
        "cohort": cohort,
        "form": form,
        "problems": problems[:MOST_PROBLEMS],
        "more": max(0, len(problems) - MOST_PROBLEMS),
        "columns": forms.COLUMNS,
        "caps": forms.CAPS,
    }
    status = 422 if problems or form.errors else 200
    return render(request, "programme/enrolling/sheet.html", context, status=status)
