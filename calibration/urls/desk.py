from django.urls import path

from calibration.views import desk, desk_criterion, desk_lease, desk_settling

urlpatterns = [
    path("moderation/", desk.moderation, name="moderation"),
    path("calibrations/<int:pk>/reveal/", desk.reveal, name="reveal"),
    path("calibrations/<int:pk>/desk/", desk.desk, name="desk"),
    path("calibrations/<int:pk>/lease/take/", desk_lease.lease_take, name="lease_take"),
    path("calibrations/<int:pk>/lease/return/", desk_lease.lease_return, name="lease_return"),
    path(
        "calibrations/<int:pk>/agreements/",
        desk_lease.confirm_agreements,
        name="confirm_agreements",
    ),
    path(
        "calibrations/<int:pk>/desk/<str:code>/",
        desk_criterion.desk_criterion,
        name="desk_criterion",
    ),
    path(
        "calibrations/<int:pk>/desk/<str:code>/propose/",
        desk_settling.propose,
        name="propose",
    ),
    path("proposals/<int:pk>/sign/", desk_settling.sign, name="sign"),
    path("calibrations/<int:pk>/third-coach/", desk_lease.third_coach, name="third_coach"),
]
