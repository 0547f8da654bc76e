import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

TABLES = ("assessments_assessment", "assessments_assessmentevent")


def in_place(table: str, *cases: tuple[str, str]) -> str:
    """Rewrites the column's text without an UPDATE: no row trigger fires, history included."""
    whens = " ".join(f"WHEN '{old}' THEN '{new}'" for old, new in cases)
    return (
        f'ALTER TABLE {table} ALTER COLUMN "round" TYPE varchar(12) '
        f'USING CASE "round" {whens} ELSE "round" END'
    )


class Migration(migrations.Migration):
    """A round is a number per enrolment: "baseline" is 1, "reassessment" is 2.

    Back again, later rounds stay digits in the text column, so that nothing is lost.
    `pinned` names the column, so PostgreSQL wants it away while the type changes.
    """

    dependencies = [("assessments", "0004_locks_have_names")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="assessment", name="pinned"),
        *(
            migrations.RunSQL(
                in_place(table, ("baseline", "1"), ("reassessment", "2")),
                in_place(table, ("1", "baseline"), ("2", "reassessment")),
            )
            for table in TABLES
        ),
        *(
            migrations.AlterField(
                model_name=model,
                name="round",
                field=models.PositiveSmallIntegerField(default=1),
            )
            for model in ("assessment", "assessmentevent")
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("round__gte", 1)), name="assessment_round_from_1"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="assessment",
            trigger=pgtrigger.compiler.Trigger(
                name="pinned",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."enrolment_id" IS DISTINCT FROM (NEW."enrolment_id") '
                    'OR OLD."framework_id" IS DISTINCT FROM (NEW."framework_id") '
                    'OR OLD."round" IS DISTINCT FROM (NEW."round"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', "
                    "TG_TABLE_NAME;",
                    hash="c0ea8624be88de9dc1d5052de4e633c129509fb9",
                    operation="UPDATE",
                    pgid="pgtrigger_pinned_6b686",
                    table="assessments_assessment",
                    when="BEFORE",
                ),
            ),
        ),
    ]
