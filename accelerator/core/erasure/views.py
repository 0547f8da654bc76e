"""Where Learning Hub staff find words that must go, see what goes with them, and remove them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.erasure.access import enrolment_to_erase
from accelerator.core.erasure.forms import EraseForm, FindForm
from accelerator.core.erasure.queries import (
    Place,
    place_to_erase,
    places_of,
    reports_of,
    same_words,
    shown_copies,
)
from accelerator.core.erasure.services import remove_words
from accelerator.core.http import Request
from accelerator.core.recent import recent_sign_in

PAGE = 50
FOUND = 200


def erase(request: Request, pk: int) -> HttpResponse:
    """All that was typed for one enrolment. What is sought comes by POST: it is in no address."""
    enrolment = enrolment_to_erase(request.user, pk)
    form = FindForm(request.POST or None)
    sought = form.cleaned_data["words"] if form.is_valid() else ""
    places = places_of(request.user, enrolment, sought)
    pages = Paginator(places, FOUND if sought else PAGE)
    return render(
        request,
        "erasure/texts.html",
        {
            "enrolment": enrolment,
            "form": form,
            "sought": sought,
            "total": len(places),
            "page": pages.get_page(request.GET.get("page")),
        },
    )


@recent_sign_in
def erase_text(request: Request, pk: int, model: str, row: str, name: str) -> HttpResponse:
    """One text: what is removed with it and where it is shown; then it is gone for good."""
    enrolment = enrolment_to_erase(request.user, pk)
    place = place_to_erase(request.user, enrolment, model, row, name)
    only = request.POST.get("only", "").strip() if place.text else ""
    known = only if only in (place.text or "") else ""
    same = same_words(place, only, places_of(request.user, enrolment))
    form = _form(request, place, only, same)
    if form.is_bound and form.is_valid():
        chosen = set(form.cleaned_data.get("others", ()))
        remove_words(
            actor=request.user,
            enrolment=enrolment,
            place=place,
            kind=form.cleaned_data["kind"],
            reason=form.cleaned_data["reason"],
            only=only,
            others=[other for other in same if other.key in chosen],
            kept=[other for other in same if other.key not in chosen],
        )
        messages.success(
            request,
            "The words are removed for good. A note with today’s date stands in their place.",
        )
        return redirect("erase", pk=pk)
    context = {
        "enrolment": enrolment,
        "place": place,
        "only": known,
        "form": form,
        "copies": shown_copies(request.user, place, known, enrolment),
        "reports": reports_of(enrolment),
    }
    return render(request, "erasure/text.html", context, status=422 if form.errors else 200)


def _form(request: Request, place: Place, only: str, same: list[Place]) -> EraseForm:
    """Bound only to what was shown: other words are shown first, with where else they are."""
    seen = request.POST.get("action") == "remove" and request.POST.get("shown_for", "") == only
    if seen or (only and only not in (place.text or "")):
        return EraseForm(request.POST, place=place, same=same)
    given = {name: request.POST.get(name, "") for name in ("kind", "reason")}
    ticked = [other.key for other in same] if only else []
    initial = {**given, "only": only, "shown_for": only, "others": ticked}
    return EraseForm(initial=initial, place=place, same=same)
