from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from accelerator.programme.accounts.demo import ACCOUNTS
from accelerator.programme.accounts.middleware import ENDED_AFTER
from accelerator.programme.accounts.queries import demo_person


@method_decorator(login_not_required, name="dispatch")
class SignInView(LoginView):
    """allauth's sign-in page, with the demo accounts beneath it in demo mode."""

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(**kwargs) | {
            "demo_accounts": ACCOUNTS if settings.DEMO_MODE else [],
            "idle_hours": settings.IDLE_HOURS,
            "idle_hours_trusted": settings.IDLE_HOURS_TRUSTED,
            "ended_after": self.request.session.pop(ENDED_AFTER, None),
        }


@require_POST
@login_not_required
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as a demo account with one click. In demo mode only."""
    user = demo_person(request.POST.get("email", "")) if settings.DEMO_MODE else None
    if user is None:
        raise Http404
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("home")
