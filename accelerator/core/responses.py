from django.http import FileResponse

from accelerator.core.text import plain_name


def private_file(file, *, filename: str, media_type: str) -> FileResponse:
    """A stored file as an attachment that no browser runs, sniffs, frames or keeps."""
    name = plain_name(filename)
    response = FileResponse(file, as_attachment=True, filename=name, content_type=media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
