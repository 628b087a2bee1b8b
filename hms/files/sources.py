"""Who may see a file: whoever may see what it belongs to. Apps register the answer for their kinds."""

from collections.abc import Callable

from django.http import HttpRequest

from hms.files.models import Attachment
from hms.organisations.models import Employee

# (the signed-in employee or None, the attachment, the request: an open page may carry a receipt or a link)
Visible = Callable[[Employee | None, Attachment, HttpRequest], bool]

_sources: dict[str, Visible] = {}


def register(kind: str, visible: Visible) -> None:
    """Say who may see files of a kind of owner (`deviations.deviation`, the model's `label_lower`)."""
    _sources[kind] = visible


def may_see(employee: Employee | None, attachment: Attachment, request: HttpRequest) -> bool:
    """Whether the file may be shown; an owner kind that nobody registered shows nothing."""
    visible = _sources.get(attachment.owner_kind)
    return visible is not None and visible(employee, attachment, request)
