#!/usr/bin/env python
"""Run a Django command, with the embedded PostgreSQL and Redis when none are configured."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accelerator.settings")
    from accelerator.embedded import servers

    try:
        servers.ensure_running()
    except servers.EmbeddedError as error:
        sys.exit(str(error))

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
