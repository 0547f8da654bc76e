from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

REDACT = import_module("accelerator.migrations.0004_words_can_be_removed").REDACT
PLACELESS = """INSERT INTO accelerator_auditevent (at, actor_id, action, target, data)
        VALUES (now(), who, 'words.' || mode, target,
            jsonb_build_object('kind', kind, 'reason', reason, 'places', total));"""
PLACED = """INSERT INTO accelerator_auditevent
            (at, actor_id, action, target, data, cohort_id, organisation_id)
        VALUES (now(), who, 'words.' || mode, target,
            jsonb_build_object('kind', kind, 'reason', reason, 'places', total),
            nullif(current_setting('accelerator.cohort', true), '')::bigint,
            nullif(current_setting('accelerator.organisation', true), '')::bigint);"""
INDEXES = ("cohort", "organisation")
BATCH = 20_000

OF_ENROLMENT = "SELECT t.id::text, e.cohort_id, e.organisation_id FROM {table} t {joins}"
ENROLMENT = "JOIN accelerator_enrolment e ON e.id = {of}.enrolment_id"
ASSESSMENT = (
    f"JOIN assessments_assessment a ON a.id = {{of}}.assessment_id {ENROLMENT.format(of='a')}"
)
CALIBRATION = (
    f"JOIN calibration_calibration c ON c.id = t.calibration_id {ASSESSMENT.format(of='c')}"
)
RELEASE = (
    "JOIN calibration_release r ON r.id = t.release_id "
    f"JOIN calibration_calibration c ON c.id = r.calibration_id {ASSESSMENT.format(of='c')}"
)
REVIEW = (
    "JOIN calibration_review r ON r.id = t.review_id "
    f"JOIN calibration_calibration c ON c.id = r.calibration_id {ASSESSMENT.format(of='c')}"
)
PLACED_AT = """SELECT t.id::text, coalesce(t.cohort_id, e.cohort_id), {organisation}
    FROM {table} t LEFT JOIN accelerator_enrolment e ON e.id = t.enrolment_id"""
JOINS = {
    f"accelerator_{name}": ENROLMENT.format(of="t")
    for name in ("deadline", "peakperiod", "profile", "consent", "commitment")
} | {
    "assessments_assessment": ENROLMENT.format(of="t"),
    "assessments_evidence": ENROLMENT.format(of="t"),
    "assessments_submission": ASSESSMENT.format(of="t"),
    "assessments_rating": ASSESSMENT.format(of="t"),
    "calibration_calibration": ASSESSMENT.format(of="t"),
    "calibration_review": CALIBRATION,
    "calibration_release": CALIBRATION,
    "calibration_decision": CALIBRATION,
    "calibration_evidencerequest": CALIBRATION,
    "calibration_improvementmeeting": CALIBRATION,
    "calibration_reviewrating": REVIEW,
    "calibration_releasequestion": RELEASE,
    "calibration_lateevidence": RELEASE,
}
# The table of a target → its rows' id as text, cohort and organisation.
PLACES = {
    table: OF_ENROLMENT.format(table=table, joins=joins) for table, joins in JOINS.items()
} | {
    "accelerator_cohort": "SELECT id::text, id, NULL::bigint FROM accelerator_cohort",
    "accelerator_organisation": "SELECT id::text, NULL::bigint, id FROM accelerator_organisation",
    "accelerator_programme": "SELECT id::text, NULL::bigint, organisation_id FROM accelerator_programme",
    "accelerator_enrolment": "SELECT id::text, cohort_id, organisation_id FROM accelerator_enrolment",
    "accelerator_invitation": PLACED_AT.format(
        table="accelerator_invitation",
        organisation="coalesce(t.organisation_id, e.organisation_id)",
    ),
    "accelerator_reportjob": PLACED_AT.format(
        table="accelerator_reportjob", organisation="e.organisation_id"
    ),
    "calibration_calibrationsettings": (
        "SELECT cohort_id::text, cohort_id, NULL::bigint FROM calibration_calibrationsettings"
    ),
    "calibration_conflictofinterest": (
        "SELECT id::text, NULL::bigint, organisation_id FROM calibration_conflictofinterest"
    ),
}
# Only here, and only to say where: what happened stays as it was written.
FILL = """
DO $$
DECLARE guard text := (SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
    AND tgrelid = 'accelerator_auditevent'::regclass AND tgname LIKE 'pgtrigger_append_only%');
BEGIN
    EXECUTE format('ALTER TABLE accelerator_auditevent DISABLE TRIGGER %I', guard);
    {updates}
    EXECUTE format('ALTER TABLE accelerator_auditevent ENABLE TRIGGER %I', guard);
END $$;
"""
UPDATE = """UPDATE accelerator_auditevent v SET cohort_id = p.cohort, organisation_id = p.organisation
    FROM ({places}) p(pk, cohort, organisation)
    WHERE v.target = '{label}:' || p.pk AND v.id BETWEEN {first} AND {last}
        AND v.cohort_id IS NULL AND v.organisation_id IS NULL;"""


def fill(_apps, schema_editor) -> None:
    """Say of every old event where its target belongs, if that is still there."""
    with schema_editor.connection.cursor() as cursor:
        tables = set(schema_editor.connection.introspection.table_names(cursor))
        cursor.execute("SELECT min(id), max(id) FROM accelerator_auditevent")
        first, last = cursor.fetchone()
        for start in range(first or 0, (last or -1) + 1, BATCH):
            updates = " ".join(
                UPDATE.format(
                    places=places,
                    label=table.replace("_", ".", 1),
                    first=start,
                    last=start + BATCH - 1,
                )
                for table, places in PLACES.items()
                if table in tables
            )
            cursor.execute(FILL.format(updates=updates))


def indexed(scope: str) -> migrations.RunSQL:
    """Without a lock that writers wait for; again after one that was interrupted."""
    name = f"audit_of_{scope}"
    return migrations.RunSQL(
        [
            f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
            f"CREATE INDEX CONCURRENTLY {name} ON accelerator_auditevent ({scope}_id, id DESC)",
        ],
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        state_operations=[
            migrations.AddIndex("auditevent", models.Index(fields=[scope, "-id"], name=name))
        ],
    )


def column(scope: str) -> migrations.RunSQL:
    """One that is empty, so that no row is written; there already after an interruption."""
    return migrations.RunSQL(
        f"ALTER TABLE accelerator_auditevent ADD COLUMN IF NOT EXISTS {scope}_id bigint NULL",
        f"ALTER TABLE accelerator_auditevent DROP COLUMN {scope}_id",
        state_operations=[
            migrations.AddField(
                "auditevent",
                scope,
                models.ForeignKey(
                    f"accelerator.{scope}",
                    db_constraint=False,
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                ),
            )
        ],
    )


def replaced(body: str) -> str:
    return body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    """An audit event knows its cohort and organisation, also one of a removal of words.

    In steps that can be done again: not atomic, so that no table is locked while rows are read.
    """

    atomic = False

    dependencies = [("accelerator", "0009_no_single_match_funder")]

    operations = [
        *(column(scope) for scope in INDEXES),
        migrations.RunSQL(replaced(REDACT.replace(PLACELESS, PLACED)), replaced(REDACT)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        *(indexed(scope) for scope in INDEXES),
    ]
