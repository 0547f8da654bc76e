"""Names that are stored and that travel: a task on its way finds its code after an update."""

import ast
from importlib import import_module

from accelerator.celery import app
from tests.test_architecture import ROOT, sources

TASKS = {
    "accelerator.send_mail",
    "accelerator.sweep",
    "accelerator.tidy",
    "assessments.heatmap_report",
    "assessments.remove_orphans",
    "calibration.look_for_stale",
    "calibration.result_report",
}
KINDS = {"assessments.heatmap_report", "calibration.result_report"}


def kinds() -> set[str]:
    """The `kind` of every call of request_job: a word, or a name of the calling module."""
    found = set()
    for path in sources():
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "request_job":
                (kind,) = (each.value for each in call.keywords if each.arg == "kind")
                module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                found.add(
                    kind.value
                    if isinstance(kind, ast.Constant)
                    else getattr(import_module(module), kind.id)
                )
    return found


def test_the_tasks_keep_their_names() -> None:
    app.loader.import_default_modules()
    assert {name for name in app.tasks if not name.startswith("celery.")} == TASKS


def test_every_kind_of_report_is_a_task_that_keeps_its_name() -> None:
    assert kinds() == KINDS
    assert KINDS <= TASKS


def test_what_runs_by_the_clock_is_a_task() -> None:
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= TASKS
