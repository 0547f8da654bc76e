"""Read a file of practice cases (YAML) and say precisely what is wrong with a broken one."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from calibration.rules.practice_file import TEXTS, problems_of, strangers

MAX_BYTES = 1_000_000


class PracticeFileError(Exception):
    """A file that cannot be used; `str()` gives one line for each problem."""


@dataclass(frozen=True)
class PracticeFile:
    """`framework` as "key@version"; `cases` are dictionaries of the keys in TEXTS, all text."""

    framework: str
    cases: list[dict[str, str]]


def read_practice(path: Path) -> PracticeFile:
    """The cases of the file at `path`, checked in themselves. Raises PracticeFileError."""
    data = _load(path)
    _stop_at(path, problems_of(data))
    return PracticeFile(
        str(data["framework"]),
        [{key: case[key].strip() for key in TEXTS} for case in data["cases"]],
    )


def check_against(path: Path, found: PracticeFile, *, criteria: set[str], levels: set[str]) -> None:
    """Whether every case names a criterion and levels of the framework. PracticeFileError."""
    _stop_at(path, strangers(found.cases, found.framework, criteria=criteria, levels=levels))


def _load(path: Path) -> dict:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PracticeFileError(f"{path.name}: larger than {MAX_BYTES} bytes")
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PracticeFileError(f"{path.name}: cannot be opened ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise PracticeFileError(f"{path.name}: is not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise PracticeFileError(f"{path.name}: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict):
        raise PracticeFileError(f"{path.name}: framework and cases are expected")
    return data


def _stop_at(path: Path, problems: list[str]) -> None:
    if problems:
        raise PracticeFileError("\n".join(f"{path.name}: {problem}" for problem in problems))
