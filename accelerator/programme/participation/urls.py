from django.urls import path

from accelerator.programme.participation import views

urlpatterns = [
    path("enrolments/<int:pk>/pause/", views.pause, name="pause"),
    path("enrolments/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("enrolments/<int:pk>/resume/", views.resume, name="resume"),
]
