"""Python in another process, with an environment of its own, as a deployment would start it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "q7vW2k9ZxT4mB8nL1cR6yH3jF5dS0aPoUiEwGtKzXbNvMqLrJs",
    "ALLOWED_HOSTS": "accelerator.example.org",
    "SITE_URL": "https://accelerator.example.org",
    "DATABASE_URL": "postgres://accelerator:secret@127.0.0.1:9/accelerator",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "EVIDENCE_ROOT": "/tmp/accelerator-files",
    "EMAIL_URL": "smtp+tls://user:secret@127.0.0.1:9",
    "DEFAULT_FROM_EMAIL": "Impact Accelerator <accelerator@example.org>",
}
KEPT = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR")


def run_python(
    *arguments: str, environ: dict[str, str], seconds: float = 60
) -> subprocess.CompletedProcess:
    """`python ARGUMENTS` in the project with only `environ` set; output as text."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={key: os.environ[key] for key in KEPT if key in os.environ}
        | {"DJANGO_SETTINGS_MODULE": "accelerator.settings"}
        | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
