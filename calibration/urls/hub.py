from django.urls import path

from calibration.views import hub, hub_agreement, hub_assigning, hub_release

urlpatterns = [
    path("cohorts/", hub.cohorts, name="cohorts"),
    path("cohorts/<slug:slug>/", hub.cohort, name="cohort"),
    path("cohorts/<slug:slug>/coaches/", hub.coaches, name="coaches"),
    path("cohorts/<slug:slug>/calibration-settings/", hub.settings, name="settings"),
    path("cohorts/<slug:slug>/suggestions/", hub_assigning.suggestions, name="suggestions"),
    path("cohorts/<slug:slug>/agreement/", hub_agreement.agreement, name="agreement"),
    path("cohorts/<slug:slug>/agreement.csv", hub_agreement.agreement_csv, name="agreement_csv"),
    path("cohorts/<slug:slug>/questions/", hub_release.questions, name="questions"),
    path("assessments/<int:pk>/calibrate/", hub_assigning.open_calibration, name="open"),
    path("calibrations/<int:pk>/assign/", hub_assigning.assign, name="assign"),
    path("calibrations/<int:pk>/fill-seat/", hub_assigning.fill_seat, name="fill_seat"),
    path("reviews/<int:pk>/replace/", hub_assigning.replace, name="replace"),
    path("calibrations/<int:pk>/release/", hub_release.release, name="release"),
    path("calibrations/<int:pk>/reopen/", hub_release.reopen, name="reopen"),
    path("release-questions/<int:pk>/answer/", hub_release.answer, name="answer"),
]
