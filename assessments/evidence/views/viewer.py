"""Evidence shown beside a form, in a frame that runs nothing and reaches nothing."""

import io
from typing import IO, TypeVar

import structlog
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accelerator.core.files.pages import MAX_PAGES, PageNotShown
from accelerator.core.files.plaintext import encoding_of
from accelerator.core.http import Request
from assessments.access import evidence_for
from assessments.evidence.queries.stored import open_verified, page_of
from assessments.models import Evidence
from assessments.rules.problems import EvidenceDamaged

log = structlog.get_logger(__name__)
MAX_TEXT_BYTES = 200_000
FRAME_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; frame-ancestors 'self'; "
    "sandbox allow-same-origin"
)

R = TypeVar("R", bound=HttpResponseBase)


def _framed(response: R) -> R:
    """What the site's own pages may frame, and where nothing runs."""
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
def evidence_view(request: Request, pk: str) -> HttpResponse:
    """One piece of evidence as a page without scripts, for a sandboxed frame. `?page=` of a PDF."""
    piece = evidence_for(request.user, "evidence.view", pk)
    context = {"evidence": piece, "shows_as": piece.shows_as}
    try:
        if piece.shows_as == "pdf":
            context |= _pdf_context(piece, request.GET.get("page", "1"))
            context["wide"] = request.GET.get("wide") == "1"
        elif piece.shows_as == "text":
            context |= _text_context(piece)
    except EvidenceDamaged as error:
        log.error("evidence_damaged", evidence=str(piece.pk), error=str(error))
        context["shows_as"] = "damaged"
    except PageNotShown as error:
        log.warning("evidence_not_shown", evidence=str(piece.pk), error=str(error))
        context["shows_as"] = "not_shown"
    return _framed(render(request, "assessments/evidence_view.html", context))


def _pdf_context(piece: Evidence, asked: str) -> dict:
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0
    if not 1 <= number <= MAX_PAGES:
        raise Http404
    drawn = page_of(piece, number)
    last = min(drawn.count, MAX_PAGES)
    if number > last:
        raise Http404
    return {
        "number": number,
        "count": drawn.count,
        "last": last,
        "previous": number - 1,
        "following": number + 1 if number < last else None,
        "text": drawn.text.strip(),
    }


def _text_context(piece: Evidence) -> dict:
    with open_verified(piece) as stream:
        encoding = encoding_of(stream)
        stream.seek(0)
        content = stream.read(MAX_TEXT_BYTES + 1)
    cut = len(content) > MAX_TEXT_BYTES
    text = content[:MAX_TEXT_BYTES].decode(encoding, errors="ignore")
    return {"text": text.removeprefix("\ufeff"), "cut": cut}


@require_safe
def evidence_page(request: Request, pk: str, number: int) -> FileResponse:
    """A page of a PDF as a PNG; a picture is its own page 1. Anything else is not there."""
    piece = evidence_for(request.user, "evidence.view", pk)
    content: IO[bytes]
    try:
        if piece.shows_as == "picture" and number == 1:
            content, media_type = open_verified(piece), piece.media_type
        elif piece.shows_as == "pdf" and 1 <= number <= MAX_PAGES:
            drawn = page_of(piece, number)
            content, media_type = io.BytesIO(drawn.png), "image/png"
            if not drawn.png:
                raise Http404
        else:
            raise Http404
    except (EvidenceDamaged, PageNotShown) as error:
        log.error("evidence_not_shown", evidence=str(piece.pk), error=str(error))
        raise Http404 from error
    return _framed(FileResponse(content, content_type=media_type))
