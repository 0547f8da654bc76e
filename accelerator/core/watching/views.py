from collections.abc import Iterator
from secrets import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from accelerator.core.counting import counted
from accelerator.core.watching import queries

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def _has_token(request: HttpRequest) -> bool:
    """One of METRICS_TOKEN, in which commas part the new one from those of before."""
    given = request.headers.get("Authorization", "").encode()
    tokens = filter(None, map(str.strip, settings.METRICS_TOKEN.split(",")))
    return any(compare_digest(given, f"Bearer {token}".encode()) for token in tokens)


@require_safe
@login_not_required
def degraded(request: HttpRequest) -> HttpResponse:
    """Each part and what is wrong with it, the degraded ones named. For staff and the token."""
    if not _has_token(request) and not getattr(request.user, "is_staff", False):
        raise Http404
    parts = queries.degraded()
    return JsonResponse(
        parts | {"degraded": [name for name, said in parts.items() if said != "ok"]}
    )


@require_safe
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format, for the bearer of METRICS_TOKEN; 404 for everybody else."""
    if not _has_token(request):
        raise Http404
    return HttpResponse("".join(f"{line}\n" for line in _lines()), content_type=CONTENT_TYPE)


def _lines() -> Iterator[str]:
    yield "# TYPE accelerator_requests_total counter"
    for (route, method, status), count in sorted(counted().items()):
        labels = f'route="{route}",method="{method}",status="{status}"'
        yield f"accelerator_requests_total{{{labels}}} {count}"
    jobs = queries.jobs_by_state()
    yield "# TYPE accelerator_degraded gauge"
    for name, said in queries.degraded().items():
        yield f'accelerator_degraded{{part="{name}"}} {int(said != "ok")}'
    yield "# TYPE accelerator_jobs gauge"
    for state, (count, _) in jobs.items():
        yield f'accelerator_jobs{{state="{state}"}} {count}'
    yield "# TYPE accelerator_jobs_oldest_seconds gauge"
    for state, (_, seconds) in jobs.items():
        yield f'accelerator_jobs_oldest_seconds{{state="{state}"}} {seconds:.0f}'
    for name, value in queries.outbox().items():
        metric = (
            "accelerator_outbox_oldest_seconds"
            if name == "oldest"
            else f"accelerator_outbox_{name}"
        )
        yield f"# TYPE {metric} gauge"
        yield f"{metric} {value:.0f}"
    yield "# TYPE accelerator_queue_tasks gauge"
    for name, length in queries.queues().items():
        if length is not None:
            yield f'accelerator_queue_tasks{{queue="{name}"}} {length}'
