from django.db.models import TextChoices


class Kind(TextChoices):
    """What kind of words they are: all that is kept of them beside who removed them and why."""

    CHILD = "child", "They name a child or young person"
    PERSON = "person", "They name somebody else"
    NOT_OURS = "not_ours", "They are not ours to keep"
    ASKED = "asked", "The person they are about asked for it"
