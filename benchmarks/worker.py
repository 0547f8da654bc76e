"""A process that makes heat-map reports, as the Celery worker does.

Run with an assessment's id and `once`, it makes one report and ends. Without `once` it warms up,
then answers each line on its input with one line of JSON: `render` with the seconds and the
processor's seconds it took, `memory` with its resident and its highest resident bytes.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path


def reports(assessment_id: int) -> Callable[[], bytes]:
    """Makes the report of the assessment, from its context, each time it is called."""
    import django

    django.setup()
    from accelerator.pdf import render_report

    context = context_of(assessment_id)
    return lambda: render_report("assessments/pdf/heatmap_report.html", context)


def context_of(assessment_id: int) -> dict:
    from assessments.access import ASSESSMENTS
    from assessments.heatmap import grid_of
    from assessments.services.report import report_context

    assessment = ASSESSMENTS.select_related("framework", "started_by").get(pk=assessment_id)
    ratings = assessment.ratings.with_evidence().by_criterion()
    return report_context(assessment, grid_of(assessment, ratings), ratings, assessment.started_by)


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def serve(render: Callable[[], bytes]) -> None:
    from accelerator.pdf import warm_up

    warm_up()
    render()
    for line in sys.stdin:
        if line.strip() == "memory":
            highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            answer = {"resident": resident(), "highest": highest}
        else:
            wall, processor = time.perf_counter(), time.process_time()
            size = len(render())
            answer = {
                "seconds": time.perf_counter() - wall,
                "processor": time.process_time() - processor,
                "bytes": size,
            }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    make = reports(int(sys.argv[1]))
    if "once" in sys.argv:
        make()
    else:
        serve(make)
