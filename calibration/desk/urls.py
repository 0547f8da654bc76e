from django.urls import path

from calibration.desk.views import criterion, desk, lease, settling

urlpatterns = [
    path("moderation/", desk.moderation, name="moderation"),
    path("calibrations/<int:pk>/reveal/", desk.reveal, name="reveal"),
    path("calibrations/<int:pk>/desk/", desk.desk, name="desk"),
    path("calibrations/<int:pk>/lease/take/", lease.lease_take, name="lease_take"),
    path("calibrations/<int:pk>/lease/return/", lease.lease_return, name="lease_return"),
    path(
        "calibrations/<int:pk>/agreements/",
        lease.confirm_agreements,
        name="confirm_agreements",
    ),
    path(
        "calibrations/<int:pk>/desk/<str:code>/",
        criterion.desk_criterion,
        name="desk_criterion",
    ),
    path(
        "calibrations/<int:pk>/desk/<str:code>/propose/",
        settling.propose,
        name="propose",
    ),
    path("proposals/<int:pk>/sign/", settling.sign, name="sign"),
    path("calibrations/<int:pk>/third-coach/", lease.third_coach, name="third_coach"),
]
