from django.urls import path

from accelerator.programme.leaving import views

urlpatterns = [
    path("staff/people/", views.people, name="people"),
    path("staff/people/<int:pk>/anonymise/", views.anonymise, name="anonymise"),
]
