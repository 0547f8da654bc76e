"""What killed processes leave in the folder for temporary files: it may hold people's evidence.

Each container has a folder of its own, so the processes that share it look after it: every worker
when `tidy` reaches it, web processes and workers when they start.
"""

import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

# Longer than any request, report or letter takes.
OLD_SECONDS = 3600
# Uploads above 2.5 MB, fonts of a report; folders that name the process whose they are.
PASSING = re.compile(r"tmp\w+\.upload(\..*)?|weasyprint-\w+")
OF_PROCESS = re.compile(r"accelerator-(?:partner|requests-\d+)-(\d+)(?:-\w+)?")


def remove_leftovers() -> int:
    """Remove this account's old temporary files and those of processes that ended; how many."""
    before = time.time() - OLD_SECONDS
    return sum(_removed(path, before) for path in Path(tempfile.gettempdir()).iterdir())


def _removed(path: Path, before: float) -> bool:
    process = OF_PROCESS.fullmatch(path.name)
    if not process and not PASSING.fullmatch(path.name):
        return False
    with suppress(OSError):
        found = path.lstat()
        if found.st_uid != os.getuid() or found.st_mtime >= before:
            return False
        if process and _runs(int(process[1])):
            return False
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        return True
    return False


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
