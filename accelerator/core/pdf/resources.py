"""What a PDF document may use: `static:` (a file of the static files), `data:`, and no other."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import SuspiciousFileOperation
from weasyprint.urls import URLFetcher, URLFetcherResponse

# Documents carry their own base, so that a relative address reaches the fetcher and is
# refused there; without a base WeasyPrint drops it with a line in the log.
BASE_URL = "static:"


class ResourceRefused(Exception):
    """A document asked for something outside the static files, or not among them."""


class StaticOnlyFetcher(URLFetcher):
    """Serves `static:` and `data:` addresses; every other address stops the rendering.

    `refusal` keeps the first ResourceRefused.
    """

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False, fail_on_errors=True)
        self.refusal: ResourceRefused | None = None

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The resource at `url`. Raises ResourceRefused."""
        try:
            return self._serve(url, headers)
        except ResourceRefused as refusal:
            self.refusal = self.refusal or refusal
            raise

    def _serve(self, url: str, headers: Mapping[str, str] | None) -> URLFetcherResponse:
        scheme, _, rest = url.partition(":")
        match scheme.lower():
            case "static":
                path = static_file(unquote(rest))
                kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
                return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})
            case "data":
                try:
                    return super().fetch(url, headers)
                except ValueError as error:
                    raise ResourceRefused(f"Not a data: address: {url[:200]}") from error
        raise ResourceRefused(f"Only static: and data: resources are allowed, not {url[:200]}")


def static_file(name: str) -> Path:
    """The real path of the static file `name` ("css/pdf.css").

    Looks in the source folders first (development), then among the collected files
    (production). Raises ResourceRefused for an absolute name, a name with `..`, a link
    that leads out of the static files, and a file that does not exist.
    """
    parts = PurePosixPath(name).parts
    if not parts or parts[0] == "/" or ".." in parts or "\\" in name or "\0" in name:
        raise ResourceRefused(f"Not the name of a static file: {name[:200]!r}")
    try:
        found = finders.find(name) or staticfiles_storage.path(name)
    except SuspiciousFileOperation as error:
        raise ResourceRefused(f"Outside the static files: {name[:200]!r}") from error
    path = Path(found).resolve()
    if not path.is_file():
        raise ResourceRefused(f"No such static file: {name[:200]!r}")
    if not any(path.is_relative_to(root) for root in _static_roots()):
        raise ResourceRefused(f"Outside the static files: {name[:200]!r}")
    return path


def _static_roots() -> Iterator[Path]:
    for finder in finders.get_finders():
        for storage in getattr(finder, "storages", {}).values():
            yield Path(storage.location).resolve()
    yield Path(staticfiles_storage.path("")).resolve()
