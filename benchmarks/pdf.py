"""The heat-map report: a warm worker against Chromium and against processes started for it."""

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from django.template.loader import render_to_string

from accelerator.core.pdf import static_file
from benchmarks.data import Sample
from benchmarks.processes import WORKER, Peak, WarmWorker, peak, seconds
from benchmarks.report import say, table, verdict
from benchmarks.worker import context_of

ROUNDS = 11
TARGET = 0.3
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync")
QUIET += ("--disable-background-networking", "--disable-component-update", "--disable-quic")
SHEET = re.compile(r'<link rel="stylesheet" href="static:([^"]*)">')
WARM, COLD = "warm worker", "process for each report"
CHROMIUM, PAGE = "Chromium for each report", "Chromium already running"


def browser() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def page_of(sample: Sample) -> str:
    """The report's HTML with its sheet inside and files where a browser finds them."""
    html = render_to_string("assessments/pdf/heatmap_report.html", context_of(sample.assessment))
    html = SHEET.sub(lambda link: f"<style>{static_file(link[1]).read_text()}</style>", html)
    return re.sub(
        r'url\("static:([^"]*)"\)', lambda found: f'url("{static_file(found[1]).as_uri()}")', html
    )


def run(sample: Sample) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        page = folder / "report.html"
        page.write_text(page_of(sample))
        worker = stack.enter_context(WarmWorker(sample.assessment))
        once = [*WORKER, str(sample.assessment), "once"]
        ways: dict[str, Callable[[], float]] = {
            WARM: lambda: worker.render()["seconds"],
            COLD: lambda: seconds(once),
        }
        if program := browser():
            ways[CHROMIUM] = lambda: seconds(chromium_command(program, folder, page))
            ways[PAGE] = running_chromium(stack, program, page)
            ways[CHROMIUM]()
        took: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, way in ways.items():
                way()  # what ran before leaves its own data in the processor's caches
                took[name].append(way())
        processor = median(worker.render()["processor"] for _ in range(ROUNDS))
        with Peak(worker.process_id) as family:
            ways[WARM]()
        held = {WARM: family.bytes, COLD: peak(once)}
        if program:
            held[CHROMIUM] = peak(chromium_command(program, folder, page))
            with Peak(os.getpid()) as family:
                ways[PAGE]()
            held[PAGE] = family.bytes
        show(took, held, processor)


def chromium_command(program: str, folder: Path, page: Path) -> list[str]:
    # A profile of its own each time: one organisation's report must find nothing of another's.
    return [
        program,
        *QUIET,
        f"--user-data-dir={tempfile.mkdtemp(dir=folder)}",
        "--no-pdf-header-footer",
        f"--print-to-pdf={folder / 'report.pdf'}",
        page.as_uri(),
    ]


def running_chromium(stack: ExitStack, program: str, page: Path) -> Callable[[], float]:
    """Prints the page in a new tab of a browser that runs until the stack closes."""
    from playwright.sync_api import sync_playwright

    playwright = stack.enter_context(sync_playwright())
    chromium = playwright.chromium.launch(executable_path=program, args=list(QUIET))
    stack.callback(chromium.close)

    def print_page() -> float:
        start = time.perf_counter()
        tab = chromium.new_page()
        tab.goto(page.as_uri())
        tab.pdf(prefer_css_page_size=True, print_background=True, tagged=True)
        tab.close()
        return time.perf_counter() - start

    print_page()
    return print_page


def show(took: dict[str, list[float]], held: dict[str, int], processor: float) -> None:
    base = median(took[WARM])
    table(
        f"Heat-map report, {ROUNDS} interleaved rounds",
        ("made by", "median s", "fastest s", "warm worker is", "peak MB"),
        (
            (
                name,
                f"{median(each):.3f}",
                f"{min(each):.3f}",
                f"{base / median(each):.2f}",
                f"{held[name] / 1e6:.0f}",
            )
            for name, each in took.items()
        ),
    )
    say(f"Processor time of the worker and of the process that draws with it: {processor:.3f} s")
    if CHROMIUM in took:
        verdict("Warm worker to Chromium's print-to-PDF", base / median(took[CHROMIUM]), TARGET)
    else:
        sys.stderr.write("Chromium is not installed, so there is nothing to compare with.\n")
