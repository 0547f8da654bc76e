from django.urls import path

from improvement.planning import views

urlpatterns = [
    path("enrolments/<int:pk>/plan/", views.plan, name="plan"),
    path("enrolments/<int:pk>/plan/start/", views.start, name="start"),
    path("enrolments/<int:pk>/plan/starting-points/", views.starts, name="starts"),
    path("enrolments/<int:pk>/plan/objectives/add/", views.objective_add, name="objective_add"),
    path("objectives/<int:pk>/", views.objective_edit, name="objective"),
    path("objectives/<int:pk>/remove/", views.objective_remove, name="objective_remove"),
    path("objectives/<int:pk>/move/", views.objective_move, name="objective_move"),
    path(
        "enrolments/<int:pk>/plan/objectives/<int:objective>/back/",
        views.objective_back,
        name="objective_back",
    ),
]
