"""A filter of the list as a thing of its own: read from an address, kept, put into words, used again later."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils import formats
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deviations.forms import FilterForm
from deviations.models import Deviation
from deviations.selectors import category_choices, matching, visible_to
from deviations.selectors.trends import hours_text
from hms.organisations.models import Employee, Unit

BY_DUE = "frist"
UNITS = {"unit", "below"}
# What the links of the trends ask for; the filter bar keeps it and has no field for it.
UNSEEN = {"begin", "end", "cause", "weekday", "hours", "place", "below"}
# What the shown fields are called; «mine» is hidden and has no label of its own.
MINE = gettext_lazy("Reported by me")
SEARCH = gettext_lazy("Search")


@dataclass(frozen=True)
class Filter:
    """What somebody wants to see.

    Attributes:
        query: names and values as they stand in an address, only those that say something and are understood.
        wanted: the same as cleaned data, for `selectors.matching`.
        left_out: what was asked for and is not understood (any more), as labels.
        words: what is asked for, in words, for whoever reads it on paper or in a mail.
        form: the filter bar's form, filled in.
    """

    query: dict[str, str]
    wanted: dict[str, Any]
    left_out: list[str]
    words: list[str]
    form: FilterForm

    @property
    def is_by_due(self) -> bool:
        """Whether what is due soonest comes first."""
        return self.query.get("sort") == BY_DUE

    @property
    def has_unseen(self) -> bool:
        """Whether something is asked for that the filter bar does not show, so that the page must say it."""
        return not UNSEEN.isdisjoint(self.query)

    @property
    def address(self) -> str:
        """As the part of an address after the path, with the question mark."""
        return address_of(self.query)

    def cases(self, employee: Employee) -> QuerySet[Deviation]:
        """The cases that somebody may see now and that the filter wants."""
        return matching(visible_to(employee), self.wanted, employee)


def address_of(query: Mapping[str, str]) -> str:
    """A filter as the part of an address after the path. All open cases are asked for by name: an address without a
    filter opens with whatever view its reader has chosen."""
    known = [*FilterForm.base_fields, "sort"]
    ordered = {name: query[name] for name in known if name in query}
    return f"?{urlencode(ordered or {'status': ''})}"


@dataclass(frozen=True)
class Offered:
    """The organisation's units and categories, asked for once however many filters are read."""

    units: list[tuple[int, str]]
    out_of_use: frozenset[str]
    categories: list[tuple[str, Any]]


def offered() -> Offered:
    """All of them, those that are out of use too: their cases are still here."""
    rows = list(Unit.objects.order_by("name").values_list("pk", "name", "is_active"))
    return Offered(
        [(pk, name) for pk, name, _is_active in rows],
        frozenset(str(pk) for pk, _name, is_active in rows if not is_active),
        list(category_choices(all_of_them=True)),
    )


def read(data: Mapping[str, Any], choices: Offered | None = None) -> Filter:
    """Understand a filter, from an address or as it was kept. With `choices`, no query.

    Nothing that stands in an address is an error here: a value that is unknown, too long or gone (a unit that is no
    longer there) is left out and named.
    """
    choices = choices or offered()
    form = FilterForm(
        {name: _text(data.get(name)) for name in FilterForm.base_fields},
        units=choices.units,
        categories=choices.categories,
    )
    form.is_valid()
    query = {name: str(value) for name, value in form.cleaned_data.items() if value not in (None, "")}
    # A hidden field is on or off; whatever somebody wrote into the address means «on».
    if "mine" in query:
        query["mine"] = "1"
    if _text(data.get("sort")) == BY_DUE:
        query["sort"] = BY_DUE
    return Filter(
        query=query,
        wanted=dict(form.cleaned_data),
        left_out=[str(_label(form, name)) for name in form.errors],
        words=_words(form, query, choices),
        form=form,
    )


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _label(form: FilterForm, name: str) -> Any:
    return MINE if name == "mine" else form.fields[name].label


def _words(form: FilterForm, query: Mapping[str, str], choices: Offered) -> list[str]:
    """«Status: Closed», one for each part; open cases are said too, since they are what an empty filter shows."""
    words = [] if "status" in query else [_("All open")]
    for name, value in query.items():
        if name == "mine":
            words.append(str(MINE))
        elif name == "sort":
            words.append(_("What is due soonest first"))
        elif name == "q":
            words.append(_("Search: “%(text)s”") % {"text": value})
        else:
            gone = f" ({_('out of use')})" if name in UNITS and value in choices.out_of_use else ""
            words.append(f"{form.fields[name].label}: {_value(form, name, value)}{gone}")
    return words


def _value(form: FilterForm, name: str, value: str) -> Any:
    """A value as people say it: «Fire», «1.10.2026», «Monday», «09–12»."""
    cleaned = form.cleaned_data[name]
    if isinstance(cleaned, datetime.date):
        return formats.date_format(cleaned, "SHORT_DATE_FORMAT")
    if name == "weekday":
        return WEEKDAYS[cleaned - 1]
    if name == "hours":
        return hours_text(cleaned)
    return dict(getattr(form.fields[name], "choices", ())).get(value, value)
