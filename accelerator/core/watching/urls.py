from django.urls import path

from accelerator.core.watching import views

urlpatterns = [
    path("health/degraded/", views.degraded, name="health_degraded"),
    path("metrics", views.metrics, name="metrics"),
]
