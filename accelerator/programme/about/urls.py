from django.urls import path

from accelerator.programme.about.views import commitment, consents, dates, profile

urlpatterns = [
    path("enrolments/<int:pk>/", profile.about, name="enrolment"),
    path("enrolments/<int:pk>/profile/", profile.edit, name="profile_edit"),
    path("enrolments/<int:pk>/dates/", dates.dates, name="dates"),
    path("enrolments/<int:pk>/dates/<slug:phase>/", dates.set_deadline, name="deadline"),
    path(
        "enrolments/<int:pk>/dates/<slug:phase>/clear/",
        dates.clear_deadline,
        name="deadline_clear",
    ),
    path("enrolments/<int:pk>/busy/", dates.add_busy_time, name="busy_add"),
    path("enrolments/<int:pk>/busy/<int:period>/", dates.edit_busy_time, name="busy_edit"),
    path(
        "enrolments/<int:pk>/busy/<int:period>/remove/",
        dates.remove_busy_time,
        name="busy_remove",
    ),
    path("enrolments/<int:pk>/consents/", consents.consents, name="consents"),
    path("enrolments/<int:pk>/consents/<slug:kind>/give/", consents.give, name="consent_give"),
    path(
        "enrolments/<int:pk>/consents/<slug:kind>/withdraw/",
        consents.withdraw,
        name="consent_withdraw",
    ),
    path("enrolments/<int:pk>/commitment/", commitment.commitment, name="commitment"),
    path("enrolments/<int:pk>/commitment/sign/", commitment.sign, name="commitment_sign"),
]
