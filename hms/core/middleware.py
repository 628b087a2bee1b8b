"""Request-wide safety: content security policy, NUL bytes, language."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import translation
from django.utils.cache import patch_vary_headers

# `data:` because the design system's icons are CSS masks, `blob:` for the preview of a chosen photo.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "img-src 'self' data: blob:",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)

GetResponse = Callable[[HttpRequest], HttpResponse]


class ContentSecurityPolicyMiddleware:
    """Send the policy with every page; a view may set a stricter or other one itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if "text/html" in response.headers.get("Content-Type", ""):
            # Pages hold what one person may see: never in a shared cache, never after sign-out.
            response.headers.setdefault("Cache-Control", "no-store")
            patch_vary_headers(response, ["HX-Request"])
        return response


class RefuseHugeBodiesMiddleware:
    """Answer 413 before a byte of a body is read that no form here could have sent (ten files of 20 MB)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.MAX_REQUEST_BYTES:
            from hms.core.views import too_large

            return too_large(request)
        return self.get_response(request)


class RejectNulBytesMiddleware:
    """PostgreSQL cannot store NUL, so a request that carries one is answered 400, never 500."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        from hms.core.views import bad_request

        # The body is only parsed here when it is a form without files; views re-read it for free.
        if "\0" in request.path_info or self.has_nul(request.GET):
            return bad_request(request)
        if request.method == "POST" and request.content_type in {
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        }:
            if self.has_nul(request.POST):
                return bad_request(request)
        return self.get_response(request)

    @staticmethod
    def has_nul(sent: QueryDict) -> bool:
        return any("\0" in text for name, values in sent.lists() for text in (name, *values))


class LanguageMiddleware:
    """Language: the person's own choice, else the cookie, else the organisation's, else bokmål.

    The browser's Accept-Language is deliberately not asked: a workplace has a working language, and a
    phone bought abroad should not decide which language a safety page is shown in.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self.choose(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()
        response.headers.setdefault("Content-Language", language)
        return response

    @staticmethod
    def choose(request: HttpRequest) -> str:
        known = dict(settings.LANGUAGES)
        organisation = getattr(request, "organisation", None)
        candidates = [
            getattr(request.user, "language", "") if request.user.is_authenticated else "",
            request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""),
            organisation.language if organisation else "",
        ]
        return next((code for code in candidates if code in known), settings.LANGUAGE_CODE)


class ExplainRefusedMethodMiddleware:
    """Give 405, which views answer without a word, a page: a reload or a bookmark may lead there."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        from hms.core.views import method_not_allowed

        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            return method_not_allowed(request, allowed=response.headers.get("Allow", ""))
        return response
