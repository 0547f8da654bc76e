"""Settings, all from the environment.

ENVIRONMENT is "development" (the default), "test" or "production".
"""

import os
import secrets
from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

from accelerator.embedded import servers

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = servers.var_dir()
env = environ.Env()

ENVIRONMENT = env.str("ENVIRONMENT", default="development")
if ENVIRONMENT not in {"development", "test", "production"}:
    raise ImproperlyConfigured(
        f"ENVIRONMENT is {ENVIRONMENT!r}; use development, test or production."
    )
PRODUCTION = ENVIRONMENT == "production"


def required(name: str, example: str, *, development: str | None = None) -> str:
    """The variable's value; in production a missing one is an error that shows an example."""
    value = env.str(name, default="")
    if value:
        return value
    if PRODUCTION or development is None:
        raise ImproperlyConfigured(f"Set {name} in the environment, for example {name}={example}")
    return development


def development_secret() -> str:
    """A secret key of this checkout's own, kept outside git."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


DEBUG = env.bool("DEBUG", default=False) and not PRODUCTION
DEMO_MODE = env.bool("DEMO_MODE", default=ENVIRONMENT == "development")
if DEMO_MODE and PRODUCTION:
    raise ImproperlyConfigured(
        "DEMO_MODE lets anybody sign in without a password; production does not start with it. "
        "Unset it, or use ENVIRONMENT=development for a demonstration."
    )
SECRET_KEY = (
    required("SECRET_KEY", "$(python -c 'import secrets; print(secrets.token_urlsafe(50))')")
    if PRODUCTION
    else env.str("SECRET_KEY", default="") or development_secret()
)
# Keys of before: what they signed or encrypted is still read.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
hosts = required(
    "ALLOWED_HOSTS", "accelerator.example.org", development="localhost,127.0.0.1,[::1],testserver"
)
ALLOWED_HOSTS = [host.strip() for host in hosts.split(",") if host.strip()]
SITE_URL = required(
    "SITE_URL", "https://accelerator.example.org", development="http://127.0.0.1:8000"
).rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

DATABASE_URL = required(
    "DATABASE_URL",
    "postgres://user:password@db:5432/accelerator",
    development=servers.database_url(),
)


def database_of(url: str) -> dict[str, Any]:
    """The connection that a URL names; an unreadable one is an error that shows the remedy."""
    unreadable = (
        "DATABASE_URL cannot be read. In its password write / as %2F, ? as %3F, # as %23, @ as %40 "
        "and % as %25; or leave the password out and set DATABASE_PASSWORD to it as it is."
    )
    try:
        found = env.db_url_config(url)
    except ValueError as error:
        raise ImproperlyConfigured(unreadable) from error
    if "@" in found["NAME"]:
        raise ImproperlyConfigured(unreadable)
    # Read as it is: a sign of the password has no meaning to the environment's reader.
    password = os.environ.get("DATABASE_PASSWORD")
    return found | ({"PASSWORD": password} if password else {})


DATABASES = {"default": database_of(DATABASE_URL)}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
# Compiling a page's query takes longer than running it: 2 s instead of 0.1 s on a long list.
connection_options = DATABASES["default"].setdefault("OPTIONS", {})
connection_options["options"] = f"{connection_options.get('options', '')} -c jit=off".strip()
# Seconds that a page, and a worker, wait for a locked row and for one query. Who waits behind
# another waiter waits for the lock twice.
PAGE_LIMITS = {
    "lock": env.float("PAGE_LOCK_SECONDS", default=1),
    "statement": env.float("PAGE_STATEMENT_SECONDS", default=15),
}
WORKER_LIMITS = {
    "lock": env.float("WORKER_LOCK_SECONDS", default=10),
    "statement": env.float("WORKER_STATEMENT_SECONDS", default=120),
}
if ENVIRONMENT == "test":
    # Two test runs on one server need two databases.
    DATABASES["default"]["TEST"] = {"NAME": env.str("TEST_DATABASE_NAME", default="") or None}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must be a postgres:// address: PostgreSQL only.")
REDIS_URL = required("REDIS_URL", "redis://redis:6379/0", development=servers.redis_url())
CACHE_URL = env.str("CACHE_URL", default="") or (
    REDIS_URL
    if env.str("REDIS_URL", default="")
    else servers.cache_url(db=env.int("TEST_CACHE_NUMBER", default=0))
)
CACHES = {
    "default": {
        "BACKEND": "accelerator.core.cache.ForgetfulCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "accelerator",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
}
# Drawn pages of evidence may reach no disk: the broker's Redis writes down all that it holds.
CACHES["evidence-pages"] = (
    {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    if CACHE_URL == REDIS_URL
    else CACHES["default"]
)

INSTALLED_APPS = [
    "accelerator.apps.AcceleratorConfig",
    "assessments.apps.AssessmentsConfig",
    "calibration.apps.CalibrationConfig",
    "improvement.apps.ImprovementConfig",
    "insights.apps.InsightsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "health_check",
    "pghistory",
    "pgtrigger",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accelerator.core.middleware.browser_policies",
    "accelerator.core.counting.count_requests",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accelerator.programme.accounts.middleware.idle_limit",
    # Knows who asks; views and the check of a form's token read the body only after it.
    "accelerator.core.middleware.body_limit",
    "accelerator.core.saving.SignInRequired",
    "accelerator.programme.accounts.middleware.second_factor",
    "accelerator.core.saving.SamePerson",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accelerator.core.saving.kept_forms",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accelerator.core.middleware.RouteLogMiddleware",
    "accelerator.core.middleware.plain_addresses",
    "pghistory.middleware.HistoryMiddleware",
]
ROOT_URLCONF = "accelerator.urls"
WSGI_APPLICATION = "accelerator.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accelerator.programme.navigation.site",
            ]
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/bootstrap", NODE_MODULES / "bootstrap" / "dist"),
    ("vendor/atkinson", NODE_MODULES / "@fontsource" / "atkinson-hyperlegible-next"),
]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION

# Evidence and reports: outside the web root, reached only through views that check access.
EVIDENCE_ROOT = Path(
    required("EVIDENCE_ROOT", "/srv/accelerator/files", development=str(VAR_DIR / "files"))
)
EVIDENCE_S3_BUCKET = env.str("EVIDENCE_S3_BUCKET", default="")
STORAGES = {
    "default": (
        {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": EVIDENCE_S3_BUCKET,
                "region_name": env.str("EVIDENCE_S3_REGION", default="") or None,
                "endpoint_url": env.str("EVIDENCE_S3_ENDPOINT", default="") or None,
                "access_key": os.environ.get("AWS_ACCESS_KEY_ID") or None,
                "secret_key": os.environ.get("AWS_SECRET_ACCESS_KEY") or None,
                "default_acl": "private",
                "file_overwrite": False,
                "querystring_auth": True,
            },
        }
        if EVIDENCE_S3_BUCKET
        else {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {
                "location": EVIDENCE_ROOT,
                "base_url": None,
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    ),
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
EVIDENCE_QUOTA_BYTES = env.int("EVIDENCE_QUOTA_BYTES", default=500 * 1024 * 1024)
CLAMD_URL = env.str("CLAMD_URL", default="")
ANONYMOUS_BODY_BYTES = 1024 * 1024
BODY_BYTES = env.int("BODY_BYTES", default=110 * 1024 * 1024)  # four of the largest files
UPLOAD_MAX_FILES = env.int("UPLOAD_MAX_FILES", default=20)
UPLOAD_SECONDS = env.int("UPLOAD_SECONDS", default=20)  # below the web server's own timeout
# What one person may do, and in how many seconds.
RATE_LIMITS = {
    "uploads": (env.int("UPLOADS_PER_10_MINUTES", default=200), 600),
    "reports": (env.int("REPORTS_PER_10_MINUTES", default=60), 600),
    "letters": (env.int("INVITATIONS_PER_HOUR", default=60), 3600),
    "questions": (env.int("QUESTIONS_PER_HOUR", default=30), 3600),
}
# Files above 2.5 MB stream to disk; the cap on a form's other fields stays small.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

AUTH_USER_MODEL = "accelerator.User"
AUTHENTICATION_BACKENDS = ["accelerator.programme.accounts.backend.Backend"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if ENVIRONMENT == "test"
    else ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accelerator.programme.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
# allauth's own writes a row for an address that it sees for the first time.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 (the name of a class)
# How many proxies add to X-Forwarded-For: limits on tries count each visitor by themselves.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
if ENVIRONMENT == "test":
    ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_FORMS = {
    "login": "accelerator.programme.accounts.forms.SignInForm",
    "reset_password": "accelerator.programme.accounts.forms.ForgottenPasswordForm",
}
MFA_ADAPTER = "accelerator.programme.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Impact Accelerator"
MFA_TOTP_TOLERANCE = 1  # clocks of telephones are half a minute off
# Nobody signs up by themselves, so nobody can take another's address by it.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    name: f"accelerator.programme.accounts.forms.{form}"
    for name, form in (
        ("authenticate", "CodeForm"),
        ("reauthenticate", "CodeAgainForm"),
        ("activate_totp", "AuthenticatorAppForm"),
        ("add_webauthn", "PasskeyForm"),
        ("edit_webauthn", "PasskeyNameForm"),
        ("authenticate_webauthn", "PasskeyAtSignInForm"),
        ("login_webauthn", "PasskeyAloneForm"),
        ("reauthenticate_webauthn", "PasskeyAgainForm"),
    )
}
# Hours without use after which a session ends: for those who read what other organisations wrote
# and for staff, and for everybody else.
IDLE_HOURS_TRUSTED = env.float("IDLE_HOURS_TRUSTED", default=2)
IDLE_HOURS = env.float("IDLE_HOURS", default=12)
# How long a sign-in counts as recent: what takes much away at once asks for one.
RECENT_SIGN_IN_SECONDS = env.int("RECENT_SIGN_IN_SECONDS", default=900)
ACCOUNT_REAUTHENTICATION_TIMEOUT = RECENT_SIGN_IN_SECONDS

EMAIL_CONFIG = env.email_url_config(
    required("EMAIL_URL", "smtp+tls://user:password@mail:587", development="consolemail://")
)
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = required(
    "DEFAULT_FROM_EMAIL",
    "Impact Accelerator <accelerator@example.org>",
    development="Impact Accelerator <accelerator@localhost>",
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap draws carets and ticks as data: pictures
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

PGHISTORY_APPEND_ONLY = True
PGHISTORY_ADMIN_ALL_EVENTS = False

CELERY_BROKER_URL = servers.broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A report goes on when Redis is lost: its row says whose it is, so a second delivery does no harm.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Above the longest task, so that Redis hands a task out again only when its worker is gone.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": env.int("CELERY_VISIBILITY_TIMEOUT", default=600),
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "max_retries": 1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 480, 540
CELERY_TIMEZONE = TIME_ZONE
# Reports, letters and the sweep do not wait for one another. Without a routing key of its own
# a queue would get what is meant for every other.
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("celery", "mail", "sweep")]
CELERY_TASK_ROUTES = {
    "accelerator.send_mail": {"queue": "mail"},
    "accelerator.sweep": {"queue": "sweep"},
    "accelerator.tidy": {"queue": "sweep"},
    "calibration.look_for_stale": {"queue": "sweep"},
}
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "accelerator.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "tidy": {"task": "accelerator.tidy", "schedule": 3600.0, "options": {"expires": 3600}},
    "orphans": {"task": "assessments.remove_orphans", "schedule": 3600.0},
    # Moderators hear of it within ten minutes.
    "stale": {"task": "calibration.look_for_stale", "schedule": 120.0, "options": {"expires": 120}},
}
REPORT_KEEP_DAYS = env.int("REPORT_KEEP_DAYS", default=90)
# A job is handed out again: running, without a sign of life; queued, and no worker took it.
JOB_SILENT_SECONDS = env.int("JOB_SILENT_SECONDS", default=10)
JOB_WAITING_SECONDS = env.int("JOB_WAITING_SECONDS", default=5)

# People are served as long as the database answers; /health/degraded/ tells of all the rest.
HEALTH_CHECKS = ["health_check.checks.Database"]
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

DJANGO_STRUCTLOG_CELERY_ENABLED = False
LOG_LEVELS = {"production": "INFO", "development": "WARNING", "test": "ERROR"}
structlog_processors: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
]
structlog.configure(
    processors=[*structlog_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": (
                structlog.processors.JSONRenderer()
                if PRODUCTION
                else structlog.dev.ConsoleRenderer(colors=False)
            ),
            "foreign_pre_chain": structlog_processors,
        }
    },
    "filters": {"routes": {"()": "accelerator.core.middleware.RoutesInsteadOfAddresses"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "structured",
            "filters": ["routes"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVELS[ENVIRONMENT]},
    # They tell of every page and every font of every document, and of being imported.
    "loggers": {
        name: {"level": "WARNING"} for name in ("weasyprint.progress", "fontTools", "pikepdf")
    },
}

# What each app brings to the pages that everybody shares; see accelerator/programme/journey.py.
JOURNEY = {
    "explore": "assessments.home.explore",
    "calibrate": "calibration.home.calibrate",
}
NAVIGATION = ["assessments.navigation.links", "calibration.navigation.links"]
# What may still be done about a submission: a function of the assessment, as fetched for a person.
AFTER_SUBMISSION = "calibration.assigning.queries.handing_back.what_may_change"
# What speaks against somebody as the adviser of an enrolment, in a sentence; "" nothing.
ADVISER_BAR = "calibration.assigning.queries.advising.why_not_adviser"
# What stands still in each app once an enrolment's part stops, and whom that concerns.
PARTICIPATION = ["assessments.home.standing_still", "calibration.home.standing_still"]
HOME_PANELS = [
    "accelerator.programme.about.queries.commitment.panels",
    "assessments.home.panels",
    "calibration.home.panels",
    "accelerator.programme.cohorts.queries.panels.panels",
]
COHORT_OVERVIEW = "insights.overview.views.overview"
COHORT_TABS = [
    "insights.home.tabs",
    "accelerator.programme.enrolling.frame.tabs",
    "calibration.home.tabs",
    "accelerator.programme.cohorts.frame.own_tabs",
    "accelerator.programme.auditing.queries.tabs",
]
# Which events of a cohort's audit log are shut to somebody who runs it.
AUDIT_SHUT = ["calibration.home.shut_events"]
# What apps keep of a cohort's settings; see accelerator/programme/cohorts/frame.py.
COHORT_FORMS = ["assessments.home.cohort_section", "calibration.home.cohort_section"]
COHORT_FIGURES = ["assessments.home.handed_in", "calibration.home.released"]
