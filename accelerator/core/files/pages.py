"""One page of a stored PDF as a picture and its words, drawn in a process of its own.

PDFium is native code that reads hostile bytes, so it runs in a short-lived child with bounded
memory, time and output; a crash there is "cannot be shown", never a crash of the site. The child
is this very file, run by its path.
"""

import json
import math
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SECONDS = 15
MEMORY = 1024 * 1024 * 1024
WIDTH = 1400  # pixels across a drawn page
MAX_PIXELS = 6_000_000
MAX_TEXT = 20_000
MAX_OUTPUT = 24 * 1024 * 1024
MAX_PAGES = 500


class PageNotShown(Exception):
    """The page could not be drawn within the limits."""


@dataclass(frozen=True)
class Page:
    """One drawn page. `count` is how many pages the file has; `png` is empty beyond the last."""

    count: int
    png: bytes
    text: str


def draw_page(stream: IO[bytes], number: int) -> Page:
    """Page `number` (from 1) of the PDF in `stream`. Raises PageNotShown."""
    command = [sys.executable, "-I", str(Path(__file__).resolve()), str(number)]
    try:
        done = subprocess.run(
            command, input=stream.read(), capture_output=True, timeout=SECONDS + 5, env={}
        )
    except subprocess.TimeoutExpired as error:
        raise PageNotShown("it took too long") from error
    head, newline, png = done.stdout[:MAX_OUTPUT].partition(b"\n")
    if done.returncode or not newline:
        raise PageNotShown(f"the child ended with {done.returncode}")
    said = json.loads(head)
    return Page(said["count"], png, said["text"])


def _limit() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # macOS knows this limit and refuses to set it.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _scale(width: float, height: float) -> float:
    return min(WIDTH / width, math.sqrt(MAX_PIXELS / (width * height)))


def _main(number: int) -> None:
    # Imported here, so that PDFium is loaded in the child alone.
    import pypdfium2

    _limit()
    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    document.init_forms()
    count = len(document)
    head, picture = {"count": count, "text": ""}, None
    if 1 <= number <= count:
        page = document[number - 1]
        picture = page.render(scale=_scale(*page.get_size())).to_pil()
        head["text"] = page.get_textpage().get_text_bounded()[:MAX_TEXT]
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    if picture:
        picture.save(sys.stdout.buffer, format="PNG")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    _main(int(sys.argv[1]))
