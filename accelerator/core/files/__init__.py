"""Inspection of an uploaded file: no database, no models, no settings.

A file is hostile until its ending, its first bytes and a real parse agree. `inspect` answers with
the bytes that may be stored, or raises `FileRefused` with a sentence for the person uploading.
"""

from accelerator.core.files.inspection import InspectedFile, inspect
from accelerator.core.files.kinds import ACCEPTED, Kind, accept_attribute, accepted_label
from accelerator.core.files.names import safe_display_name
from accelerator.core.files.refusals import DEFAULT_LIMITS, FileRefused, Limits
from accelerator.core.files.scanner import scan_with_clamd

__all__ = [
    "ACCEPTED",
    "DEFAULT_LIMITS",
    "FileRefused",
    "InspectedFile",
    "Kind",
    "Limits",
    "accept_attribute",
    "accepted_label",
    "inspect",
    "safe_display_name",
    "scan_with_clamd",
]
