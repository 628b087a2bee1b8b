"""Messages about routines. Titles are no secret: everybody may read what is in force."""

import datetime
from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hms.core.ui.dates import long_date
from hms.notifications.models import Notification
from hms.notifications.types import MessageType, register

Words = Callable[[Notification], str]


def _routine(notification: Notification) -> str:
    page = reverse("routines:detail", args=[notification.organisation.slug, notification.parameters["slug"]])
    return page + _query(notification)


def _query(notification: Notification) -> str:
    """Leads to the text in the language that the message is about; nothing for the routine's own."""
    language = notification.parameters.get("language", "")
    return f"?sprak={language}" if language else ""


def _draft(notification: Notification) -> str:
    page = reverse("routines:draft", args=[notification.organisation.slug, notification.parameters["slug"]])
    return page + _query(notification)


def _question(notification: Notification) -> str:
    slug = notification.organisation.slug
    return reverse("routines:question", args=[slug, notification.parameters["slug"], notification.about_id])


def _register(key: str, icon: str, subject: Words, text: Words, url: Words) -> None:
    register(MessageType(key=f"routines.{key}", icon=icon, subject=subject, text=text, url=url))


_register(
    "reviewed",
    "comment",
    lambda n: _("%(name)s has looked through your draft: %(title)s") % n.parameters,
    lambda n: _("Read what should be changed."),
    _draft,
)
_register(
    "sent_back",
    "undo",
    lambda n: _("%(name)s has sent your draft back: %(title)s") % n.parameters,
    lambda n: _("Read why, and write on."),
    _draft,
)
_register(
    "approved",
    "check",
    lambda n: _("%(name)s has approved your draft: %(title)s") % n.parameters,
    lambda n: _("It is in force from the day you have chosen."),
    _draft,
)
_register(
    "replied",
    "comment",
    lambda n: _("%(name)s has replied to what you disagree with: %(title)s") % n.parameters,
    lambda n: _("Read the reply."),
    _draft,
)
_register(
    "published",
    "book",
    lambda n: _("In force now: %(title)s, version %(version)s") % n.parameters,
    lambda n: _("Those it is for are asked to read it."),
    _routine,
)
_register(
    "translated",
    "book",
    lambda n: _("In force now in another language: %(title)s") % n.parameters,
    lambda n: _("Whoever has chosen that language reads it there."),
    _routine,
)
_register(
    "answered",
    "comment",
    lambda n: _("%(name)s has answered your question about: %(title)s") % n.parameters,
    lambda n: _("Read the answer, and confirm the routine when it is clear."),
    _question,
)

_register(
    "use_followed_up",
    "check",
    lambda n: _("%(name)s has looked at what you said about: %(title)s") % n.parameters,
    lambda n: _("Read what came of it."),
    lambda n: reverse("routines:use", args=[n.organisation.slug, n.parameters["slug"], n.about_id]),
)


def _how_much(notification: Notification) -> str:
    """One routine by its title, several by their number."""
    count = notification.parameters["count"]
    if count == 1:
        return _("Read by %(date)s: %(title)s") % {**notification.parameters, "date": _day(notification)}
    words = ngettext("Read by %(date)s: %(count)d routine", "Read by %(date)s: %(count)d routines", count)
    return words % {"count": count, "date": _day(notification)}


def _where(notification: Notification) -> str:
    if notification.parameters["count"] == 1:
        return _routine(notification)
    return reverse("routines:list", args=[notification.organisation.slug]) + "?vis=meg"


_register(
    "asked",
    "book",
    _how_much,
    lambda n: _("Read, and confirm that you have understood. Is something unclear, ask instead."),
    _where,
)
_register(
    "chased",
    "book",
    lambda n: _("Read by %(date)s: %(title)s") % {**n.parameters, "date": _day(n)},
    lambda n: _("%(name)s asks you to read it. It takes a few minutes.") % n.parameters,
    _routine,
)


def _day(notification: Notification) -> str:
    return long_date(datetime.date.fromisoformat(notification.parameters["due_on"]))


_register(
    "template_changed",
    "book",
    lambda n: _("%(sharer)s has changed the template of: %(title)s") % n.parameters,
    lambda n: _("See what is new. What you have written yourselves is kept."),
    lambda n: reverse("routines:follow", args=[n.organisation.slug, n.parameters["slug"]]),
)
