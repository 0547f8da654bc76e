from django.urls import path

from accelerator.programme.enrolling.views import changing, listing, one, sheet

urlpatterns = [
    path("cohorts/<slug:slug>/organisations/", listing.organisations, name="organisations"),
    path(
        "cohorts/<slug:slug>/organisations/organisations.csv",
        listing.organisations_csv,
        name="organisations_csv",
    ),
    path("cohorts/<slug:slug>/organisations/enrol/", one.enrol, name="enrol"),
    path("cohorts/<slug:slug>/organisations/spreadsheet/", sheet.enrol_sheet, name="enrol_sheet"),
    path(
        "cohorts/<slug:slug>/organisations/spreadsheet/template.csv",
        sheet.template,
        name="enrol_template",
    ),
    path("enrolments/<int:pk>/programme/", changing.change, name="enrolment_change"),
]
