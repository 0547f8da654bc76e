from django.urls import path

from assessments.views import assessment, criterion, evidence, evidence_panel, results, viewer

app_name = "assessments"
urlpatterns = [
    path("enrolments/<int:enrolment_id>/assessments/start/", assessment.start, name="start"),
    path("assessments/<int:pk>/", assessment.overview, name="overview"),
    path("assessments/<int:pk>/check/", assessment.check, name="check"),
    path("assessments/<int:pk>/submit/", assessment.submit, name="submit"),
    path("assessments/<int:pk>/submitted/", assessment.submitted, name="submitted"),
    path("assessments/<int:pk>/results/", results.results, name="results"),
    path("assessments/<int:pk>/results/ratings.csv", results.ratings_csv, name="ratings_csv"),
    path("assessments/<int:pk>/report/", results.report, name="report"),
    path("assessments/<int:pk>/criteria/<str:code>/", criterion.criterion, name="criterion"),
    path("assessments/<int:pk>/criteria/<str:code>/autosave/", criterion.autosave, name="autosave"),
    path("assessments/<int:pk>/criteria/<str:code>/history/", criterion.history, name="history"),
    path(
        "assessments/<int:pk>/criteria/<str:code>/evidence/add/",
        evidence_panel.evidence_add,
        name="evidence_add",
    ),
    path(
        "assessments/<int:pk>/criteria/<str:code>/evidence/attach/",
        evidence_panel.evidence_attach,
        name="evidence_attach",
    ),
    path("evidence-uses/<int:pk>/", evidence_panel.use_edit, name="use_edit"),
    path("evidence-uses/<int:pk>/detach/", evidence_panel.use_detach, name="use_detach"),
    path("enrolments/<int:enrolment_id>/evidence/", evidence.library, name="library"),
    path("evidence/<uuid:pk>/", evidence.evidence, name="evidence"),
    path("evidence/<uuid:pk>/download/", evidence.evidence_download, name="evidence_download"),
    path("evidence/<uuid:pk>/view/", viewer.evidence_view, name="evidence_view"),
    path("evidence/<uuid:pk>/pages/<int:number>.png", viewer.evidence_page, name="evidence_page"),
    path("evidence/<uuid:pk>/withdraw/", evidence.evidence_withdraw, name="evidence_withdraw"),
]
