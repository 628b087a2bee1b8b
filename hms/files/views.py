"""Serving files through a permission."""

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_safe

from hms.core.downloads import stored_file
from hms.files.models import Attachment
from hms.files.services import thumbnail_key
from hms.files.sources import may_see
from hms.organisations.middleware import open_to_all


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
