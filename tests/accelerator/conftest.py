"""Workers, and PDF files of pages that a test writes."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from accelerator.core.pdf import render_pdf
from tests.worker import broker, worker

__all__ = ["broker", "worker"]


@pytest.fixture
def render_page(settings, tmp_path: Path) -> Callable[..., bytes]:
    """The PDF file of a template's words: `render_page("<p>{{ x }}", {"x": 1}, title="Page")`."""
    settings.TEMPLATES = [
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [tmp_path]}
    ]

    def render(page: str, context: dict[str, Any] | None = None, **about: str) -> bytes:
        name = f"page-{len(list(tmp_path.iterdir()))}.html"  # Django keeps read templates
        (tmp_path / name).write_text(page)
        created = datetime(2026, 11, 21, 10, 14, tzinfo=UTC)
        return render_pdf(name, context or {}, **{"title": "Page", "created": created} | about)

    return render
