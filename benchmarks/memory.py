"""Whether a worker's memory stays flat over three hundred reports."""

from benchmarks.data import Sample
from benchmarks.processes import WarmWorker, held
from benchmarks.report import say, table

STEPS = (50, 100, 200, 300)


def run(sample: Sample) -> None:
    megabytes, made = {}, 0
    with WarmWorker(sample.assessment) as worker:
        for count in STEPS:
            while made < count:
                worker.render()
                made += 1
            megabytes[count] = held(worker.process_id) / 1e6
    table(
        "Memory of one worker after so many reports",
        ("reports", "MB", "to the first"),
        (
            (str(count), f"{mb:.0f}", f"{mb / megabytes[STEPS[0]]:.2f}")
            for count, mb in megabytes.items()
        ),
    )
    growth = (megabytes[STEPS[-1]] - megabytes[STEPS[0]]) / (STEPS[-1] - STEPS[0]) * 1000
    say(f"Growth from the {STEPS[0]}th to the {STEPS[-1]}th report: {growth:.0f} kB a report")
