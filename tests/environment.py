"""Loaded by pytest before Django's settings: the test environment and its own real servers."""

import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = tempfile.TemporaryDirectory(prefix="accelerator-tests-")

os.environ["ENVIRONMENT"] = "test"
os.environ["DEMO_MODE"] = "0"
os.environ["ACCELERATOR_VAR"] = str(ROOT / "var" / "test")
os.environ["ACCELERATOR_EMBEDDED_FAST"] = "1"
os.environ["EVIDENCE_ROOT"] = FILES.name
os.environ["EMAIL_URL"] = "memorymail://"
# A client that signed in for a whole file of tests stays recent; the tests of the rule set it.
os.environ["RECENT_SIGN_IN_SECONDS"] = "86400"
os.environ["CELERY_VISIBILITY_TIMEOUT"] = "5"
# Each test process clears a cache, and has a broker, of its own.
PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
os.environ["TEST_CACHE_NUMBER"] = str(PROCESS)
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's own loop runs in the test's thread.

from accelerator.embedded import servers  # noqa: E402  (reads the state directory from the environment)

servers.ensure_running()
