from django.urls import include, path

from benchmarks import plain

handler500 = "accelerator.core.errors.server_error"
urlpatterns = [
    path("plain/overview/<int:pk>/", plain.overview),
    path("plain/autosave/<int:pk>/", plain.autosave),
    path("", include("accelerator.urls")),
]
