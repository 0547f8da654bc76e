"""Recognise what the database refused by the constraint's name, never by the error's text."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction


def violated(error: IntegrityError) -> str:
    """The name of the constraint that a statement broke; "" where the database names none.

    A trigger names one too: `RAISE … USING ERRCODE = 'check_violation', CONSTRAINT = '…'`.
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


@contextmanager
def refused_as(constraint: str, problem: type[Exception]) -> Iterator[None]:
    """A step of its own, undone where it fails; that it breaks `constraint` rises as `problem`."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if violated(error) != constraint:
            raise
        raise problem from error
