"""One migrated database, made once, of which each test process copies its own."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
LOCK = 7_201_985  # an advisory lock of the server's: one process makes it, the others wait


def migrated_template() -> str:
    """The name of a database with every migration applied; made unless it is there already."""
    name = f"test_template_{digest()}"
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test_template_%%'")
        found = {row[0] for row in cursor.fetchall()}
        if name not in found:
            for old in found:
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
            making = migrated(f"making_{name}")
            cursor.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')
    return name


def migrated(name: str) -> str:
    """Create the database `name` and migrate it; the connection then points where it did."""
    there, asked = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()
    finally:
        connection.settings_dict["TEST"]["NAME"] = asked
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = there
    return name


def digest() -> str:
    """Of all that a migrated database depends on: our migrations and the packages' versions."""
    files = [*sorted(ROOT.glob("*/migrations/*.py")), ROOT / "requirements.lock"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
