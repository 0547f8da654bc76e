from django.urls import path

from accelerator.programme.team import views

urlpatterns = [
    path("enrolments/<int:pk>/people/", views.team, name="team"),
    path(
        "enrolments/<int:pk>/people/invitations/<int:invitation>/again/",
        views.send_again,
        name="invitation_again",
    ),
    path(
        "enrolments/<int:pk>/people/invitations/<int:invitation>/revoke/",
        views.revoke,
        name="invitation_revoke",
    ),
    path("enrolments/<int:pk>/people/<int:membership>/remove/", views.remove, name="team_remove"),
    path(
        "enrolments/<int:pk>/people/<int:membership>/hand-over/",
        views.hand_over,
        name="hand_over",
    ),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]
