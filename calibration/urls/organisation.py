from django.urls import path

from calibration.views import meetings, requests, result, result_exchange

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
        result_exchange.acknowledge,
        name="acknowledge",
    ),
    path("calibrations/<int:pk>/ask/", result_exchange.release_ask, name="release_ask"),
    path(
        "calibrations/<int:pk>/late-evidence/",
        result_exchange.late_evidence,
        name="late_evidence",
    ),
    path("calibrations/<int:pk>/meetings/", meetings.meetings, name="meetings"),
    path("calibrations/<int:pk>/meetings/add/", meetings.meeting_add, name="meeting_add"),
    path("meetings/<int:pk>/", meetings.meeting_edit, name="meeting_edit"),
    path("assessments/<int:pk>/requests/", requests.requests, name="requests"),
    path("requests/<int:pk>/answer/", requests.request_answer, name="request_answer"),
]
