"""Frameworks as published: the command, the versions side by side, rows that never change."""

import copy
import io
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accelerator.models import AuditEvent
from assessments.framework.queries import catalogue
from assessments.framework.services import FrameworkChanged, publish_framework
from assessments.models import (
    Assessment,
    CohortFramework,
    Criterion,
    Framework,
    GlossaryTerm,
    Level,
    LevelDescriptor,
    Pillar,
)
from tests.factories.assessment import (
    FRAMEWORK_FILE,
    SMALL,
    confidence_framework,
    open_framework,
    started,
    submitted,
)
from tests.factories.programme import EnrolmentFactory

ROOT = Path(__file__).parents[3]
PUBLISHED = (Framework, Level, Pillar, Criterion, LevelDescriptor, GlossaryTerm)
pytestmark = pytest.mark.django_db


def load(path: Path) -> str:
    out = io.StringIO()
    call_command("load_framework", path, stdout=out)
    return out.getvalue()


def file_of(folder: Path, data: dict, name: str = "small.yaml") -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in PUBLISHED}


def small(version: str = "1.0", **changes) -> dict:
    """SMALL with every field that a file must have."""
    data = copy.deepcopy(SMALL) | {"glossary": []}
    data["framework"] |= {"description": "For a test.", "version": version, **changes}
    for level in data["levels"]:
        level["meaning"] = "What it means."
    for pillar in data["pillars"]:
        pillar["summary"] = "What it is about."
        for criterion in pillar["criteria"]:
            criterion |= {"label": criterion["statement"], "glossary": []}
    return data


def test_the_command_publishes_the_whole_file() -> None:
    assert load(FRAMEWORK_FILE) == "confidence-framework@2.0 is now published.\n"
    assert counts() == {
        "Framework": 1,
        "Level": 4,
        "Pillar": 5,
        "Criterion": 30,
        "LevelDescriptor": 120,
        "GlossaryTerm": GlossaryTerm.objects.count(),
    }
    criteria = list(Criterion.objects.all())
    assert [criterion.position for criterion in criteria] == list(range(30))
    assert sum(criterion.counted for criterion in criteria) == 25
    assert criteria[0].code == "design.overall"
    assert criteria[1].code == "design.1"
    assert list(Level.objects.values_list("value", "key")) == [
        (0, "none"),
        (1, "little"),
        (2, "moderate"),
        (3, "high"),
    ]
    event = AuditEvent.objects.get(action="framework.published")
    assert event.target == f"assessments.framework:{Framework.objects.get().pk}"


def test_related_criteria_are_related_both_ways() -> None:
    levels = catalogue(confidence_framework().pk)
    pairs = {(a.code, b) for a in levels.criteria for b in a.related}
    assert pairs
    assert pairs == {(b, a) for a, b in pairs}


def test_publishing_twice_changes_nothing() -> None:
    load(FRAMEWORK_FILE)
    before = counts()
    assert load(FRAMEWORK_FILE) == "confidence-framework@2.0 is already published.\n"
    assert counts() == before
    assert AuditEvent.objects.filter(action="framework.published").count() == 1


def test_layout_and_comments_are_not_a_change(tmp_path) -> None:
    load(file_of(tmp_path, small()))
    flow = tmp_path / "flow.yaml"
    flow.write_text("# the same again\n" + yaml.safe_dump(small(), default_flow_style=True))
    assert load(flow) == "small@1.0 is already published.\n"


def test_a_broken_file_loads_nothing_and_says_where_and_what_to_do(tmp_path) -> None:
    broken = small()
    del broken["pillars"][1]["criteria"][2]["levels"]["top"]
    path = file_of(tmp_path, broken, "broken.yaml")
    with pytest.raises(CommandError) as refused:
        load(path)
    lines = str(refused.value).splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("broken.yaml: pillars[1].criteria[2].levels")
    assert lines[0].endswith("Describe the level “top” here.")
    assert set(counts().values()) == {0}
    assert not AuditEvent.objects.exists()


