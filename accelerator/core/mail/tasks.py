from celery import shared_task

from accelerator.core.mail import services as mail


@shared_task(name="accelerator.send_mail")
def send_mail() -> None:
    """Empty the outbox."""
    while mail.send_next_mail():
        pass
