"""The tabs above the list: the standing views, then those that people have saved."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from deviations import selectors
from deviations.filters import Filter, address_of
from deviations.models import SavedView

# A tab is a link in a row of links; the rest are on the page of views.
MOST_TABS = 12


def views_context(request: HttpRequest, wanted: Filter) -> dict[str, Any]:
    """What the list's template wants of views: the tabs, and whether what is shown can be saved as a new one."""
    saved = list(selectors.views_for(request.employee)[:MOST_TABS])
    tabs = [*_standing(request), *((view.name, view.query, None) for view in saved)]
    current = next((index for index, (_label, query, _count) in enumerate(tabs) if query == wanted.query), None)
    return {
        "views": [
            {
                "label": label,
                "url": address_of(query),
                "count": count,
                "current": index == current,
            }
            for index, (label, query, count) in enumerate(tabs)
        ],
        "saved_view": _current(saved, wanted),
        "has_saved_views": bool(saved),
        "can_save": current is None and bool(wanted.query),
    }


def _current(saved: list[SavedView], wanted: Filter) -> SavedView | None:
    return next((view for view in saved if view.query == wanted.query), None)


def _standing(request: HttpRequest) -> list[tuple[str, dict[str, str], int | None]]:
    """Counts only where they ask for something."""
    counts = selectors.open_counts(request.employee)
    unit = request.employee.unit
    return [
        (_("All open"), {}, None),
        (unit.name, {"unit": str(unit.pk)}, None),
        (_("Overdue"), {"status": "overdue"}, counts.overdue),
        (_("For approval"), {"status": "approval"}, counts.awaiting_statement),
        (_("Closed"), {"status": "closed"}, None),
        (_("Reported by me"), {"status": "all", "mine": "1"}, None),
    ]
