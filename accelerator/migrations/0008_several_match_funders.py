from django.db import migrations
from django.db.models import Min


def one_to_several(apps, _schema_editor) -> None:
    enrolment = apps.get_model("accelerator", "Enrolment")
    link = apps.get_model("accelerator", "EnrolmentFunder")
    funded = enrolment.objects.exclude(match_funder=None).order_by("pk")
    pairs = funded.values_list("pk", "match_funder_id").iterator()
    link.objects.bulk_create(
        (link(enrolment_id=one, match_funder_id=funder) for one, funder in pairs),
        batch_size=1000,
        ignore_conflicts=True,
    )


def several_to_one(apps, _schema_editor) -> None:
    """The column holds one: the first that was named. The rows stay, so that none is lost."""
    enrolment = apps.get_model("accelerator", "Enrolment")
    link = apps.get_model("accelerator", "EnrolmentFunder")
    first = link.objects.values("enrolment").annotate(first=Min("pk")).values("first")
    for one, funder in link.objects.filter(pk__in=first).values_list("enrolment", "match_funder"):
        enrolment.objects.filter(pk=one).update(match_funder=funder)


class Migration(migrations.Migration):
    """An enrolment has several match funders: rows in place of a column."""

    dependencies = [("accelerator", "0007_cohorts_and_enrolments_in_full")]

    operations = [migrations.RunPython(one_to_several, several_to_one)]
