from django.urls import path

from improvement.actions import views

urlpatterns = [
    path("enrolments/<int:pk>/plan/board/", views.board, name="board"),
    path("enrolments/<int:pk>/plan/timeline/", views.timeline, name="timeline"),
    path("enrolments/<int:pk>/plan/who-by-when/", views.grid, name="grid"),
    path("enrolments/<int:pk>/plan/new-dates/", views.new_dates, name="new_dates"),
    path("objectives/<int:pk>/actions/add/", views.action_add, name="action_add"),
    path("actions/<int:pk>/", views.action, name="action"),
    path("actions/<int:pk>/edit/", views.action_edit, name="action_edit"),
    path("actions/<int:pk>/move/", views.action_move, name="action_move"),
    path("actions/<int:pk>/remove/", views.action_remove, name="action_remove"),
    path("actions/<int:pk>/took/", views.resource_add, name="resource_add"),
    path("actions/<int:pk>/evidence/", views.attach, name="action_attach"),
    path("actions/<int:pk>/evidence/<uuid:evidence>/remove/", views.detach, name="action_detach"),
]
