from django.urls import path

from assessments.rating.views import criterion, overview

urlpatterns = [
    path("enrolments/<int:enrolment_id>/assessments/start/", overview.start, name="start"),
    path("assessments/<int:pk>/", overview.overview, name="overview"),
    path("assessments/<int:pk>/criteria/<str:code>/", criterion.criterion, name="criterion"),
    path("assessments/<int:pk>/criteria/<str:code>/autosave/", criterion.autosave, name="autosave"),
    path("assessments/<int:pk>/criteria/<str:code>/history/", criterion.history, name="history"),
]
