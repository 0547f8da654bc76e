"""What a session remembers of its sign-in, and the audit trail of second factors."""

import time
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.db import transaction

from accelerator.core import audit
from accelerator.core.http import Request
from accelerator.core.recent import note_sign_in
from accelerator.models import User

LAST_USED = "last_used"  # seconds since 1970
SECOND_FACTOR = "second_factor"  # the number of the person who used it in this session
CHANGES = {
    signals.authenticator_added: "second_factor.added",
    signals.authenticator_removed: "second_factor.removed",
    signals.authenticator_reset: "second_factor.codes_made",
}


def connect() -> None:
    """Listen to allauth and Django (called once, from AppConfig.ready)."""
    user_logged_in.connect(begin_session)
    authentication_step_completed.connect(note_step)
    signals.authenticator_used.connect(note_second_factor)
    signals.authenticator_added.connect(note_second_factor)
    for change in CHANGES:
        change.connect(record_change)


def begin_session(request: Request, **_given: Any) -> None:
    request.session[LAST_USED] = int(time.time())
    note_sign_in(request)


def note_step(request: Request, **_given: Any) -> None:
    note_sign_in(request)


def note_second_factor(
    request: Request, user: User, authenticator: Authenticator, signal: Any, **_given: Any
) -> None:
    """Using one is proof, and so is setting one up; codes that were made are only paper."""
    made = signal is signals.authenticator_added
    if not (made and authenticator.type == Authenticator.Type.RECOVERY_CODES):
        request.session[SECOND_FACTOR] = user.pk


def record_change(user: User, authenticator: Authenticator, signal: Any, **_given: Any) -> None:
    with transaction.atomic():
        audit.record(user, CHANGES[signal], user, kind=authenticator.type)
