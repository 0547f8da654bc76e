"""One criterion of one's own review: judge it, save it while typing, settle a conflict."""

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accelerator.core.http import Request
from assessments.framework.queries import catalogue
from assessments.framework.values import Catalogue
from calibration.models import Cause, ReviewRating, Sureness
from calibration.reviewing.forms.workbench import CANNOT, JudgementForm
from calibration.reviewing.queries import workbench
from calibration.reviewing.queries.examples import FEWEST, others_rated
from calibration.reviewing.queries.workbench import Piece
from calibration.reviewing.services.reviewing import open_examples, remember_place
from calibration.reviewing.services.working import note_self_level_shown, save_work
from calibration.rules.judgement import Judgement, judgement_of
from calibration.rules.problems import ReviewLocked, StaleReview, StepRefused


def _levels(rating: ReviewRating) -> Catalogue:
    return catalogue(rating.review.calibration.assessment.framework_id)


def _initial(rating: ReviewRating) -> dict:
    level = "" if rating.level is None else str(rating.level)
    initial = asdict(judgement_of(rating))
    initial["answer"] = CANNOT if rating.cannot_judge_reason else level
    initial["version"] = rating.version
    for spotlight in rating.spotlights.all():
        initial[f"spot-{spotlight.evidence_id}"] = True
        initial[f"passage-{spotlight.evidence_id}"] = spotlight.passage
    return initial


def _others(rating: ReviewRating) -> dict:
    """How others were rated: shut until a level is given, then opened by the coach."""
    if rating.examples_opened_at is None and not rating.is_answered:
        return {"state": "shut", "fewest": FEWEST}
    counts = others_rated(rating)
    if counts is None:
        return {"state": "few", "fewest": FEWEST}
    if rating.examples_opened_at is None:
        return {"state": "ready"}
    rows = [(level, counts.get(level.value, 0)) for level in reversed(_levels(rating).levels)]
    return {"state": "open", "rows": rows, "total": sum(counts.values())}


def _page(
    request: Request,
    rating: ReviewRating,
    form: JudgementForm,
    pieces: list[Piece],
    context: dict,
    status: int = 200,
) -> HttpResponse:
    levels = _levels(rating)
    criterion = levels.by_id[rating.criterion_id]
    pillar = levels.pillar(criterion.pillar_key)
    grid = workbench.overview(rating.review).grid
    before, after = grid.around(criterion.code)
    chosen = form["answer"].value() or ""
    context |= {
        "rating": rating,
        "review": rating.review,
        "enrolment": rating.review.calibration.assessment.enrolment,
        "criterion": criterion,
        "criterion_code": criterion.code,
        "pillar": pillar,
        "position": grid.cells.index(grid.cell(criterion.code)) + 1,
        "options": [
            {
                "level": level,
                "descriptor": criterion.descriptors[level.value],
                "checked": str(level.value) == chosen,
            }
            for level in levels.levels
        ],
        "chosen": chosen,
        "cannot": CANNOT,
        "form": form,
        "pieces": [
            {
                "piece": piece,
                "spot": form[f"spot-{piece.key}"],
                "passage": form[f"passage-{piece.key}"],
            }
            for piece in pieces
        ],
        "first_shown": next(
            (p for p in pieces if p.evidence.shows_as in ("pdf", "picture", "text", "note")), None
        ),
        "others": _others(rating),
        "previous": before,
        "next": after,
        "ahead": grid.ahead(criterion.code),
        "within": reverse("calibration:rate", args=[rating.review_id, "-"]).removesuffix("-/"),
        "check_url": reverse("calibration:review_submit", args=[rating.review_id]),
        "done": grid.answered,
        "total": grid.total,
        "terms": [{"term": term, "meaning": meaning} for term, meaning in criterion.terms],
        "q": len(levels.levels),
    }
    return render(request, "calibration/workbench/rate.html", context, status=status)


class _Opened:
    """A rating as its pages need it: with the organisation's answer, questions and evidence."""

    def __init__(self, request: Request, pk: int, code: str) -> None:
        self.rating = workbench.rating_for(request.user, pk, code)
        self.own = workbench.own_rating(self.rating)
        asked = workbench.questions(self.rating.review, self.rating.criterion_id)
        self.questions = asked
        self.pieces = workbench.pieces_for(self.own, asked)

    def form(self, data=None, *, saving: bool = False) -> JudgementForm:
        return JudgementForm(
            data,
            initial=_initial(self.rating),
            catalogue=_levels(self.rating),
            pieces=[piece.key for piece in self.pieces],
            saving=saving,
        )

    def context(self) -> dict:
        """What the page shows, and a note that it was shown."""
        note_self_level_shown(self.rating)
        return self.shown()

    def shown(self) -> dict:
        return {
            "own": self.own,
            "own_level": workbench.own_level(self.rating, self.own),
            "questions": self.questions,
            "can_edit": self.rating.review.is_writable,
        }

    def save(self, form: JudgementForm) -> ReviewRating:
        return save_work(
            rating=self.rating,
            read_version=form.cleaned_data["version"],
            judgement=form.judgement(),
            passages=form.passages(),
        )


