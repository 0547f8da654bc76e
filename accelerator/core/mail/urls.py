from django.urls import path

from accelerator.core.mail import views

urlpatterns = [
    path("staff/mail/", views.stuck, name="stuck_mail"),
    path("staff/mail/<int:pk>/send-again/", views.send_again, name="send_mail_again"),
]
