"""How long a process waits for a locked row, and for one query."""

from django.db import connections


def limit_waiting(*, lock: float, statement: float) -> None:
    """Connections made from now on give up after so many seconds; what the operator asked for wins.

    Pages and workers call this at their start. A migration or another command never does.
    """
    options = connections.settings["default"]["OPTIONS"]
    limits = {"lock_timeout": lock, "statement_timeout": statement}
    ours = " ".join(f"-c {name}={seconds * 1000:.0f}" for name, seconds in limits.items())
    options["options"] = f"{ours} {options.get('options', '')}".strip()
