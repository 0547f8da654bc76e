from django.urls import include, path

from benchmarks import plain

urlpatterns = [
    path("plain/overview/<int:pk>/", plain.overview),
    path("plain/autosave/<int:pk>/", plain.autosave),
    path("", include("accelerator.urls")),
]
