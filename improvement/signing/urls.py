from django.urls import path

from improvement.signing import views

urlpatterns = [
    path("enrolments/<int:pk>/plan/hand-over/", views.hand_over, name="hand_over"),
    path("enrolments/<int:pk>/plan/versions/", views.versions, name="versions"),
    path("enrolments/<int:pk>/plan/versions/<int:number>/", views.version, name="version"),
    path(
        "enrolments/<int:pk>/plan/versions/<int:number>/take-back/",
        views.take_back,
        name="version_take_back",
    ),
    path(
        "enrolments/<int:pk>/plan/versions/<int:number>/decide/",
        views.decide,
        name="version_decide",
    ),
    path(
        "enrolments/<int:pk>/plan/versions/<int:number>/revoke/",
        views.revoke,
        name="version_revoke",
    ),
    path(
        "enrolments/<int:pk>/plan/versions/<int:number>/acknowledge/",
        views.acknowledge,
        name="version_acknowledge",
    ),
]
