from allauth.account import views as allauth_views
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from health_check.views import HealthCheckView

from accelerator.views import demo, home, jobs

handler500 = "accelerator.views.errors.server_error"

accounts = [
    path("login/", demo.SignInView.as_view(), name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("password/change/", allauth_views.password_change, name="account_change_password"),
    path("password/reset/", allauth_views.password_reset, name="account_reset_password"),
    path(
        "password/reset/done/",
        allauth_views.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("help/", home.help_page, name="help"),
    path("account/", home.account, name="account"),
    path("accounts/", include(accounts)),
    path("demo/sign-in/", demo.demo_sign_in, name="demo_sign_in"),
    path("jobs/<uuid:pk>/", jobs.job, name="job"),
    path("jobs/<uuid:pk>/status/", jobs.job_status, name="job_status"),
    path("jobs/<uuid:pk>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("jobs/<uuid:pk>/retry/", jobs.job_retry, name="job_retry"),
    path("jobs/<uuid:pk>/download/", jobs.job_download, name="job_download"),
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
    path("", include("assessments.urls")),
    path("", include("calibration.urls")),
]
