import itertools
import json
import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands
from django.urls import resolve

from accelerator.embedded.serve import processes
from accelerator.settings import database_of

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
OWN = ("migrate", "web", "worker", "mail", "beat")
ADDRESS = re.compile(r"https?://|file:|--(?:extra-)?index-url|--find-links|--trusted-host")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text().replace("\\\n", " ")


def packages(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[\S+\])?==(\S+)", (ROOT / lock).read_text(), re.M))


def docker_command(dockerfile: str) -> list[str]:
    return json.loads(re.search(r"^CMD (\[.*\])$", dockerfile, re.M)[1])


def test_compose_has_the_parts_and_keeps_what_must_last(compose):
    assert set(compose["services"]) == {*OWN, "db", "redis", "cache", "clamd"}
    assert compose["services"]["clamd"]["profiles"] == ["scan"]
    assert set(compose["volumes"]) == {"database", "files", "queue", "signatures"}
    kept = {name: service.get("volumes", []) for name, service in compose["services"].items()}
    assert kept["db"] == ["database:/var/lib/postgresql"]
    assert kept["redis"] == ["queue:/data"]
    for name in OWN:
        target = kept[name][0].split(":")[1]
        assert target == compose["services"][name]["environment"]["EVIDENCE_ROOT"]


@pytest.mark.parametrize("name", OWN)
def test_settings_read_every_name_that_compose_sets(compose, name):
    source = (ROOT / "accelerator" / "settings.py").read_text()
    for variable in compose["services"][name]["environment"]:
        assert f'"{variable}"' in source, variable


def test_compose_sets_every_name_that_production_requires(compose):
    source = (ROOT / "accelerator" / "settings.py").read_text()
    required = set(re.findall(r'\brequired\(\s*"([A-Z_]+)"', source))
    assert {"SECRET_KEY", "DATABASE_URL"} <= required
    assert required <= set(compose["services"]["web"]["environment"])


def consumed(command: list[str]) -> set[str]:
    return set(command[command.index("--queues") + 1].split(","))


def test_every_queue_has_its_worker_and_letters_one_of_their_own(compose, settings):
    queues = {queue.name for queue in settings.CELERY_TASK_QUEUES}
    workers = [compose["services"][name]["command"] for name in ("worker", "mail")]
    served = processes("127.0.0.1", 8000, reload=False)
    for reports, mail in (workers, [served["worker"], served["mail"]]):
        assert consumed(reports) | consumed(mail) == queues
        assert consumed(reports) & consumed(mail) == {"sweep"}


def test_the_cache_of_compose_writes_nothing_to_a_disk_and_forgets_when_it_is_full(compose):
    service = compose["services"]["cache"]
    assert "volumes" not in service
    given = dict(itertools.pairwise(service["command"]))
    assert (given["--save"], given["--appendonly"]) == ("", "no")
    assert given["--maxmemory-policy"] == "allkeys-lru"
    environment = compose["services"]["web"]["environment"]
    assert environment["CACHE_URL"] != environment["REDIS_URL"]


def test_every_service_has_limits_of_memory_and_of_logs(compose):
    for name, service in compose["services"].items():
        assert re.fullmatch(r"\d+[mg]", service["mem_limit"]), name
        assert service["logging"]["options"]["max-size"], name


def test_the_password_is_apart_from_the_address(compose):
    for name in OWN:
        environment = compose["services"][name]["environment"]
        assert ":" not in environment["DATABASE_URL"].split("//")[1].split("@")[0]
        assert "POSTGRES_PASSWORD" in environment["DATABASE_PASSWORD"]


def test_a_migration_does_not_wait_in_front_of_everybody(compose):
    url = compose["services"]["migrate"]["environment"]["DATABASE_URL"]
    database = database_of(url)
    assert "-c lock_timeout=3s" in database["OPTIONS"]["options"]
    for name in set(OWN) - {"migrate"}:
        assert "options" not in compose["services"][name]["environment"]["DATABASE_URL"]


