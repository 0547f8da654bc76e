"""Spreadsheets that people upload, CSV or Excel workbook: headings and rows of text, or a refusal.

No database, no models, no settings. The bytes are hostile until proved otherwise: they are opened
in a process of their own with limits (`core.files.apart`), and what it says is checked again.
"""

from accelerator.core.sheets.reading import read
from accelerator.core.sheets.refusals import SheetRefused
from accelerator.core.sheets.values import ACCEPT, Caps, Row, Sheet, letter

__all__ = ["ACCEPT", "Caps", "Row", "Sheet", "SheetRefused", "letter", "read"]
