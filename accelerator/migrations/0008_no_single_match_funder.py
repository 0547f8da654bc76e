from django.db import migrations


class Migration(migrations.Migration):
    """The column whose content 0005 moved to rows."""

    dependencies = [("accelerator", "0007_several_match_funders")]

    operations = [
        migrations.RemoveField(model_name="enrolment", name="match_funder"),
        migrations.RemoveField(model_name="enrolmentevent", name="match_funder"),
    ]
