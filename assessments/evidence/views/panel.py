"""Evidence beside one criterion: add, attach, describe, detach."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accelerator.core.access import may
from accelerator.core.http import Request
from assessments.access import rating_for, use_for
from assessments.evidence import services as evidence_service
from assessments.evidence.forms import LinkForm, NoteForm, UseForm, panel_forms
from assessments.evidence.queries.described import last_described
from assessments.evidence.queries.library import attachable
from assessments.evidence.queries.panel import panel_of
from assessments.evidence.values import use_read
from assessments.framework.queries import catalogue
from assessments.models import Rating
from assessments.rules.problems import AssessmentLocked, EvidenceWithdrawn, StaleDescription

PAGE = 50
WITHDRAWN = "A piece was withdrawn meanwhile, so nothing was attached."
LOCKED = "This assessment is closed, so its evidence cannot change. Nothing was saved."


def _require_open(rating: Rating) -> None:
    if not rating.assessment.is_open:
        raise AssessmentLocked(rating.assessment.enrolment.why_closed)


def _not_saved(error: AssessmentLocked) -> str:
    return f"{error} Its evidence cannot change. Nothing was saved." if str(error) else LOCKED


def _respond(request: Request, rating: Rating, status: int, **panel) -> HttpResponse:
    can_edit = rating.assessment.is_open and may(rating, "evidence.add")
    context = {**panel_of(rating), **panel_forms(), "can_edit": can_edit, **panel}
    template = "_evidence_panel" if request.htmx else "evidence_add"
    return render(request, f"assessments/{template}.html", context, status=status)


def evidence_add(request: Request, pk: int, code: str) -> HttpResponse:
    """Take in files, a link or a note. Each file succeeds or fails by itself, with a sentence."""
    rating = rating_for(request.user, "evidence.add", pk, code)
    if request.method != "POST":
        return _respond(request, rating, 200)
    common = {
        "actor": request.user,
        "enrolment": rating.assessment.enrolment,
        "ratings": [rating],
    }
    try:
        _require_open(rating)
        if request.POST.get("kind") == "link":
            return _add_link(request, rating, common)
        if request.POST.get("kind") == "note":
            return _add_note(request, rating, common)
        return _add_files(request, rating, common)
    except AssessmentLocked as error:
        refused = {"name": "", "ok": False, "message": _not_saved(error)}
        return _respond(request, rating, 409, results=[refused])


def _done(request: Request, rating: Rating, results: list[dict]) -> HttpResponse:
    if request.htmx:
        return _respond(request, rating, 200, results=results)
    messages.success(request, f"Added: {', '.join(result['name'] for result in results)}.")
    for result in results:
        if result["message"] != "Added":
            messages.info(request, f"{result['name']}: {result['message']}.")
    return redirect("assessments:criterion", pk=rating.assessment_id, code=_code(rating))


def _code(rating: Rating) -> str:
    return catalogue(rating.assessment.framework_id).by_id[rating.criterion_id].code


def _add_files(request: Request, rating: Rating, common: dict) -> HttpResponse:
    uploads = request.FILES.getlist("files")
    if not uploads:
        message = "Choose at least one file first."
        return _respond(
            request, rating, 422, results=[{"name": "", "ok": False, "message": message}]
        )
    outcomes = evidence_service.add_files(uploads=uploads, **common)
    results = [
        {"name": outcome.name, "ok": outcome.evidence is not None, "message": outcome.message}
        for outcome in outcomes
    ]
    if all(result["ok"] for result in results):
        return _done(request, rating, results)
    return _respond(request, rating, 422, results=results)


def _add_link(request: Request, rating: Rating, common: dict) -> HttpResponse:
    form = LinkForm(request.POST)
    if not form.is_valid():
        return _respond(request, rating, 422, link_form=form)
    added = evidence_service.add_link(
        url=form.cleaned_data["link_url"], title=form.cleaned_data["link_title"], **common
    )
    return _done(request, rating, [{"name": added.title, "ok": True, "message": "Added"}])


def _add_note(request: Request, rating: Rating, common: dict) -> HttpResponse:
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _respond(request, rating, 422, note_form=form)
    added = evidence_service.add_note(
        note=form.cleaned_data["note_text"], title=form.cleaned_data["note_title"], **common
    )
    return _done(request, rating, [{"name": added.title, "ok": True, "message": "Added"}])


def evidence_attach(request: Request, pk: int, code: str) -> HttpResponse:
    """Choose from what the enrolment already has."""
    rating = rating_for(request.user, "evidence.add", pk, code)
    pieces = attachable(rating)
    if request.method == "POST":
        chosen = [
            piece for piece in pieces if str(piece.pk) in set(request.POST.getlist("evidence"))
        ]
        try:
            _require_open(rating)
            if not chosen:
                messages.error(request, "Tick at least one piece of evidence first.")
                return redirect(request.path)
            evidence_service.attach(actor=request.user, evidence=chosen, ratings=[rating])
            messages.success(request, f"Attached {len(chosen)}.")
        except AssessmentLocked as error:
            messages.error(request, _not_saved(error))
        except EvidenceWithdrawn:
            messages.error(request, WITHDRAWN)
        return redirect("assessments:criterion", pk=pk, code=code)
    levels = catalogue(rating.assessment.framework_id)
    return render(
        request,
        "assessments/evidence_attach.html",
        {
            "assessment": rating.assessment,
            "criterion": levels.by_code[code],
            "page": Paginator(pieces, PAGE).get_page(request.GET.get("page")),
            "can_edit": rating.assessment.is_open,
        },
    )


def use_edit(request: Request, pk: int) -> HttpResponse:
    """Say which part matters for this criterion, and what it shows."""
    use = use_for(request.user, "evidence.add", pk)
    stands = use_for(request.user, "evidence.add", pk)
    rating = use.rating
    form = UseForm(
        request.POST or None,
        instance=use,
        initial={"read": use_read(stands.part, stands.practice)},
    )
    context: dict = {"status": 422 if form.errors else 200}
    if request.method == "POST" and form.is_valid():
        try:
            _require_open(rating)
            evidence_service.describe_use(actor=request.user, use=use, **form.cleaned_data)
        except AssessmentLocked as error:
            form.add_error(None, _not_saved(error))
            context["status"] = 409
        except EvidenceWithdrawn:
            messages.error(request, "This piece was withdrawn meanwhile; nothing was saved.")
            return redirect(
                "assessments:criterion", pk=rating.assessment_id, code=rating.criterion.code
            )
        except StaleDescription:
            data = request.POST.copy()
            data["read"] = use_read(stands.part, stands.practice)
            form = UseForm(data, instance=use)
            context = {"status": 409, "theirs": stands, "last": last_described(use.evidence)}
        else:
            messages.success(request, "Saved.")
            return redirect(
                "assessments:criterion", pk=rating.assessment_id, code=rating.criterion.code
            )
    context |= {
        "form": form,
        "use": stands,
        "criterion": rating.criterion,
        "assessment": rating.assessment,
    }
    return render(request, "assessments/use_form.html", context, status=context["status"])


@require_POST
def use_detach(request: Request, pk: int) -> HttpResponse:
    """Take the piece off this criterion; it stays in the library."""
    use = use_for(request.user, "evidence.add", pk)
    try:
        _require_open(use.rating)
        evidence_service.detach(actor=request.user, use=use)
    except AssessmentLocked as error:
        messages.error(request, _not_saved(error))
    else:
        messages.success(
            request, f"“{use.evidence.title}” is detached. It is still in your library."
        )
    return redirect(
        "assessments:criterion", pk=use.rating.assessment_id, code=use.rating.criterion.code
    )
