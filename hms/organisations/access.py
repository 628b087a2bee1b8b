"""`access()`: fetching is authorising. Invisible answers 404, visible but forbidden answers 403."""

from collections.abc import Callable
from typing import TypeVar

import rules
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

from hms.organisations.models import Employee

M = TypeVar("M", bound=Model)
VisibleTo = Callable[[Employee], QuerySet]

_visibility: dict[type[Model], VisibleTo] = {}


def visibility(model: type[Model]) -> Callable[[VisibleTo], VisibleTo]:
    """Decorate a model's `visible_to(employee)` selector: the rows an employee may know of."""

    def register(selector: VisibleTo) -> VisibleTo:
        _visibility[model] = selector
        return selector

    return register


def visible_models() -> dict[type[Model], VisibleTo]:
    """Every registered selector, for the contract test that compares it with the view predicate."""
    return dict(_visibility)


def visible(model: type[M], employee: Employee) -> QuerySet[M]:
    """The rows of `model` that the employee may know of."""
    return _visibility[model](employee)


def access(
    request: HttpRequest, model: type[M], permission: str, /, *, related: tuple[str, ...] = (), **lookup: object
) -> M:
    """Fetch one object for the signed-in employee, or refuse.

    Args:
        request: with `employee` set by the middleware.
        model: a model with a registered visibility.
        permission: a permission name of the app's `rules.py` (`deviations.handle`).
        related: what the page needs with it, for `select_related`.
        lookup: field lookups that name one row.

    Raises:
        Http404: when there is no such row, or the employee may not know of it.
        PermissionDenied: when it is visible but this is not allowed.
    """
    try:
        rows = visible(model, request.employee)
        obj = (rows.select_related(*related) if related else rows).get(**lookup)
    except (model.DoesNotExist, ValueError, OverflowError):
        raise Http404 from None
    if not rules.has_perm(permission, request.employee, obj):
        raise PermissionDenied
    return obj


def may(employee: Employee, permission: str, obj: object = None) -> bool:
    """Whether the employee has a permission (on an object). For templates and services' callers."""
    return rules.has_perm(permission, employee, obj)


def require(request: HttpRequest, permission: str, obj: object = None) -> None:
    """Raise PermissionDenied unless the employee has the permission."""
    if not rules.has_perm(permission, request.employee, obj):
        raise PermissionDenied
