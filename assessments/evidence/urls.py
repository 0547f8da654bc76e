from django.urls import path

from assessments.evidence.views import library, panel, viewer

urlpatterns = [
    path(
        "assessments/<int:pk>/criteria/<str:code>/evidence/add/",
        panel.evidence_add,
        name="evidence_add",
    ),
    path(
        "assessments/<int:pk>/criteria/<str:code>/evidence/attach/",
        panel.evidence_attach,
        name="evidence_attach",
    ),
    path("evidence-uses/<int:pk>/", panel.use_edit, name="use_edit"),
    path("evidence-uses/<int:pk>/detach/", panel.use_detach, name="use_detach"),
    path("enrolments/<int:enrolment_id>/evidence/", library.library, name="library"),
    path("evidence/<uuid:pk>/", library.evidence, name="evidence"),
    path("evidence/<uuid:pk>/download/", library.evidence_download, name="evidence_download"),
    path("evidence/<uuid:pk>/view/", viewer.evidence_view, name="evidence_view"),
    path("evidence/<uuid:pk>/pages/<int:number>.png", viewer.evidence_page, name="evidence_page"),
    path("evidence/<uuid:pk>/withdraw/", library.evidence_withdraw, name="evidence_withdraw"),
]
