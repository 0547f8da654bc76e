from django.conf import settings
from django.urls import path
from django.utils.module_loading import import_string

from accelerator.programme.cohorts import views

urlpatterns = [
    path("cohorts/", views.cohorts, name="cohorts"),
    # The front page reads every app, so it belongs to the uppermost of them.
    path("cohorts/<slug:slug>/", import_string(settings.COHORT_OVERVIEW), name="cohort"),
]
