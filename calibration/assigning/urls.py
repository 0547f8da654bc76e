from django.urls import path

from calibration.assigning.views import assigning, cohort, conflicts, handing_back, suggestions

urlpatterns = [
    path("cohorts/<slug:slug>/coaches/", cohort.coaches, name="coaches"),
    path("cohorts/<slug:slug>/suggestions/", suggestions.suggestions, name="suggestions"),
    path("assessments/<int:pk>/calibrate/", assigning.open_calibration, name="open"),
    path("assessments/<int:pk>/take-back/", handing_back.take_back, name="take_back"),
    path("assessments/<int:pk>/return/", handing_back.hand_back, name="hand_back"),
    path("calibrations/<int:pk>/assign/", assigning.assign, name="assign"),
    path("calibrations/<int:pk>/fill-seat/", assigning.fill_seat, name="fill_seat"),
    path("reviews/<int:pk>/replace/", assigning.replace, name="replace"),
    path(
        "cohorts/<slug:slug>/coaches/<int:pk>/conflicts/",
        conflicts.coach_conflicts,
        name="coach_conflicts",
    ),
    path("cohorts/<slug:slug>/conflicts/<int:pk>/lift/", conflicts.lift, name="lift_conflict"),
    path("conflicts/", conflicts.conflicts, name="conflicts"),
]
