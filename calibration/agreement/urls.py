from django.urls import path

from calibration.agreement import views

urlpatterns = [
    path("cohorts/<slug:slug>/agreement/", views.agreement, name="agreement"),
    path("cohorts/<slug:slug>/agreement.csv", views.agreement_csv, name="agreement_csv"),
    path("reviews/severity/", views.severity, name="severity"),
]
