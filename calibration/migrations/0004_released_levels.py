import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

TABLE = "calibration_releasedlevel"
# One statement, inside the database. The outer join makes a code that the framework does not
# have an error (criterion_id is never null) and not a row that is missing.
FILL = """
    INSERT INTO calibration_releasedlevel (release_id, criterion_id, level, self_level, change)
    SELECT release.id, criterion.id, (given.said->>'level')::smallint,
           (given.said->>'self_level')::smallint, given.said->>'change'
    FROM calibration_release release
    JOIN calibration_calibration calibration ON calibration.id = release.calibration_id
    JOIN assessments_assessment assessment ON assessment.id = calibration.assessment_id
    CROSS JOIN LATERAL jsonb_each(release.snapshot) AS given (code, said)
    LEFT JOIN assessments_criterion criterion
        ON criterion.framework_id = assessment.framework_id AND criterion.code = given.code
    ORDER BY release.id, criterion.position
"""


def level_of_criterion(column: str) -> migrations.RunSQL:
    """A level is one that its criterion's framework has: a two-column foreign key."""
    name = f"{TABLE}_{column}_of_criterion"
    return migrations.RunSQL(
        f"""
        ALTER TABLE {TABLE} ADD CONSTRAINT {name}
        FOREIGN KEY (criterion_id, {column})
        REFERENCES assessments_leveldescriptor (criterion_id, value)
        DEFERRABLE INITIALLY IMMEDIATE
        """,
        f"ALTER TABLE {TABLE} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    """Released levels are rows, also for the releases that there are."""

    dependencies = [
        ("assessments", "0002_rating_level_of_criterion"),
        ("calibration", "0003_locks_have_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReleasedLevel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(null=True)),
                ("self_level", models.PositiveSmallIntegerField(null=True)),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("markdown", "Mark-down"),
                            ("markup", "Mark-up"),
                            ("unchanged", "Unchanged"),
                            ("not_comparable", "Not comparable"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessments.criterion",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="levels",
                        to="calibration.release",
                    ),
                ),
            ],
            options={
                "ordering": ["release", "criterion__position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "criterion"), name="released_level_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("change", "not_comparable"),
                                models.Q(("level", None), ("self_level", None), _connector="OR"),
                            ),
                            models.Q(
                                ("level__isnull", False),
                                ("self_level__isnull", False),
                                models.Q(
                                    models.Q(
                                        ("change", "markdown"),
                                        ("level__lt", models.F("self_level")),
                                    ),
                                    models.Q(
                                        ("change", "markup"), ("level__gt", models.F("self_level"))
                                    ),
                                    models.Q(
                                        ("change", "unchanged"), ("level", models.F("self_level"))
                                    ),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="released_level_change_fits",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="releasedlevel",
            trigger=pgtrigger.compiler.Trigger(
                name="immutable",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ab11f88b90500d373c831dc80af9d7e8ab69cda6",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_immutable_89e36",
                    table="calibration_releasedlevel",
                    when="BEFORE",
                ),
            ),
        ),
        level_of_criterion("level"),
        level_of_criterion("self_level"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
