"""allauth's views answer invalid forms with 422, as all of ours do; and the demo's one-click sign-in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.views import ConfirmEmailView
from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import BadRequest
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from hms.accounts.demo import SIGN_INS
from hms.accounts.models import User
from hms.core.htmx import redirect_to

View = Callable[..., HttpResponse]
BACKEND = "django.contrib.auth.backends.ModelBackend"


def with_status(view: View) -> View:
    """Answer 422 when a form that was sent has errors: allauth answers 200."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        forms = (getattr(response, "context_data", None) or {}).values()
        if response.status_code == 200 and any(
            isinstance(form, BaseForm) and form.is_bound and form.errors for form in forms
        ):
            response.status_code = 422
        return response

    return answering


def with_credential(view: View) -> View:
    """Answer 400 when a passkey's answer is not what a browser makes; the library fails on the missing parts."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (KeyError, TypeError, ValueError):
            if request.POST.get("credential"):
                raise BadRequest from None
            raise

    return answering


class ConfirmEmail(ConfirmEmailView):
    """Confirm an address. Looking changes nothing: allauth would sign out whoever is signed in as somebody else."""

    def logout_other_user(self, confirmation: Any) -> None:
        if self.request.method == "POST":
            super().logout_other_user(confirmation)


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo's people. Does not exist outside the demo."""
    email = request.POST.get("email", "")
    user = User.objects.filter(email=email).first() if email in dict(SIGN_INS) else None
    if not settings.DEMO or user is None:
        raise Http404
    login(request, user, backend=BACKEND)
    return redirect_to(request, settings.LOGIN_REDIRECT_URL)
