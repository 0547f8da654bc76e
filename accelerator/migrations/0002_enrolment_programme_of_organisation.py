from django.db import migrations


class Migration(migrations.Migration):
    """An enrolment's programme is its own organisation's: a two-column foreign key."""

    dependencies = [("accelerator", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE accelerator_enrolment
            ADD CONSTRAINT enrolment_programme_of_organisation
            FOREIGN KEY (programme_id, organisation_id)
            REFERENCES accelerator_programme (id, organisation_id)
            DEFERRABLE INITIALLY IMMEDIATE
            """,
            "ALTER TABLE accelerator_enrolment DROP CONSTRAINT enrolment_programme_of_organisation",
        )
    ]
