"""What the embedded servers need when root starts them.

PostgreSQL refuses to run as root, and the user it runs as cannot enter a private clone or home
folder. So programs, data and sockets go below `/var/lib/impact-accelerator`, and no permission of
any folder that existed before is changed.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

STATE = Path("/var/lib/impact-accelerator")
ACCOUNT = "accelerator-db"


class RootError(RuntimeError):
    """Root cannot hand the servers to another user; the message is one line with the remedy."""


def prepare(var: Path, state: Path, run: Path) -> None:
    """Make the folders of one state directory; data and sockets belong to the servers' user."""
    for folder in (STATE, state):
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        folder.chmod(0o711)
    _check_reachable(STATE)
    uid, gid = owner(run)
    for folder in (run, state / "redis"):
        _private_folder(folder, uid, gid)
    note = var / "postgres-is-in"
    if not note.exists():
        note.write_text(
            f"{state}\nStarted by root, PostgreSQL and Redis keep their data there, under a user "
            "of their own.\n"
        )


def owner(folder: Path) -> tuple[int, int]:
    """The (uid, gid) the servers run as: the folder's owner, else the account made for them."""
    if folder.exists() and folder.stat().st_uid != 0:
        found = folder.stat()
        return found.st_uid, found.st_gid
    entry = _account(ACCOUNT) or _create_account() or _account("nobody")
    if entry is None:
        raise RootError(
            "There is no user that PostgreSQL could run as. "
            f"Create one called {ACCOUNT}, or do not run as root."
        )
    return entry.pw_uid, entry.pw_gid


def copy_of(package: Path) -> Path:
    """A copy of a wheel's programs that every user may run; made once for each version."""
    versioned = next(package.parent.glob(f"{package.name}-*.dist-info"), None)
    key = versioned.name if versioned else hashlib.sha256(os.fsencode(package)).hexdigest()[:16]
    target = STATE / f"programs-{key.removesuffix('.dist-info')}"
    if target.exists():
        return target / package.name
    with tempfile.TemporaryDirectory(dir=STATE, prefix="copying-") as scratch:
        fresh = Path(scratch) / "programs"
        for source in (package, package.with_name(f"{package.name}.libs")):
            if source.exists():
                shutil.copytree(source, fresh / source.name, symlinks=True, ignore=_not_needed)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                runnable = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if runnable else 0o644)
        try:
            fresh.rename(target)
        except OSError:
            # Another process was quicker; its copy is the same.
            if not target.exists():
                raise
    return target / package.name


def _not_needed(folder: str, names: list[str]) -> set[str]:
    unused = {"__pycache__", "include", "pginstall"} & set(names)
    return unused | {name for name in names if name.endswith((".py", ".a"))}


def _private_folder(folder: Path, uid: int, gid: int) -> None:
    if not folder.exists():
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, gid)


def _account(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create_account() -> pwd.struct_passwd | None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        return None
    command = [program, "--system", "--user-group", "--no-create-home"]
    command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", ACCOUNT]
    subprocess.run(command, capture_output=True, check=False)
    return _account(ACCOUNT)


def _check_reachable(folder: Path) -> None:
    for parent in folder.parents:
        if not parent.stat().st_mode & 0o001:
            raise RootError(
                f"Only root may enter {parent}, so PostgreSQL cannot run below it. "
                "Run as an ordinary user, or set DATABASE_URL and REDIS_URL."
            )
