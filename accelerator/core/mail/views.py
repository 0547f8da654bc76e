from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accelerator.core.access import staff_only
from accelerator.core.http import Request
from accelerator.core.mail import services as mail
from accelerator.core.mail.queries import stuck_mail
from accelerator.core.mail.rules import MAX_ATTEMPTS
from accelerator.core.queue import enqueue

PAGE = 50


@require_safe
@staff_only
def stuck(request: Request) -> HttpResponse:
    """The letters that could not be sent so far, for those who look after the site."""
    page = Paginator(stuck_mail(), PAGE).get_page(request.GET.get("page"))
    return render(request, "staff/mail.html", {"page": page, "max_attempts": MAX_ATTEMPTS})


@require_POST
@staff_only
def send_again(request: Request, pk: int) -> HttpResponse:
    if mail.send_again(actor=request.user, pk=pk):
        enqueue("accelerator.send_mail")
        messages.success(request, "The letter is being sent again.")
    else:
        messages.info(request, "The letter has been sent meanwhile.")
    return redirect("stuck_mail")
