from django.urls import reverse

from accelerator.models import User
from accelerator.models.people import OWN_ROLES
from assessments.models import Assessment


def links(user: User) -> list[tuple[str, str]]:
    """The person's newest assessment and its evidence, for the navigation. One query."""
    assessment = (
        Assessment.objects.filter(
            enrolment__organisation__membership__user=user,
            enrolment__organisation__membership__role__in=OWN_ROLES,
        )
        .newest()
        .order_by("-started_at")
        .only("pk", "enrolment_id")
        .first()
    )
    if assessment is None:
        return []
    return [
        ("Framework", reverse("assessments:overview", args=[assessment.pk])),
        ("Evidence", reverse("assessments:library", args=[assessment.enrolment_id])),
    ]
