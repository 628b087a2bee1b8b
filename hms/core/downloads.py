"""Answers that carry a stored file, with headers that make it harmless."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404

# No script, no style, no frame: whatever the bytes are, a browser may show or save them and nothing else.
FILE_POLICY = "default-src 'none'; sandbox"
# Shown in the browser; everything else is saved.
INLINE = {"image/jpeg", "image/png", "application/pdf"}


def stored_file(key: str, name: str, content_type: str, *, size: int | None = None, save: bool = False) -> FileResponse:
    """Stream a stored file through the application, whatever kind of storage it lies in.

    Args:
        key: in the default storage.
        name: what the browser calls it.
        content_type: as it was found when the file was checked, never what a sender claimed.
        size: in bytes, when known.
        save: offer it for saving although the browser could show it.

    Raises:
        Http404: when the storage has no such file.
    """
    try:
        content = default_storage.open(key)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        content, as_attachment=save or content_type not in INLINE, filename=name, content_type=content_type
    )
    if size is not None:
        response.headers["Content-Length"] = str(size)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
