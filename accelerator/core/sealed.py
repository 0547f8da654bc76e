"""Secrets that the database holds encrypted, so that a copy of it opens nothing by itself."""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def _keys() -> MultiFernet:
    """From SECRET_KEY; its fallbacks are for reading only."""
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"sealed:{key}".encode()).digest()))
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def seal(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises InvalidToken where none of the keys made it."""
    return _keys().decrypt(sealed.encode()).decode()


def seal_afresh(sealed: str) -> str:
    """The same under today's key, whichever of the keys it was under."""
    return _keys().rotate(sealed.encode()).decode()
