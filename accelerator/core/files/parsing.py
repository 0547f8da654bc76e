"""What is done to the hostile bytes themselves: by `apart`'s child only, within its limits."""

from dataclasses import asdict
from typing import IO

from accelerator.core.files import office, ole2, pdf, pictures, plaintext
from accelerator.core.files.kinds import ACCEPTED, Kind
from accelerator.core.files.refusals import Limits
from accelerator.core.files.results import Cleaned


def answer(stream: IO[bytes], target: IO[bytes], limits: Limits, *, kind: str, size: int) -> dict:
    """As `parse`, for `child`."""
    cleaned = parse(stream, target, size, ACCEPTED[kind], limits)
    return {"cleaned": asdict(cleaned) if cleaned else None}


def parse(
    stream: IO[bytes], target: IO[bytes], size: int, kind: Kind, limits: Limits
) -> Cleaned | None:
    """Refuse what `kind` may not be; the bytes to store instead go to `target`, as Cleaned says.

    None: the bytes of `stream` (`size` of them) may be stored as they are.
    """
    stream.seek(0)
    match kind.family:
        case "pdf":
            pdf.check(stream, limits)
        case "ooxml":
            return office.check_openxml(stream, target, size, kind, limits)
        case "odf":
            office.check_opendocument(stream, size, kind, limits)
        case "ole2":
            ole2.check(stream, size, kind)
        case "picture":
            return pictures.reencode(stream, target, kind, limits)
        case "text":
            plaintext.check(stream, kind)
    return None
