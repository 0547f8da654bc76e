from django.urls import path

from assessments.submission.views import handing_in, results, submissions

urlpatterns = [
    path("assessments/<int:pk>/check/", handing_in.check, name="check"),
    path("assessments/<int:pk>/submit/", handing_in.submit, name="submit"),
    path("assessments/<int:pk>/submitted/", handing_in.submitted, name="submitted"),
    path("assessments/<int:pk>/submissions/", submissions.submissions, name="submissions"),
    path(
        "assessments/<int:pk>/submissions/<int:number>/", submissions.submission, name="submission"
    ),
    path("assessments/<int:pk>/results/", results.results, name="results"),
    path("assessments/<int:pk>/results/ratings.csv", results.ratings_csv, name="ratings_csv"),
    path("assessments/<int:pk>/report/", results.report, name="report"),
]
