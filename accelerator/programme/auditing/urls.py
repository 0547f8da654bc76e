from django.urls import path

from accelerator.programme.auditing import views

urlpatterns = [
    path("cohorts/<slug:slug>/audit/", views.audit_log, name="audit_log"),
    path("cohorts/<slug:slug>/audit/export/", views.audit_export, name="audit_export"),
]
