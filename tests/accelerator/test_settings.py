"""What a deployment must say, what it is told when it does not, and how safe the result is."""

import json

import pytest
from django.db import connection

from tests.processes import PRODUCTION, run_python

pytestmark = pytest.mark.slow

READ = """
import json, sys
import django
from django.conf import settings
django.setup()
print(json.dumps({name: getattr(settings, name, None) for name in sys.argv[1:]}, default=str))
"""


# One deployment that says all that may be said, so that it is started once.
FULL = PRODUCTION | {
    "ALLOWED_HOSTS": "a.example.org, b.example.org ,",
    "AWS_ACCESS_KEY_ID": "id",
    "AWS_SECRET_ACCESS_KEY": "$secret",
    "CACHE_URL": "redis://cache:6379/0",
    "DATABASE_PASSWORD": "$p/a@s?s#%2F",
    "DATABASE_URL": "postgres://u@db/a",
    "EVIDENCE_S3_BUCKET": "evidence",
    "EVIDENCE_S3_ENDPOINT": "https://s3.example.org",
    "EVIDENCE_S3_REGION": "eu-west-2",
    "SECRET_KEY_FALLBACKS": "before,long-before",
}


@pytest.fixture(scope="module")
def full() -> dict:
    return read(FULL, "ALLOWED_HOSTS", "CACHES", "DATABASES", "SECRET_KEY_FALLBACKS", "STORAGES")


def read(environ: dict[str, str], *names: str) -> dict:
    ended = run_python("-W", "error", "-c", READ, *names, environ=environ)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def refused(environ: dict[str, str]) -> str:
    """The last line that a start with `environ` prints before it gives up."""
    ended = run_python("-c", READ, environ=environ)
    assert ended.returncode != 0
    return ended.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "ENVIRONMENT"])
@pytest.mark.parametrize("value", [None, ""])
def test_production_names_what_is_missing_and_shows_an_example(name: str, value) -> None:
    environ = {key: text for key, text in PRODUCTION.items() if key != name}
    if value is not None:
        environ[name] = value
    line = refused(environ)
    assert f"Set {name} in the environment" in line
    assert f"{name}=" in line.partition("for example")[2]


def test_a_complete_production_passes_djangos_own_checks_without_a_warning() -> None:
    check = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    ended = run_python(*check, environ=PRODUCTION)
    assert "CLAMD_URL is not set" in ended.stderr
    assert "CACHE_URL is not set" in ended.stderr
    assert "2 issues" in ended.stderr
    given = {"CLAMD_URL": "tcp://clamd:3310", "CACHE_URL": "redis://cache:6379/0"}
    ended = run_python(*check, environ=PRODUCTION | given)
    assert ended.returncode == 0, ended.stderr
    assert "no issues (0 silenced)" in ended.stdout


def test_the_deployment_check_sees_a_weak_secret() -> None:
    ended = run_python(
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        environ=PRODUCTION | {"SECRET_KEY": "short"},
    )
    assert ended.returncode != 0
    assert "security.W009" in ended.stderr


def test_development_needs_nothing_and_keeps_a_secret_of_its_own(tmp_path) -> None:
    environ = {"ACCELERATOR_VAR": str(tmp_path)}
    names = ("ENVIRONMENT", "SECRET_KEY", "DEMO_MODE", "EVIDENCE_ROOT")
    first, second = read(environ, *names), read(environ, *names)
    assert first["ENVIRONMENT"] == "development"
    assert first["DEMO_MODE"] is True
    assert first["EVIDENCE_ROOT"] == str(tmp_path / "files")
    assert len(first["SECRET_KEY"]) >= 50
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    other = read({"ACCELERATOR_VAR": str(tmp_path / "other")}, "SECRET_KEY")
    assert other["SECRET_KEY"] != first["SECRET_KEY"]


@pytest.mark.parametrize("environment", ["development", "production"])
@pytest.mark.parametrize("url", ["sqlite:///db.sqlite3", "mysql://user:secret@db/accelerator"])
def test_only_postgresql_will_do(environment: str, url: str) -> None:
    line = refused(PRODUCTION | {"ENVIRONMENT": environment, "DATABASE_URL": url})
    assert "postgres://" in line
    assert "PostgreSQL only" in line


@pytest.mark.parametrize("password", ["pa/ss", "pa?ss", "12/ss"])
def test_a_password_that_breaks_the_address_says_how_to_write_it(password: str) -> None:
    line = refused(PRODUCTION | {"DATABASE_URL": f"postgres://u:{password}@db:5432/accelerator"})
    assert "write / as %2F" in line
    assert "DATABASE_PASSWORD" in line


