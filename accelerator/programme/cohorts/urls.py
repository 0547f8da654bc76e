from django.conf import settings
from django.urls import path
from django.utils.module_loading import import_string

from accelerator.programme.cohorts.views import closing, listing, people
from accelerator.programme.cohorts.views import settings as pages

COHORT = "cohorts/<slug:slug>/"

urlpatterns = [
    path("cohorts/", listing.cohorts, name="cohorts"),
    # Before the cohorts' own: see RESERVED in forms/opening.py.
    path("cohorts/new/", pages.cohort_new, name="cohort_new"),
    # The front page reads every app, so it belongs to the uppermost of them.
    path(COHORT, import_string(settings.COHORT_OVERVIEW), name="cohort"),
    path(f"{COHORT}settings/", pages.cohort_edit, name="cohort_edit"),
    path(f"{COHORT}copy/", pages.cohort_copy, name="cohort_copy"),
    path(f"{COHORT}close/", closing.close, name="cohort_close"),
    path(f"{COHORT}open-again/", closing.open_again, name="cohort_open_again"),
    path(f"{COHORT}people/", people.people, name="cohort_people"),
    path(
        f"{COHORT}people/invitations/<int:invitation>/again/",
        people.send_again,
        name="cohort_invitation_again",
    ),
    path(
        f"{COHORT}people/invitations/<int:invitation>/revoke/",
        people.revoke,
        name="cohort_invitation_revoke",
    ),
    path(f"{COHORT}people/<int:membership>/remove/", people.remove, name="cohort_remove"),
]
