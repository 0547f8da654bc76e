"""Improvement meetings: the talks about a released calibration."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accelerator.core.access import may
from accelerator.core.http import Request
from calibration.models import ImprovementMeeting, Release
from calibration.releasing.forms.meetings import MeetingForm, meeting_initial, meeting_read
from calibration.releasing.queries.exchange import meeting_for, meetings_of
from calibration.releasing.queries.releases import page_of, standing_release
from calibration.releasing.services import meetings as exchange
from calibration.rules.problems import StepRefused

PAGE = 10
CHANGED = (
    "Somebody else changed this meeting while you were writing. What it says now is shown below; "
    "save again to put yours in its place."
)


@require_safe
def meetings(request: Request, pk: int) -> HttpResponse:
    """Date and attendees for everybody who may read the release; notes for their readers."""
    release = standing_release(request.user, "calibration.read", pk)
    found = meetings_of(release.calibration, request.user)
    context = page_of(release) | {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "can_run": may(release, "calibration.run") and not release.calibration.why_closed,
    }
    return render(request, "calibration/organisation/meetings.html", context)


def meeting_add(request: Request, pk: int) -> HttpResponse:
    release = standing_release(request.user, "calibration.run", pk)
    form = MeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            exchange.save_meeting(
                actor=request.user, calibration=release.calibration, **form.words()
            )
        except StepRefused as refusal:
            form.add_error(None, f"{refusal} The meeting was not saved.")
        else:
            messages.success(request, "The meeting is saved.")
            return redirect("calibration:meetings", pk=pk)
    context = page_of(release) | {"form": form}
    status = 422 if form.errors else 200
    return render(request, "calibration/organisation/meeting_form.html", context, status=status)


def meeting_edit(request: Request, pk: int) -> HttpResponse:
    """Change a meeting. A change that somebody else made meanwhile is shown, not overwritten."""
    meeting = meeting_for(request.user, pk)
    release = standing_release(request.user, "calibration.run", meeting.calibration_id)
    form = MeetingForm(request.POST or None, initial=meeting_initial(meeting))
    context = page_of(release) | {"form": form, "meeting": meeting, "theirs": None}
    if request.method == "POST" and form.is_valid():
        now = meeting_read(meeting)
        if form.cleaned_data["read"] == now:
            return _change(request, release, meeting, form, context)
        form.add_error(None, CHANGED)
        form.read_again(now)
        context["theirs"] = meeting
        return render(request, "calibration/organisation/meeting_form.html", context, status=409)
    status = 422 if form.errors else 200
    return render(request, "calibration/organisation/meeting_form.html", context, status=status)


def _change(
    request: Request,
    release: Release,
    meeting: ImprovementMeeting,
    form: MeetingForm,
    context: dict,
) -> HttpResponse:
    try:
        exchange.save_meeting(
            actor=request.user, calibration=release.calibration, meeting=meeting, **form.words()
        )
    except StepRefused as refusal:
        form.add_error(None, f"{refusal} The meeting was not changed.")
        return render(request, "calibration/organisation/meeting_form.html", context, status=409)
    messages.success(request, "The meeting is saved.")
    return redirect("calibration:meetings", pk=meeting.calibration_id)
