"""Serving files through a permission."""

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_safe

from hms.files.models import Attachment
from hms.files.services import thumbnail_key
from hms.files.sources import may_see
from hms.files.validation import PDF
from hms.organisations.middleware import open_to_all

# No script, no style, no frame: whatever the bytes are, a browser treats them as a thing to show or save.
FILE_POLICY = "default-src 'none'; sandbox"
IMAGES = {"image/jpeg", "image/png"}


@open_to_all
@require_safe
def serve(request: HttpRequest, organisation: str, pk: int, name: str) -> HttpResponse:
    """One stored file, or its thumbnail with `?liten=1`. The name in the address is only for people."""
    attachment = Attachment.objects.filter(pk=pk).first() if pk < 2**63 else None
    if attachment is None or not may_see(request.employee, attachment, request):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
        raise Http404
    small = bool(request.GET.get("liten")) and attachment.is_image
    key = thumbnail_key(attachment.storage_key) if small else attachment.storage_key
    return stored_file(key, attachment.name, attachment.content_type, size=None if small else attachment.size)


def stored_file(key: str, name: str, content_type: str, *, size: int | None = None) -> FileResponse:
    """Stream a file from the store with headers that make it harmless. 404 when it is not there."""
    try:
        content = default_storage.open(key)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        content,
        as_attachment=content_type not in IMAGES and content_type != PDF,
        filename=name,
        content_type=content_type,
    )
    if size is not None:
        response.headers["Content-Length"] = str(size)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
