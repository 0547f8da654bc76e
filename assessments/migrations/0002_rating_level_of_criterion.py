from django.db import migrations


class Migration(migrations.Migration):
    """A rating's level is one that its criterion's framework has: a two-column foreign key."""

    dependencies = [("assessments", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE assessments_rating
            ADD CONSTRAINT rating_level_of_criterion
            FOREIGN KEY (criterion_id, level)
            REFERENCES assessments_leveldescriptor (criterion_id, value)
            DEFERRABLE INITIALLY IMMEDIATE
            """,
            "ALTER TABLE assessments_rating DROP CONSTRAINT rating_level_of_criterion",
        )
    ]
