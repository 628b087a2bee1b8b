"""The door of every request: slug → membership → `tenant(organisation)`."""

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from hms.audit.acting import acting_as
from hms.audit.transitions import InvalidTransition
from hms.core import views as error_pages
from hms.organisations.models import Employee, Organisation
from hms.organisations.people import current
from hms.organisations.selectors import memberships_of
from hms.tenancy.scope import tenant

GetResponse = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]


def open_to_all(view: View) -> View:
    """Mark a view under an organisation's address that needs no sign-in (QR report, mail link)."""
    view.open_to_all = True
    return view


class OrganisationMiddleware:
    """Sets `request.organisation` and `request.employee` and runs the request in one tenant transaction.

    Views are closed unless marked `open_to_all`: without sign-in they redirect to it, whether or not the
    organisation exists; without membership they answer 404. The page is rendered inside the transaction,
    and any answer of 400 or more rolls it back, so that what failed left nothing behind.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.organisation = None
        request.employee = None
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        slug = match.kwargs.get("organisation")
        if slug is None:
            return self.get_response(request)
        is_open = getattr(match.func, "open_to_all", False)
        if not is_open and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        organisation = self.find(request, slug, is_open=is_open)
        if organisation is None:
            return error_pages.not_found(request)
        request.organisation = organisation
        with tenant(organisation), timezone.override(organisation.time_zone):
            if request.user.is_authenticated:
                request.employee = Employee.objects.filter(current(), user=request.user).select_related("unit").first()
            if request.employee is None and not is_open:
                return error_pages.not_found(request)
            with acting_as(request.employee.pk if request.employee else None):
                response = self.get_response(request)
                if hasattr(response, "render") and not response.is_rendered:
                    response.render()
            if response.status_code >= 400:
                transaction.set_rollback(True)
            return response

    @staticmethod
    def find(request: HttpRequest, slug: str, *, is_open: bool) -> Organisation | None:
        if request.user.is_authenticated:
            # All of them at once: the menu shows them too.
            request.memberships = list(memberships_of(request.user))
            for membership in request.memberships:
                if membership.organisation.slug == slug:
                    return membership.organisation
        if is_open:
            return Organisation.objects.filter(slug=slug, is_active=True).first()
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, InvalidTransition):
            return error_pages.conflict(request)
        return None


def not_found_unless(condition: object) -> None:
    """Raise Http404 unless the condition holds."""
    if not condition:
        raise Http404