def _spoken(judgement: Judgement, levels: Catalogue) -> dict:
    """A judgement in words, for the page that shows two of them."""
    return {
        **asdict(judgement),
        "chosen": levels.level(judgement.level),
        "answer": CANNOT if judgement.cannot_judge_reason else judgement.level,
        "cause_label": dict(Cause.choices).get(judgement.cause, ""),
        "sureness_label": dict(Sureness.choices).get(judgement.sureness, ""),
    }


def _conflict(
    request: Request,
    opened: _Opened,
    form: JudgementForm,
    current: ReviewRating | None,
    why: str = "",
) -> HttpResponse:
    """Both texts, none lost. `current` None: it is locked, by its coach or as `why` says."""
    rating, levels = opened.rating, _levels(opened.rating)
    if current is None:
        rating.refresh_from_db()
    kept = rating if current is None else current
    mine, theirs = _spoken(form.judgement(), levels), _spoken(judgement_of(kept), levels)
    context = {
        "review": rating.review,
        "criterion": levels.by_id[rating.criterion_id],
        "enrolment": rating.review.calibration.assessment.enrolment,
        "mine": mine,
        "theirs": theirs,
        "theirs_at": kept.updated_at,
        "version": kept.version,
        "texts_joined": [
            (name, form.fields[name].label, _joined(mine[name], theirs[name]))
            for name in ("commentary", "lift", "private_note", "cannot_judge_reason")
        ],
        "spots": [
            (name, value)
            for name, value in request.POST.items()
            if name.startswith(("spot-", "passage-"))
        ],
        "locked": current is None,
        "why": why,
    }
    if not request.htmx:
        return render(request, "calibration/workbench/conflict.html", context, status=409)
    response = render(request, "calibration/workbench/_conflict.html", context, status=409)
    response.headers["HX-Retarget"] = "#conflict"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _joined(mine: str, theirs: str) -> str:
    return "\n\n".join(dict.fromkeys(filter(None, (mine, theirs))))


def rate(request: Request, pk: int, code: str) -> HttpResponse:
    """The criterion's page; a POST is the Save button, which works without JavaScript."""
    opened = _Opened(request, pk, code)
    review = opened.rating.review
    if request.method != "POST":
        if "X-Prefetch" in request.headers:  # fetched ahead, so nobody looks at it yet
            return _page(request, opened.rating, opened.form(), opened.pieces, opened.shown())
        if review.is_writable and review.last_code != code:
            remember_place(review=review, code=code)
        return _page(request, opened.rating, opened.form(), opened.pieces, opened.context())
    refused = _save(request, opened)
    if refused:
        return refused
    if request.POST.get("action") != "next":
        return redirect("calibration:rate", pk=pk, code=code)
    if following := workbench.code_after(review, code):
        return redirect("calibration:rate", pk=pk, code=following)
    return redirect("calibration:review_submit", pk=pk)


def _save(request: Request, opened: _Opened) -> HttpResponse | None:
    """Save the posted page; the answer that says why not, if it is refused."""
    form = opened.form(request.POST)
    if not form.is_valid():
        return _page(request, opened.rating, form, opened.pieces, opened.context(), status=422)
    try:
        opened.save(form)
    except StaleReview as error:
        return _conflict(request, opened, form, error.current)
    except ReviewLocked as error:
        return _conflict(request, opened, form, None, str(error))
    return None


@require_POST
def autosave(request: Request, pk: int, code: str) -> HttpResponse:
    """Save while typing: answers with the status, the version and what the level brings up.

    With an `action`, as its Save button would: what is missing is an error then.
    """
    opened = _Opened(request, pk, code)
    form = opened.form(request.POST, saving="action" not in request.POST)
    if not form.is_valid():
        context = {"state": "error", "errors": form.errors, "version": request.POST.get("version")}
        return render(request, "assessments/_save_status.html", context, status=422)
    try:
        opened.rating = opened.save(form)
    except StaleReview as error:
        return _conflict(request, opened, form, error.current)
    except ReviewLocked as error:
        return _conflict(request, opened, form, None, str(error))
    context = opened.context() | {
        "state": "saved",
        "saved_at": opened.rating.updated_at,
        "version": opened.rating.version,
        "rating": opened.rating,
        "criterion_code": code,
        "review": opened.rating.review,
        "others": _others(opened.rating),
        "oob": True,
        **workbench.progress(opened.rating.review),
    }
    return render(request, "calibration/workbench/_saved.html", context)


@require_POST
def examples(request: Request, pk: int, code: str) -> HttpResponse:
    """Save the page, then open how others were rated, which is logged."""
    opened = _Opened(request, pk, code)
    refused = _save(request, opened)
    if refused:
        return refused
    try:
        open_examples(actor=request.user, rating=opened.rating)
    except StepRefused as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('calibration:rate', args=[pk, code])}#others")
