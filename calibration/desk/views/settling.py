"""The coaches' own accord: propose a level and words, sign the other's."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accelerator.core.http import Request
from accelerator.core.queue import enqueue
from calibration.access import comparable
from calibration.desk.forms import ProposalForm, SignForm
from calibration.desk.queries.criterion import criterion_of, proposal_of
from calibration.desk.queries.desk import desk_of
from calibration.desk.queries.standing import seat_of
from calibration.desk.services import settling
from calibration.desk.views.page import criterion_page, item_of
from calibration.models import Calibration, Review
from calibration.rules.problems import StepRefused


def _own_seat(calibration: Calibration, request: Request) -> Review:
    review = seat_of(calibration, request.user)
    if review is None:
        raise Http404
    return review


@require_POST
def propose(request: Request, pk: int, code: str) -> HttpResponse:
    """Offer the other coach a level and words; a newer proposal takes the older one's place."""
    calibration = comparable(request.user, "calibration.review", pk=pk)
    review = _own_seat(calibration, request)
    desk = desk_of(calibration, request.user)
    item = item_of(desk, code)
    form = ProposalForm(request.POST, item=item, framework=desk.framework)
    if form.is_valid():
        try:
            settling.propose(
                actor=request.user,
                review=review,
                criterion=criterion_of(item),
                outcome=form.outcome(review.pk),
            )
        except StepRefused as error:
            form.add_error(None, str(error))
        else:
            enqueue("accelerator.send_mail")
            messages.success(request, "Proposed, and signed by you. The other coach can sign it.")
            return redirect("calibration:desk_criterion", pk=pk, code=code)
    return criterion_page(request, desk, item, proposal_form=form, status=422)


@require_POST
def sign(request: Request, pk: int) -> HttpResponse:
    """Put the second signature under the very content that was on the page."""
    calibration = comparable(request.user, "calibration.review", proposals__pk=pk)
    review = _own_seat(calibration, request)
    proposal = proposal_of(calibration, pk)
    code = proposal.criterion.code
    form = SignForm(request.POST)
    if not form.is_valid():
        messages.error(request, "The proposal did not arrive whole. Read it again, then sign.")
        return redirect("calibration:desk_criterion", pk=calibration.pk, code=code)
    try:
        settling.sign(
            actor=request.user,
            review=review,
            proposal=proposal,
            content=form.cleaned_data["content"],
        )
    except StepRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Signed by both of you: this criterion is decided.")
    return redirect("calibration:desk_criterion", pk=calibration.pk, code=code)