def test_any_password_works_apart_from_the_address_or_written_for_it(full) -> None:
    written = read(PRODUCTION | {"DATABASE_URL": "postgres://u:p%2Fa@db/a"}, "DATABASES")
    for found, password in ((full, "$p/a@s?s#%2F"), (written, "p/a")):
        database = found["DATABASES"]["default"]
        assert (database["PASSWORD"], database["HOST"]) == (password, "db")


def test_object_storage_takes_its_place_its_keys_and_its_provider(full) -> None:
    storage = full["STORAGES"]["default"]
    assert storage["BACKEND"].endswith("S3Storage")
    options = storage["OPTIONS"]
    assert (options["bucket_name"], options["region_name"]) == ("evidence", "eu-west-2")
    assert options["endpoint_url"] == "https://s3.example.org"
    assert (options["access_key"], options["secret_key"]) == ("id", "$secret")


def test_an_unknown_environment_is_refused() -> None:
    line = refused(PRODUCTION | {"ENVIRONMENT": "staging"})
    assert "'staging'" in line
    assert "production" in line


def test_production_is_neither_a_demo_nor_debugged() -> None:
    values = read(PRODUCTION | {"DEBUG": "1"}, "DEMO_MODE", "DEBUG", "ACCOUNT_RATE_LIMITS")
    assert values["DEMO_MODE"] is False
    assert values["DEBUG"] is False
    assert values["ACCOUNT_RATE_LIMITS"] is not False


def test_production_does_not_start_as_a_demonstration() -> None:
    line = refused(PRODUCTION | {"DEMO_MODE": "1"})
    assert "DEMO_MODE" in line
    assert "production does not start" in line


def test_pages_of_evidence_are_kept_only_by_a_cache_of_its_own(full) -> None:
    shared = [
        read(PRODUCTION | {"CACHE_URL": url}, "CACHES") for url in ("", PRODUCTION["REDIS_URL"])
    ]
    kept = [found["CACHES"]["evidence-pages"]["BACKEND"] for found in (*shared, full)]
    assert [backend.rpartition(".")[2] for backend in kept] == [
        "DummyCache",
        "DummyCache",
        "ForgetfulCache",
    ]


def test_keys_of_before_are_read_and_none_is_the_rule(full) -> None:
    assert read(PRODUCTION, "SECRET_KEY_FALLBACKS") == {"SECRET_KEY_FALLBACKS": []}
    assert full["SECRET_KEY_FALLBACKS"] == ["before", "long-before"]


def test_host_names_may_have_spaces_between_them(full) -> None:
    assert full["ALLOWED_HOSTS"] == ["a.example.org", "b.example.org"]


def test_production_cookies_and_transport_are_closed() -> None:
    names = (
        "SESSION_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "SESSION_COOKIE_SAMESITE",
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_SECURE",
        "CSRF_COOKIE_NAME",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    )
    assert read(PRODUCTION, *names) == {
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    }


# A checkout has no collected static files, so that one storage is the development's.
ASK = """
import django
from django.conf import settings
settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
django.setup()
from django.test import Client
answer = Client().post(
    "/demo/sign-in/", {"email": "lead@demo.example"}, secure=True,
    headers={"host": "accelerator.example.org"},
)
print(answer.status_code)
plain = Client().get("/help/", headers={"host": "accelerator.example.org"})
print(plain.status_code, plain.get("Location"))
stranger = Client().get("/help/", secure=True, headers={"host": "evil.example"})
print(stranger.status_code)
"""


def test_production_has_no_demo_sign_in_no_plain_http_and_no_other_host() -> None:
    ended = run_python("-c", ASK, environ=PRODUCTION)
    assert ended.stdout.split("\n")[:3] == [
        "404",
        "301 https://accelerator.example.org/help/",
        "400",
    ], ended.stderr


def test_connections_do_not_compile_queries(db) -> None:
    """Asked for by the connection itself, whatever the server's own setting is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting, source FROM pg_settings WHERE name = 'jit'")
        assert cursor.fetchone() == ("off", "client")


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        ("", "-c jit=off"),
        ("?options=-c%20statement_timeout%3D5000", "-c statement_timeout=5000 -c jit=off"),
    ],
)
def test_a_deployments_own_connection_options_are_kept(asked: str, options: str) -> None:
    environ = PRODUCTION | {"DATABASE_URL": PRODUCTION["DATABASE_URL"] + asked}
    databases = read(environ, "DATABASES")["DATABASES"]
    assert databases["default"]["OPTIONS"]["options"] == options
