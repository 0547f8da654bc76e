"""`python -m benchmarks pdf|memory|web|all|faults|waits|hostile`: one run, on servers of its own.

`all` is what has a time to compare: pdf, memory and web. `faults` kills servers, so it has a
run alone; `waits` is its last part, and `hostile` needs none. They end with 1 where a goal is
missed.
"""

import argparse
import logging
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

PARTS = ("pdf", "memory", "web")


def environment(var: str) -> dict[str, str]:
    """The settings of production, over the embedded servers of a state directory."""
    from accelerator.embedded import servers

    return {
        "ACCELERATOR_VAR": var,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "ENVIRONMENT": "production",
        "SECRET_KEY": "only-for-a-benchmark-on-this-machine-0123456789",
        "ALLOWED_HOSTS": "localhost",
        "SITE_URL": "https://localhost",
        "EMAIL_URL": "dummymail://",
        "DEFAULT_FROM_EMAIL": "nobody@localhost",
        "EVIDENCE_ROOT": f"{var}/files",
        "DATABASE_URL": servers.database_url(var),
        "REDIS_URL": servers.redis_url(var),
        "CACHE_URL": servers.cache_url(var),
        "DEMO_MODE": "0",
    }


def main() -> int:
    from accelerator.embedded import servers

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("part", choices=(*PARTS, "all", "faults", "waits", "hostile"))
    chosen = parser.parse_args().part

    var = tempfile.mkdtemp(prefix="accelerator-benchmarks-")
    try:
        os.environ.update(environment(var))
        Path(var, "static").mkdir()
        if chosen == "hostile":
            return open_hostile_files()
        if chosen in ("faults", "waits"):
            return break_things(Path(var), killing=chosen == "faults")
        servers.ensure_running(var, {})
        measure(PARTS if chosen == "all" else (chosen,))
    except servers.EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        servers.release(var, wait=20)
        place = servers.place(var)
        for folder in (place.state, place.run, place.var):
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def begin() -> None:
    """Say where and when, with Django ready."""
    import django

    django.setup()
    # gunicorn and the workers log as in production; here the figures stand alone.
    logging.disable(logging.WARNING)
    from benchmarks.report import say

    say(
        f"{time.strftime('%d %B %Y')}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}"
    )


def break_things(var: Path, *, killing: bool) -> int:
    begin()
    from benchmarks import data, faults

    return 0 if faults.run(var, data.load, killing=killing) else 1


def open_hostile_files() -> int:
    begin()
    from benchmarks import hostile

    return 0 if hostile.run() else 1


def measure(parts: tuple[str, ...]) -> None:
    begin()
    from benchmarks import data, memory, pdf, web
    from benchmarks.report import say

    sample = data.load()
    for part in parts:
        {"pdf": pdf, "memory": memory, "web": web}[part].run(sample)
    say(f"Load at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    sys.exit(main())
