"""How the platform speaks of injuries: their tasks, the receipts' files, the timeline, messages."""

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deviations.models import Deviation, NavReport, Notice, NoticeList
from deviations.routing import choose_handler
from deviations.selectors import openable_by, subject_ids_of
from hms.assignments import sources
from hms.assignments.models import Assignment
from hms.audit import verbs
from hms.audit.verbs import Verb
from hms.files import sources as file_sources
from hms.files.models import Attachment
from hms.notifications.enums import Urgency
from hms.notifications.models import Notification
from hms.notifications.types import MessageType, register
from hms.organisations.access import may
from hms.organisations.models import Employee


def _case_of(model: type[Model], path: str) -> Callable[[Assignment], Deviation]:
    def case(assignment: Assignment) -> Deviation:
        found = model._default_manager.filter(pk=assignment.source_id).values(path)
        return Deviation.everything.select_related("unit", "handling", "organisation").get(pk__in=found)

    return case


def _loader(model: type[Model], path: str) -> Callable[[Collection[Assignment]], None]:
    def load(assignments: Collection[Assignment]) -> None:
        ids = [assignment.source_id for assignment in assignments]
        owners = dict(model._default_manager.filter(pk__in=ids).values_list("pk", path))
        cases = Deviation.everything.select_related("organisation").in_bulk(set(owners.values()))
        for assignment in assignments:
            sources.keep_root(assignment, cases[owners[assignment.source_id]])

    return load


def _register(model: type[Model], path: str, label: Any, anchor: str, words: Callable[[str], str]) -> None:
    case = _case_of(model, path)

    def url(assignment: Assignment) -> str:
        deviation = case(assignment)
        return reverse("deviations:detail", args=[deviation.organisation.slug, deviation.number]) + anchor

    sources.register(
        sources.Source(
            kind=model._meta.label_lower,
            label=label,
            icon="siren",
            url=url,
            root=case,
            facts=lambda assignment: [
                (_("Unit"), case(assignment).unit.name),
                (_("Case number"), case(assignment).number),
            ],
            mail_title=lambda assignment: words(sources.root_of(assignment).number),  # type: ignore[attr-defined]
            # A receipt is given on the case's own page.
            link_verbs=frozenset(),
            successor=lambda assignment: choose_handler(case(assignment), without=assignment.assignee),
            kept_from=lambda assignment: subject_ids_of(case(assignment)),
            load=_loader(model, path),
        )
    )


_register(
    NoticeList,
    "deviation",
    gettext_lazy("Notify the authorities"),
    "#notices",
    lambda number: _("Notify the authorities: %(case)s") % {"case": number},
)
_register(
    NavReport,
    "injury__deviation",
    gettext_lazy("Report to NAV"),
    "#injuries",
    lambda number: _("Report to NAV: %(case)s") % {"case": number},
)


def _receipts_of(employee: Employee) -> QuerySet[Notice]:
    return Notice.objects.filter(deviation__in=openable_by(employee).values("pk"))


def _receipt_visible(employee: Employee | None, attachment: Attachment, request: HttpRequest) -> bool:
    """A receipt may name the injured: for those who see the inside of the case."""
    if employee is None:
        return False
    notice = _receipts_of(employee).filter(pk=attachment.owner_id).first()
    return notice is not None and may(
        employee, "deviations.view_internal", Deviation.everything.get(pk=notice.deviation_id)
    )


file_sources.register(Notice._meta.label_lower, visible=_receipt_visible)

verbs.register(
    {
        "deviation.injury_recorded": Verb(gettext_lazy("%(name)s recorded an injury"), "bandage"),
        "deviation.injury_changed": Verb(gettext_lazy("%(name)s changed a recorded injury"), "bandage"),
        "deviation.injury_removed": Verb(gettext_lazy("%(name)s removed a recorded injury"), "bandage"),
        "deviation.notices_began": Verb(
            gettext_lazy("%(name)s said that authorities must be notified"), "siren", "danger"
        ),
        "deviation.notice_done": Verb(
            gettext_lazy("%(name)s wrote down that an authority is notified"), "siren", "success"
        ),
        "deviation.notice_set_aside": Verb(gettext_lazy("%(name)s said why a notice does not apply"), "siren"),
        "deviation.nav_began": Verb(gettext_lazy("A report to NAV is to be sent"), "send"),
        "deviation.nav_sent": Verb(gettext_lazy("%(name)s wrote down the receipt from NAV"), "send", "success"),
        "deviation.nav_not_needed": Verb(gettext_lazy("%(name)s said why NAV needs no report"), "send"),
        "hours.entered": Verb(gettext_lazy("%(name)s entered hours worked"), "clock"),
        "register.exported": Verb(gettext_lazy("%(name)s took out the injury register"), "download"),
    }
)


def _case_url(notification: Notification) -> str:
    slug = notification.organisation.slug
    return reverse("deviations:detail", args=[slug, notification.parameters["case"]])


def _elsewhere_url(notification: Notification) -> str:
    """The register, for those it is open to; the numbers, for a top leader."""
    name = "deviations:injury_register" if notification.parameters.get("register") else "deviations:frequencies"
    return reverse(name, args=[notification.organisation.slug])


register(
    MessageType(
        key="deviations.serious",
        icon="siren",
        subject=lambda n: _("Authorities must be notified: %(case)s") % n.parameters,
        text=lambda n: _("You are told because of your role. The handler has a checklist; ask what you can do."),
        url=_case_url,
        # Never muted, and at night too.
        urgency=Urgency.CRITICAL,
    )
)
register(
    MessageType(
        key="deviations.serious_elsewhere",
        icon="siren",
        subject=lambda n: _("Authorities must be notified of a case that only few may open"),
        text=lambda n: _("You are told because of your role. Whoever handles the case has a checklist."),
        url=_elsewhere_url,
        urgency=Urgency.CRITICAL,
    )
)
