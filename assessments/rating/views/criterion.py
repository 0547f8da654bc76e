"""One criterion: rate it, save it while typing, settle a conflict, see its history."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accelerator.core.access import may
from accelerator.core.http import Request
from accelerator.models import User
from assessments.access import rating_for
from assessments.evidence.forms import panel_forms
from assessments.evidence.queries.panel import panel_of
from assessments.framework.queries import catalogue
from assessments.models import Rating
from assessments.rating.forms import RatingForm
from assessments.rating.queries import changes_of, grid_of, spoken
from assessments.rating.services import StaleRating, save_rating
from assessments.rating.values import Answers, answers_of
from assessments.rules.problems import AssessmentLocked


def _initial(rating: Rating) -> dict:
    return {**answers_of(rating).__dict__, "version": rating.version}


def _conflict_context(
    rating: Rating, mine: Answers, current: Rating, *, locked: bool, why: str = ""
) -> dict:
    levels = catalogue(rating.assessment.framework_id)
    criterion = levels.by_id[rating.criterion_id]
    fields = [name for name in Answers.__dataclass_fields__ if name != "justification"]
    return {
        "assessment": rating.assessment,
        "criterion": criterion,
        "pillar": levels.pillar(criterion.pillar_key),
        "mine": spoken(mine, levels),
        "theirs": spoken(answers_of(current), levels),
        "theirs_author": current.updated_by,
        "theirs_at": current.updated_at,
        "version": current.version,
        "fields": fields,
        "both": "\n\n".join(
            dict.fromkeys(filter(None, (mine.justification, current.justification)))
        ),
        "locked": locked,
        "why": why,
    }


def _page(request: Request, rating: Rating, form: RatingForm, status: int = 200) -> HttpResponse:
    assessment = rating.assessment
    levels = catalogue(assessment.framework_id)
    criterion = levels.by_id[rating.criterion_id]
    pillar = levels.pillar(criterion.pillar_key)
    grid = grid_of(assessment, assessment.ratings.by_criterion())
    before, after = grid.around(criterion.code)
    chosen = form["level"].value()
    can_edit = assessment.is_open and may(rating, "assessment.rate")
    context = {
        "assessment": assessment,
        "criterion": criterion,
        "pillar": pillar,
        "position": pillar.criteria.index(criterion) + 1,
        "pillar_total": len(pillar.criteria),
        "options": [
            {
                "level": level,
                "descriptor": criterion.descriptors[level.value],
                "checked": str(level.value) == str(chosen) if chosen is not None else False,
            }
            for level in levels.levels
        ],
        "form": form,
        "rating": rating,
        "related": [grid.cell(code) for code in criterion.related],
        "terms": [{"term": term, "meaning": meaning} for term, meaning in criterion.terms],
        "previous": before,
        "next": after,
        "ahead": grid.ahead(criterion.code),
        "within": reverse("assessments:criterion", args=[assessment.pk, "-"]).removesuffix("-/"),
        "check_url": reverse("assessments:check", args=[assessment.pk]),
        "can_edit": can_edit,
        "can_erase": may(rating, "words.redact"),
        "q": len(levels.levels),
        **panel_of(rating),
        **panel_forms(),
    }
    return render(request, "assessments/criterion.html", context, status=status)


def criterion(request: Request, pk: int, code: str) -> HttpResponse:
    """The criterion's page; a POST is the Save button, which works without JavaScript."""
    action = "assessment.rate" if request.method == "POST" else "assessment.view"
    rating = rating_for(request.user, action, pk, code)
    levels = catalogue(rating.assessment.framework_id)
    if request.method != "POST":
        return _page(request, rating, RatingForm(initial=_initial(rating), catalogue=levels))
    form = RatingForm(request.POST, catalogue=levels)
    try:
        saved = _save(request.user, rating, form)
    except StaleRating as error:
        context = _conflict_context(rating, form.answers(), error.current, locked=False)
        return render(request, "assessments/conflict.html", context, status=409)
    except AssessmentLocked as error:
        context = _conflict_context(rating, form.answers(), rating, locked=True, why=str(error))
        return render(request, "assessments/conflict.html", context, status=409)
    if form.errors:
        given = request.POST.copy()
        given["version"] = str(saved.version) if saved else given.get("version", "")
        return _page(request, rating, RatingForm(given, catalogue=levels), status=422)
    following = levels.by_code[code].position + 1
    if request.POST.get("action") == "next" and following < len(levels.criteria):
        code = levels.criteria[following].code
    elif request.POST.get("action") == "next":
        return redirect("assessments:check", pk=pk)
    return redirect("assessments:criterion", pk=pk, code=code)


@require_POST
def autosave(request: Request, pk: int, code: str) -> HttpResponse:
    """Save while typing: answers with the status and the new version, never the text."""
    rating = rating_for(request.user, "assessment.rate", pk, code)
    form = RatingForm(request.POST, catalogue=catalogue(rating.assessment.framework_id))
    try:
        saved = _save(request.user, rating, form)
    except StaleRating as error:
        context = _conflict_context(rating, form.answers(), error.current, locked=False)
    except AssessmentLocked as error:
        context = _conflict_context(rating, form.answers(), rating, locked=True, why=str(error))
    else:
        context = {
            "state": "error" if form.errors else "saved",
            "errors": form.errors,
            "words_saved": saved is not None,
            "saved_at": saved.updated_at if saved else None,
            "version": saved.version if saved else request.POST.get("version"),
        }
        status = 422 if form.errors else 200
        return render(request, "assessments/_save_status.html", context, status=status)
    response = render(request, "assessments/_conflict.html", context, status=409)
    response.headers["HX-Retarget"] = "#conflict"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _save(user: User, rating: Rating, form: RatingForm) -> Rating | None:
    """Save what can be: all of it, or the words beside two answers; None when nothing can."""
    if not form.is_valid() and not form.asks_which:
        return None
    return save_rating(
        actor=user,
        rating=rating,
        read_version=form.cleaned_data["version"],
        answers=form.words_beside(answers_of(rating)) if form.errors else form.answers(),
    )


@require_safe
def history(request: Request, pk: int, code: str) -> HttpResponse:
    """Who changed what on this criterion, newest first."""
    rating = rating_for(request.user, "assessment.view", pk, code)
    return render(
        request,
        "assessments/history.html",
        {
            "assessment": rating.assessment,
            "criterion": catalogue(rating.assessment.framework_id).by_code[code],
            "events": changes_of(rating),
        },
    )