def test_modules_and_management_commands_exist(compose, dockerfile):
    commands = [docker_command(dockerfile)]
    commands += [
        compose["services"][name]["command"]
        for name in OWN
        if "command" in compose["services"][name]
    ]
    text = "\n".join(" ".join(command) for command in commands) + dockerfile
    modules = {*re.findall(r"python -m ([a-z_.]+)", text), "accelerator.wsgi", "accelerator.celery"}
    assert {"gunicorn", "celery"} <= modules
    for module in modules - {"venv"}:
        assert find_spec(module), module
    managed = set(re.findall(r"manage\.py ([a-z_]+)", text))
    assert {"migrate", "load_framework", "collectstatic"} <= managed
    assert managed <= set(get_commands())
    for path in re.findall(r"fixtures/\S+\.yaml", text):
        assert (ROOT / path).is_file()


def test_health_paths_resolve(compose, dockerfile):
    paths = re.findall(r"http://127\.0\.0\.1:8000(/[a-z/]+)", dockerfile)
    assert paths
    for path in paths:
        assert resolve(path)
    for name in ("web",):
        assert "healthcheck" not in compose["services"][name], "the image's own check is used"


def test_health_check_program_parses(dockerfile):
    program = json.loads(re.search(r"HEALTHCHECK .*? CMD (\[.*\])$", dockerfile, re.M)[1])
    assert program[:2] == ["python", "-c"]
    compile(program[2], "HEALTHCHECK", "exec")


def test_web_listens_where_compose_and_the_health_check_look(compose, dockerfile):
    command = docker_command(dockerfile)
    assert command[command.index("--bind") + 1] == "0.0.0.0:8000"
    assert compose["services"]["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_web_keeps_no_log_of_addresses(dockerfile):
    assert not [part for part in docker_command(dockerfile) if "access" in part]


def test_image_runs_as_an_ordinary_user_without_development_tools(dockerfile):
    last = dockerfile.rsplit("\nFROM ", 1)[1]
    assert re.search(r"^USER accelerator$", last, re.M)
    assert "requirements-dev" not in dockerfile
    removed = re.search(r"pip uninstall -y (.+)", dockerfile)[1].split()
    assert set(removed) <= set(packages("requirements.lock"))


def test_image_can_collect_static_files_with_the_settings_it_sets(dockerfile):
    line = next(line for line in dockerfile.splitlines() if "collectstatic" in line)
    environment = dict(re.findall(r"\b([A-Z_]+)=(\S+)", line))
    assert environment["ENVIRONMENT"] == "production"
    done = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--dry-run", "--verbosity=0"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_docker_ignores_everything_but_what_it_copies():
    lines = (ROOT / ".dockerignore").read_text().split()
    assert lines[0] == "**"
    named = [line[1:] for line in lines if line.startswith("!")]
    assert {".git", ".env", "var", "tests"}.isdisjoint(named)
    assert all((ROOT / name).exists() for name in named)


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_have_hashes_for_everything_and_no_addresses(lock):
    text = (ROOT / lock).read_text()
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
    assert len(entries) > 50
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
    assert not ADDRESS.search(text)


def test_locks_hold_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-dev.lock": project["dependency-groups"]["dev"],
    }
    for lock, wanted in asked.items():
        names = {re.match(r"[a-z0-9-]+", line)[0] for line in wanted}
        assert names <= set(packages(lock))


def test_development_lock_agrees_with_the_production_lock():
    production, development = map(packages, LOCKS)
    assert production.items() <= development.items()
    assert "pytest" not in production


def test_npm_lock_has_hashes_and_no_registry():
    text = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    for name, package in json.loads(text)["packages"].items():
        assert name == "" or package["integrity"].startswith("sha512-")
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text()
    assert "registry=" not in (ROOT / ".npmrc").read_text()


def test_every_dependency_says_why():
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    entries = [line for line in lines if re.match(r'    "[a-z0-9-]+(\[\w+\])?[><=]', line)]
    assert len(entries) > 40
    assert [line for line in entries if "# " not in line] == []


def test_ci_runs_the_tests():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().splitlines()[-1] == "exec make test"
    makefile = (ROOT / "Makefile").read_text()
    for action in ("run", "test", "lock"):
        assert f"{action}: ; @$(BOOTSTRAP) {action}" in makefile
