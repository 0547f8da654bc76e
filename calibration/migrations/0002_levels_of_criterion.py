from django.db import migrations

TABLES = ("calibration_reviewrating", "calibration_decision", "calibration_proposal")


class Migration(migrations.Migration):
    """A coach's, decided or proposed level is one its criterion's framework has."""

    dependencies = [
        ("calibration", "0001_initial"),
        ("assessments", "0002_rating_level_of_criterion"),
    ]

    operations = [
        migrations.RunSQL(
            f"""
            ALTER TABLE {table}
            ADD CONSTRAINT {table}_level_of_criterion
            FOREIGN KEY (criterion_id, level)
            REFERENCES assessments_leveldescriptor (criterion_id, value)
            DEFERRABLE INITIALLY IMMEDIATE
            """,
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_level_of_criterion",
        )
        for table in TABLES
    ]
