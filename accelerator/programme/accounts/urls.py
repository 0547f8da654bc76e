from allauth.account import views as allauth_views
from django.urls import include, path, re_path

from accelerator.programme.accounts import sign_in, views

accounts = [
    path("login/", sign_in.SignInView.as_view(), name="account_login"),
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
    path("account/", views.account, name="account"),
    path("signed-in/", views.signed_in, name="signed_in"),
    path("accounts/", include(accounts)),
    path("demo/sign-in/", sign_in.demo_sign_in, name="demo_sign_in"),
]
