"""Files in storage that no row names: what an interrupted upload, report or removal leaves."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.files.storage import Storage
from django.utils import timezone

# Longer than any transaction that writes a file before its row.
ORPHAN_AGE = timedelta(hours=1)


def remove_unnamed(storage: Storage, folder: str, named: Callable[[], set[str]]) -> int:
    """Delete the old files under `folder` that `named` does not hold; how many went.

    `named` is asked after the files are listed, so that what is stored meanwhile stays.
    """
    found = _files(storage, folder)
    kept = named()
    before = timezone.now() - ORPHAN_AGE
    gone = 0
    for path in found:
        if path not in kept and _older(storage, path, before):
            storage.delete(path)
            gone += 1
    return gone


def _files(storage: Storage, folder: str) -> list[str]:
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return []
    inner = (path for name in folders for path in _files(storage, f"{folder}/{name}"))
    return [*(f"{folder}/{name}" for name in names), *inner]


def _older(storage: Storage, path: str, before: datetime) -> bool:
    try:
        return storage.get_modified_time(path) < before
    except FileNotFoundError:
        return False
