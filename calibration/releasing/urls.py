from django.urls import path

from calibration.releasing.views import exchange, hub, meetings, result

urlpatterns = [
    path("calibrations/<int:pk>/", result.result, name="result"),
    path(
        "calibrations/<int:pk>/versions/<int:version>/",
        result.result_version,
        name="result_version",
    ),
    path(
        "calibrations/<int:pk>/versions/<int:version>/calibrated.csv",
        result.result_csv,
        name="result_csv",
    ),
    path(
        "calibrations/<int:pk>/versions/<int:version>/report/",
        result.result_report,
        name="result_report",
    ),
    path(
        "calibrations/<int:pk>/versions/<int:version>/acknowledge/",
        exchange.acknowledge,
        name="acknowledge",
    ),
    path("calibrations/<int:pk>/ask/", exchange.release_ask, name="release_ask"),
    path(
        "calibrations/<int:pk>/late-evidence/",
        exchange.late_evidence,
        name="late_evidence",
    ),
    path("calibrations/<int:pk>/meetings/", meetings.meetings, name="meetings"),
    path("calibrations/<int:pk>/meetings/add/", meetings.meeting_add, name="meeting_add"),
    path("meetings/<int:pk>/", meetings.meeting_edit, name="meeting_edit"),
    path("cohorts/<slug:slug>/questions/", hub.questions, name="questions"),
    path("calibrations/<int:pk>/release/", hub.release, name="release"),
    path("calibrations/<int:pk>/reopen/", hub.reopen, name="reopen"),
    path("release-questions/<int:pk>/answer/", hub.answer, name="answer"),
]
