"""Shows what an embedded server logs, and ends when the server no longer answers.

Run under the supervisor (`python -m accelerator.embedded.watch postgres`), so that one output
shows everything and the site does not go on without its database.
"""

import sys
import time
from collections.abc import Iterator
from typing import BinaryIO

from accelerator.embedded.keeper import answers
from accelerator.embedded.servers import place

POLL_SECONDS = 0.5
PATIENCE = 6


def new_lines(log: BinaryIO) -> Iterator[str]:
    for line in log:
        yield line.decode(errors="replace").rstrip()


def watch(server: str) -> int:
    """Follow the log; 1 once the server was silent for three seconds."""
    spot = place()
    silent = 0
    with spot.log(server).open("rb") as log:
        log.seek(0, 2)
        while silent < PATIENCE:
            for line in new_lines(log):
                print(line, flush=True)
            silent = 0 if answers(server, spot.run) else silent + 1
            time.sleep(POLL_SECONDS)
    print(f"{server} no longer answers; its log is {spot.log(server)}.", flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(watch(sys.argv[1]))
