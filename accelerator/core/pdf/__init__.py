"""PDF documents from Django templates. The only importer of WeasyPrint and of pikepdf.

A document may use two kinds of resource and no other: `static:` (a file of the static
files) and `data:`. Anything else stops the rendering with `ResourceRefused`.

A template may write `<!-- part -->` where a new page begins. A worker that was warmed up draws
such a document in two processes and joins the two files.
"""

from accelerator.core.pdf.drawing import (
    cool_down,
    render_pdf,
    render_report,
    start_partner,
    stop_partner,
    warm_up,
)
from accelerator.core.pdf.resources import ResourceRefused, StaticOnlyFetcher, static_file

__all__ = [
    "ResourceRefused",
    "StaticOnlyFetcher",
    "cool_down",
    "render_pdf",
    "render_report",
    "start_partner",
    "static_file",
    "stop_partner",
    "warm_up",
]
