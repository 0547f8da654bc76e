from django.urls import path

from calibration.reviewing.views import practice, rate, requests, review

urlpatterns = [
    path("reviews/", review.queue, name="queue"),
    path("reviews/<int:pk>/", review.review, name="review"),
    path("reviews/<int:pk>/submit/", review.review_submit, name="review_submit"),
    path("reviews/<int:pk>/recall/", review.review_recall, name="review_recall"),
    path("reviews/<int:pk>/recuse/", review.review_recuse, name="review_recuse"),
    path("reviews/<int:pk>/ask/", review.ask, name="ask"),
    path("reviews/<int:pk>/criteria/<str:code>/", rate.rate, name="rate"),
    path("reviews/<int:pk>/criteria/<str:code>/autosave/", rate.autosave, name="rate_autosave"),
    path("reviews/<int:pk>/criteria/<str:code>/examples/", rate.examples, name="examples"),
    path("practice/", practice.practice, name="practice"),
    path("practice/<slug:slug>/", practice.practice_case, name="practice_case"),
    path("assessments/<int:pk>/requests/", requests.requests, name="requests"),
    path("requests/<int:pk>/answer/", requests.request_answer, name="request_answer"),
]
