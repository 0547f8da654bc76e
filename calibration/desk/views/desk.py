"""Reading side by side: the moderator's list, the reveal, the queue of a desk."""

from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accelerator.core.access import may, scoped
from accelerator.models import Organisation, User
from calibration.access import DESKS, comparable, tied_organisations
from calibration.desk.forms import StateForm
from calibration.desk.queries.desk import Desk, desk_of
from calibration.desk.queries.standing import standing
from calibration.desk.services.lease import check_impartial
from calibration.models import Calibration, Decision, Review, ReviewRating
from calibration.rules.problems import StepRefused

PAGE = 25


def seat_of(calibration: Calibration, user: User) -> Review | None:
    """The user's own submitted review here, if they are one of its coaches."""
    return calibration.reviews.filter(coach=user, state=Review.State.SUBMITTED).first()


def about(desk: Desk, user: User) -> dict:
    """What every page of a desk shows: who may do what now, and who has the desk."""
    calibration = desk.calibration
    is_moderator = may(calibration, "calibration.moderate")
    refusal = ""
    if is_moderator:
        try:
            check_impartial(user, calibration)
        except StepRefused as error:
            refusal = str(error)
    live = calibration.has_live_lease
    review = seat_of(calibration, user)
    settling = calibration.state in (Calibration.State.BOTH_IN, Calibration.State.MODERATING)
    main_coach = review is not None and review.seat != Review.Seat.THIRD
    is_yours = live and calibration.lease_holder_id == user.pk
    return {
        "calibration": calibration,
        "assessment": calibration.assessment,
        "desk": desk,
        "is_moderator": is_moderator,
        "standing": standing(
            desk,
            is_moderator=is_moderator,
            is_main_coach=main_coach,
            is_yours=is_yours,
            refusal=refusal,
        ),
        "review": review,
        "lease_is_yours": is_yours,
        "can_take": is_moderator
        and not refusal
        and calibration.state in Calibration.DECIDABLE
        and not live,
        "can_propose": main_coach and settling and not live,
        "main_coach": main_coach,
        "can_release": may(calibration, "calibration.run")
        and calibration.state == Calibration.State.AGREED,
        "third": calibration.reviews.current().filter(seat=Review.Seat.THIRD).first(),
        "can_ask_third": settling
        and ((is_moderator and not refusal) or may(calibration, "calibration.run"))
        and review is None,
    }


def listed(user: User) -> QuerySet[Calibration]:
    """What `user` moderates, with `criteria`, `differences` and `decided` counted in SQL.

    Only calibrations with both reviews in are listed, so no count can move before that.
    """
    submitted = ReviewRating.objects.filter(
        review__state=Review.State.SUBMITTED, review__calibration__in=Calibration.objects.both_in()
    )
    differing = (
        submitted.filter(review__calibration=OuterRef("pk"))
        .differing()
        .order_by()
        .values("review__calibration")
        .annotate(count=Count("criterion", distinct=True))
        .values("count")
    )
    decided = (
        Decision.objects.filter(calibration=OuterRef("pk"), version=OuterRef("version"))
        .order_by()
        .values("calibration")
        .annotate(count=Count("pk"))
        .values("count")
    )
    owed = Review.objects.filter(calibration=OuterRef("pk"), coach=user, state=Review.State.OPEN)
    return (
        scoped(user, DESKS.both_in(), "calibration.moderate")
        .exclude(Exists(owed))
        .exclude(
            assessment__enrolment__organisation__in=Organisation.objects.filter(
                tied_organisations(user)
            )
        )
        .annotate(
            criteria=Count("assessment__framework__criteria"),
            differences=Coalesce(Subquery(differing), 0),
            decided=Coalesce(Subquery(decided), 0),
        )
        .order_by(F("both_in_at").asc(nulls_last=True), "pk")
    )


@require_safe
def moderation(request: HttpRequest) -> HttpResponse:
    """What both coaches have handed in, for the moderators of its cohort."""
    form = StateForm(request.GET)
    found = listed(request.user)
    if form.is_valid() and form.cleaned_data["state"]:
        found = found.filter(state=form.cleaned_data["state"])
    return render(
        request,
        "calibration/desk/moderation.html",
        {
            "filter_form": form,
            "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        },
    )


def grids(desk: Desk) -> list[dict]:
    """Both main coaches' grids, small, with the cells that differ marked."""
    overall = all(pillar.criteria[0].is_overall for pillar in desk.framework.pillars)
    width = max(len(pillar.criteria) for pillar in desk.framework.pillars)
    headings = [str(number) for number in range(0 if overall else 1, width + (not overall))]
    if overall:
        headings[0] = "Overall"
    return [_grid(desk, number, headings) for number in range(min(2, len(desk.seats)))]


def _grid(desk: Desk, number: int, headings: list[str]) -> dict:
    rows = []
    for pillar in desk.framework.pillars:
        items = [desk.item(criterion.code) for criterion in pillar.criteria]
        cells = [
            {
                "label": item.criterion.label,
                "level": item.places[number].given.level,
                "differs": item.differs,
                "url": reverse(
                    "calibration:desk_criterion", args=[desk.calibration.pk, item.criterion.code]
                ),
            }
            for item in items
        ]
        rows.append({"pillar": pillar, "cells": cells})
    yours = desk.items[0].places[number].given.is_yours
    return {"name": desk.seats[number], "is_yours": yours, "headings": headings, "rows": rows}


def same_levels(desk: Desk) -> list[dict]:
    """The criteria on which all coaches agree, by pillar."""
    agreed = desk.agreements
    rows = [
        {
            "pillar": pillar,
            "agreed": [item for item in agreed if item.criterion.pillar_key == pillar.key],
        }
        for pillar in desk.framework.pillars
    ]
    return [row for row in rows if row["agreed"]]


@require_safe
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Both coaches' grids turned over together: where they agree, then where they differ."""
    calibration = comparable(request.user, "calibration.compare", pk=pk)
    desk = desk_of(calibration, request.user)
    context = about(desk, request.user) | {"grids": grids(desk), "same": same_levels(desk)}
    return render(request, "calibration/desk/reveal.html", context)


@require_safe
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    """What is left to decide, what is decided, and who is at work."""
    calibration = comparable(request.user, "calibration.compare", pk=pk)
    desk = desk_of(calibration, request.user)
    return render(request, "calibration/desk/desk.html", about(desk, request.user))
