"""Recognise what the database refused by the constraint's name, never by the error's text."""

from django.db import IntegrityError


def violated(error: IntegrityError) -> str:
    """The name of the constraint that a statement broke; "" where the database names none.

    A trigger names one too: `RAISE … USING ERRCODE = 'check_violation', CONSTRAINT = '…'`.
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