@pytest.mark.slow
def test_a_broken_file_ends_the_process_with_an_error_and_one_line(tmp_path) -> None:
    broken = small()
    broken["pillars"][0]["criteria"][0]["related"] = ["two.9"]
    path = file_of(tmp_path, broken, "broken.yaml")
    ended = subprocess.run(
        [sys.executable, "manage.py", "load_framework", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "broken.yaml: pillars[0].criteria[0].related" in ended.stderr
    assert "two.9" in ended.stderr


def test_a_failure_half_way_leaves_nothing(monkeypatch) -> None:
    def stop(*args, **kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr(LevelDescriptor.objects, "bulk_create", stop)
    with pytest.raises(RuntimeError), transaction.atomic():
        publish_framework(data=SMALL)
    assert set(counts().values()) == {0}


def test_a_changed_file_under_the_same_version_is_refused_and_the_change_named(tmp_path) -> None:
    load(file_of(tmp_path, small()))
    changed = small()
    changed["pillars"][1]["criteria"][0]["statement"] = "Quite another statement"
    with pytest.raises(CommandError) as refused:
        load(file_of(tmp_path, changed))
    message = str(refused.value)
    assert len(message.splitlines()) == 1
    assert "small.yaml" in message
    assert "small@1.0 is published and never changes. Give the file a new version." in message
    assert 'pillars[1].criteria[0].statement: "Statement 1" became "Quite another' in message
    assert not Criterion.objects.filter(statement="Quite another statement").exists()


def test_a_change_of_one_character_anywhere_is_refused() -> None:
    publish_framework(data=small())
    with pytest.raises(FrameworkChanged) as refused:
        publish_framework(data=small(attribution="Made for a test!"))
    assert len(refused.value.differences) == 1
    assert "framework.attribution" in refused.value.differences[0]


def test_versions_live_side_by_side(cast) -> None:
    first, _ = publish_framework(data=small("1.0"))
    assessment = started(cast.enrolment, cast.lead, first)
    newer = small("2.0")
    newer["pillars"][0]["criteria"][0]["statement"] = "Said better"
    second, new = publish_framework(data=newer)
    assert new
    CohortFramework.objects.update(framework=second)
    later = started(EnrolmentFactory(cohort=cast.enrolment.cohort), cast.lead)
    assert later.framework == second
    assessment.refresh_from_db()
    assert assessment.framework == first
    assert catalogue(first.pk).criteria[0].statement == "Statement 1"
    assert catalogue(second.pk).criteria[0].statement == "Said better"
    assert {r.criterion.framework_id for r in assessment.ratings.all()} == {first.pk}
    assert {r.criterion.framework_id for r in later.ratings.all()} == {second.pk}


@pytest.mark.parametrize("model", PUBLISHED, ids=lambda model: model.__name__)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_change_a_published_row(model, statement: str) -> None:
    confidence_framework()
    before = counts()
    assert model.objects.exists()
    with (
        pytest.raises(DatabaseError, match="Cannot update or delete rows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(model._meta.db_table))
    assert counts() == before


@pytest.mark.parametrize("field", ["framework_id", "enrolment_id", "round"])
def test_an_assessment_is_pinned_for_ever(cast, field: str) -> None:
    assessment = started(cast.enrolment, cast.lead)
    other, _ = publish_framework(data=small())
    value = {
        "framework_id": other.pk,
        "enrolment_id": cast.other.pk,
        "round": 2,
    }[field]
    with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic():
        Assessment.objects.filter(pk=assessment.pk).update(**{field: value})
    kept = Assessment.objects.get(pk=assessment.pk)
    assert getattr(kept, field) == getattr(assessment, field)


def test_a_framework_in_use_cannot_leave_its_cohort_row_dangling(cast) -> None:
    open_framework(cast.enrolment)
    framework = Framework.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        framework.delete()
    assert CohortFramework.objects.get().framework == framework


def test_an_assessment_is_no_draft_again_while_its_submission_stands(cast) -> None:
    assessment = submitted(cast.enrolment, cast.lead)
    with pytest.raises(DatabaseError, match="stands"), transaction.atomic():
        Assessment.objects.filter(pk=assessment.pk).update(
            state="draft", submitted_at=None, submitted_by=None
        )
    assessment.refresh_from_db()
    assert assessment.is_submitted


def test_another_size_of_framework_has_its_own_levels_and_colours() -> None:
    framework, _ = publish_framework(data=SMALL)
    levels = catalogue(framework.pk)
    assert [(level.value, level.tone) for level in levels.levels] == [(0, 0), (1, 2), (2, 3)]
    assert [level.bars for level in levels.levels] == [
        (True, False, False),
        (True, True, False),
        (True, True, True),
    ]
    assert [len(pillar.criteria) for pillar in levels.pillars] == [2, 3]
