from django.urls import path

from accelerator.core.erasure import views

urlpatterns = [
    path("enrolments/<int:pk>/erase/", views.erase, name="erase"),
    path(
        "enrolments/<int:pk>/erase/<str:model>/<str:row>/<str:name>/",
        views.erase_text,
        name="erase_text",
    ),
]
