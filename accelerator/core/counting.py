"""How many requests were answered, by route, method and status, across all web processes.

Each process writes its own counts to a file of its own; those of one server (of one parent
process) are added up when asked, the ended processes' too, so that no number ever falls.
"""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accelerator.core.middleware import View, route_name

Counted = tuple[str, str, int]
_counts: Counter[Counted] = Counter()
_lock = Lock()


def count_requests(get_response: View) -> Callable[[HttpRequest], HttpResponse]:
    """Count each answer while METRICS_TOKEN is set, that is, while somebody may ask."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if settings.METRICS_TOKEN:
            with _lock:
                _counts[route_name(request), request.method or "", response.status_code] += 1
                _write()
        return response

    return middleware


def counted() -> Counter[Counted]:
    """The counts of all processes of this server: (route, method, status) → requests."""
    total: Counter[Counted] = Counter()
    for path in _folder().glob("*.json"):
        for route, method, status, count in json.loads(path.read_text()):
            total[route, method, status] += count
    return total


def _folder() -> Path:
    return Path(tempfile.gettempdir()) / f"accelerator-requests-{os.getuid()}-{os.getppid()}"


def _write() -> None:
    folder = _folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    fresh = folder / f"{os.getpid()}.new"
    fresh.write_text(json.dumps([[*key, count] for key, count in _counts.items()]))
    fresh.replace(folder / f"{os.getpid()}.json")
