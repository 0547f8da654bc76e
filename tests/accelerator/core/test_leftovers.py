"""What killed processes leave in the folder for temporary files, and what stays there."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from accelerator.celery import begin
from accelerator.core.jobs.tasks import tidy
from accelerator.core.leftovers import remove_leftovers
from accelerator.core.pdf.partner import Partner
from tests.processes import PRODUCTION, run_python


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def ended() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def put(folder: Path, name: str, *, hours: float = 2, inside: str = "") -> Path:
    path = folder / name
    if inside:
        path.mkdir()
        (path / inside).write_text("words")
    else:
        path.write_text("words")
    then = time.time() - hours * 3600
    os.utime(path, (then, then))
    return path


def test_old_uploads_and_folders_of_ended_processes_go(folder, ended) -> None:
    put(folder, "tmpab12_x.upload.pdf")
    put(folder, "weasyprint-abc", inside="font")
    put(folder, f"accelerator-partner-{ended}-abc", inside="page.png")
    put(folder, f"accelerator-requests-{os.getuid()}-{ended}", inside="1.json")
    assert remove_leftovers() == 4
    assert list(folder.iterdir()) == []


def test_what_is_young_or_in_use_or_somebody_elses_stays(folder, ended) -> None:
    alive = os.getpid()
    kept = {
        put(folder, "tmpab12.upload.pdf", hours=0.5),
        put(folder, f"accelerator-partner-{ended}-abc", hours=0.5, inside="page.png"),
        put(folder, f"accelerator-partner-{alive}-abc", inside="page.png"),
        put(folder, f"accelerator-requests-{os.getuid()}-{alive}", inside="1.json"),
        put(folder, "notes.upload-of-mine.pdf"),
        put(folder, "partner-x", inside="theirs"),
    }
    assert remove_leftovers() == 0
    assert set(folder.iterdir()) == kept


def test_a_link_is_removed_and_not_followed(folder, tmp_path_factory) -> None:
    target = tmp_path_factory.mktemp("elsewhere")
    (target / "kept").write_text("words")
    link = folder / "weasyprint-link"
    link.symlink_to(target)
    then = time.time() - 7200
    os.utime(link, (then, then), follow_symlinks=False)
    assert remove_leftovers() == 1
    assert (target / "kept").exists()


def test_the_partners_folder_names_its_process(folder) -> None:
    partner = Partner(lambda request, _line: request)
    partner.start()
    try:
        assert [path.name.rsplit("-", 1)[0] for path in folder.iterdir()] == [
            f"accelerator-partner-{os.getpid()}"
        ]
    finally:
        partner.stop()
    assert list(folder.iterdir()) == []


@pytest.mark.django_db
def test_beat_and_a_worker_that_starts_look_after_it(folder, monkeypatch) -> None:
    monkeypatch.setattr("accelerator.core.database.limit_waiting", lambda **_limits: None)
    for look in (tidy, begin):
        put(folder, "tmpab12.upload.pdf")
        look()
        assert list(folder.iterdir()) == []


@pytest.mark.slow
def test_a_web_process_looks_after_it_when_it_starts(tmp_path) -> None:
    put(tmp_path, "tmpab12.upload.pdf")
    done = run_python(
        "-c", "import accelerator.wsgi", environ=PRODUCTION | {"TMPDIR": str(tmp_path)}
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []
