"""Hostile files are opened in a process of its own, which the kernel keeps within limits."""

import io
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from accelerator.core.files import DEFAULT_LIMITS, FileRefused, apart, inspect
from accelerator.core.files.refusals import MEGABYTE
from accelerator.core.files.results import Cleaned
from tests.factories import files as made

WATCHED = """
import sys
from pathlib import Path
from accelerator.core.files import DEFAULT_LIMITS, child, parsing
child._limit(DEFAULT_LIMITS)
upload, target = (open(name, "r+b") for name in sys.argv[1:])
kind, size = Path(sys.argv[1]).suffix[1:], Path(sys.argv[1]).stat().st_size
files = upload.fileno(), target.fileno()
print(child._said(parsing.answer, *files, DEFAULT_LIMITS, kind=kind, size=size))
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""
SITE = """
import io, time
from accelerator.core.files import apart, inspect
inspect(io.BytesIO(b"words"), "a.txt").close()
print(apart._child._process.pid, flush=True)
time.sleep(60)
"""


def refusal(content: bytes, name: str, **options: object) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        inspect(io.BytesIO(content), name, **options)
    return caught.value


def idle() -> int:
    """The process id of the child that waits for files."""
    inspect(io.BytesIO(b"words"), "a.txt").close()
    return apart._child._process.pid


def test_a_small_picture_of_many_pixels_is_refused_by_its_header() -> None:
    bomb = made.webp_bomb()
    assert len(bomb) < 2000
    started = time.monotonic()
    for _ in range(45):
        assert refusal(bomb, "a.webp").code == "too-many-pixels"
    assert time.monotonic() - started < 10


@pytest.mark.slow
def test_a_pdf_of_countless_arrays_ends_in_time() -> None:
    idle()
    started = time.monotonic()
    refused = refusal(made.pdf_of_arrays(), "a.pdf")
    assert refused.code == "too-heavy"
    assert "takes too long" in refused.message
    assert time.monotonic() - started < 2 * DEFAULT_LIMITS.max_seconds + 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "size"),
    [("JPEG", (7300, 5475)), ("PNG", (4000, 3000)), ("TIFF", (4000, 3000)), ("WEBP", (2300, 1730))],
)
def test_the_largest_pictures_fit_into_the_memory(
    form: str, size: tuple[int, int], tmp_path: Path
) -> None:
    upload, target = tmp_path / f"a.{form.lower()}", tmp_path / "target"
    upload.write_bytes(made.picture(form, size, exif=made.leaky_exif(orientation=6)))
    target.touch()
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, upload, target], capture_output=True, check=True
    )
    said, peak = done.stdout.decode().splitlines()
    assert "pixels" in said
    assert int(peak) * 1024 < 150 * MEGABYTE


def test_what_takes_more_memory_is_refused() -> None:
    picture = made.picture("PNG", (3000, 2000))
    limits = replace(DEFAULT_LIMITS, max_memory=40 * MEGABYTE)
    assert refusal(picture, "a.png", limits=limits).code == "too-heavy"
    inspect(io.BytesIO(picture), "a.png").close()


def test_a_child_that_was_killed_is_started_again() -> None:
    os.kill(idle(), signal.SIGKILL)
    with suppress(FileRefused):
        inspect(io.BytesIO(b"words"), "a.txt").close()
    inspect(io.BytesIO(b"words"), "a.txt").close()


@pytest.mark.slow
def test_nothing_is_left_when_the_site_is_killed() -> None:
    site = subprocess.Popen([sys.executable, "-c", SITE], stdout=subprocess.PIPE, cwd=apart.ROOT)
    child = int(site.stdout.readline())
    site.kill()
    site.wait()
    site.stdout.close()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and not is_dead(child):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_dead(process: int) -> bool:
    """Whether it ended, and only its entry is left for whoever adopted it."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


@pytest.mark.parametrize("answer", [b"", b"nonsense", b"[]", b'{"refused": "x", "details": {}}'])
def test_a_child_that_answers_nonsense_refuses_the_file(answer: bytes) -> None:
    with pytest.raises(FileRefused, match="too-heavy"):
        apart._understood(answer)


def test_what_a_child_wrote_is_still_of_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    def write_a_page(_stream, target, *_args) -> Cleaned:
        target.write(b"<script>")
        return Cleaned(("png",), (1, 1))

    monkeypatch.setattr(apart, "look", write_a_page)
    assert refusal(made.picture("PNG"), "a.png").code == "wrong-content"
