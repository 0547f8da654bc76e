"""A process that makes heat-map reports, as the Celery worker does.

Run with an assessment's id and `once`, it makes one report and ends. Without `once` it warms up,
then makes a report for each line on its input and answers with one line of JSON: the seconds it
took, and the processor's seconds in this process and in the one that draws with it.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.processes import family


def reports(assessment_id: int) -> Callable[[], bytes]:
    """Makes the report of the assessment, from its context, each time it is called."""
    import django

    django.setup()
    from accelerator.core.pdf import render_report

    context = context_of(assessment_id)
    return lambda: render_report("assessments/pdf/heatmap_report.html", context)


def context_of(assessment_id: int) -> dict:
    from assessments.access import ASSESSMENTS
    from assessments.rating.queries import grid_of
    from assessments.submission.queries import report_context

    assessment = ASSESSMENTS.select_related("framework", "started_by").get(pk=assessment_id)
    ratings = assessment.ratings.with_evidence().by_criterion()
    return report_context(assessment, grid_of(assessment, ratings), ratings, assessment.started_by)


def serve(render: Callable[[], bytes]) -> None:
    from accelerator.core.pdf import warm_up

    warm_up()
    render()
    for _line in sys.stdin:
        wall, processor = time.perf_counter(), processor_seconds()
        size = len(render())
        answer = {
            "seconds": time.perf_counter() - wall,
            "processor": processor_seconds() - processor,
            "bytes": size,
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def processor_seconds() -> float:
    """What this process and its children have used, from /proc: they are not waited for."""
    ticks = 0
    for pid in family(os.getpid()):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    make = reports(int(sys.argv[1]))
    if "once" in sys.argv:
        make()
    else:
        serve(make)
