from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView
from health_check.views import HealthCheckView

handler500 = "accelerator.core.errors.server_error"

urlpatterns = [
    path("", include("accelerator.programme.home.urls")),
    path("", include("accelerator.programme.accounts.urls")),
    path("", include("accelerator.programme.leaving.urls")),
    path("", include("accelerator.programme.team.urls")),
    path("", include("accelerator.programme.about.urls")),
    path("", include("accelerator.core.jobs.urls")),
    path("", include("accelerator.core.erasure.urls")),
    path("", include("accelerator.core.mail.urls")),
    path("", include("accelerator.core.watching.urls")),
    path(
        "health/ready/",
        login_not_required(HealthCheckView.as_view(checks=settings.HEALTH_CHECKS)),
        name="health_ready",
    ),
    path(
        "health/live/",
        login_not_required(HealthCheckView.as_view(checks=[])),
        name="health_live",
    ),
    path(
        "favicon.ico",
        login_not_required(RedirectView.as_view(url="/static/img/favicon.svg")),
        name="favicon",
    ),
    path("admin/", admin.site.urls),
    path("", include("accelerator.programme.participation.urls")),
    path("", include("accelerator.programme.auditing.urls")),
    path("", include("accelerator.programme.enrolling.urls")),
    path("", include("accelerator.programme.cohorts.urls")),
    path("", include("assessments.urls")),
    path("", include("calibration.urls")),
]
