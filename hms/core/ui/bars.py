"""Components with logic or much markup; their templates are in templates/components."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.forms.formsets import BaseFormSet
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from hms.core.icons import svg
from hms.core.ui.inline import attributes, button, count_word

register = template.Library()


# --- forms ---


def _forms(things: Iterable[Any]) -> Iterable[BaseForm]:
    for thing in things:
        if isinstance(thing, BaseFormSet):
            yield from thing.forms
        elif isinstance(thing, BaseForm):
            yield thing


def _first_input(field: BoundField) -> str:
    if field.is_hidden or not field.auto_id:
        return ""
    return field.id_for_label or f"{field.auto_id}_0"


@register.simple_tag
def error_summary(*forms: Any, kind: str = "continue") -> str:
    """What must be put right, first on the page, with focus and links to the fields. Nothing when all is well.

    `forms`: forms or formsets. `kind`: "send", "save" or "continue", for the heading.
    """
    errors: list[tuple[str, Any]] = []
    missing_only = True
    for thing in forms:
        if isinstance(thing, BaseFormSet) and thing.is_bound:
            errors += [("", message) for message in thing.non_form_errors()]
    for form in _forms(forms):
        if not form.is_bound or not form.errors:
            continue
        missing_only &= all(error.code == "required" for bag in form.errors.as_data().values() for error in bag)
        errors += [("", message) for message in form.non_field_errors()]
        errors += [(_first_input(field), message) for field in form for message in field.errors]
    if not errors:
        return ""
    number = capfirst(count_word(len(errors)))
    if missing_only:
        heading = ngettext("%(number)s thing is missing", "%(number)s things are missing", len(errors))
    else:
        heading = ngettext("%(number)s thing must be put right", "%(number)s things must be put right", len(errors))
    goal = {
        "send": gettext("%(what)s before you can send"),
        "save": gettext("%(what)s before you can save"),
        "continue": gettext("%(what)s before you can go on"),
    }[kind]
    return render_to_string(
        "components/error_summary.html",
        {"heading": goal % {"what": heading % {"number": number}}, "errors": errors},
    )


@register.simple_tag(takes_context=True)
def error_prefix(context: template.Context) -> str:
    """«Feil: » first in the title when the page answers a POST with a form that has errors."""
    request = context.get("request")
    if request is None or request.method != "POST":
        return ""
    for form in _forms(context.flatten().values()):
        if form.is_bound and form.errors:
            return gettext("Error:") + " "
    return ""


@register.simple_block_tag(end_name="endform_actions")
def form_actions(content: SafeString, label: Any, cancel_url: str = "", busy: Any = "", icon: str = "") -> SafeString:
    """The buttons that end a form: the main one, then content (more buttons), then a way out."""
    return format_html(
        '<div class="actions">{}{}{}</div>',
        button(label, busy=busy, icon=icon),
        content,
        button(gettext("Cancel"), url=cancel_url, variant="tertiary") if cancel_url else "",
    )


@register.simple_block_tag(end_name="endsend_bar")
def send_bar(content: SafeString, label: Any, busy: Any = "") -> SafeString:
    """The one button of a focused page; stays at the bottom of a phone. Content: a small note beside it."""
    note = format_html('<span class="small muted" role="status" data-draft-status>{}</span>', content)
    return format_html(
        '<div class="sendbar"><div class="row" data-nowrap><button class="ds-button grow"{}>{}</button>{}</div></div>',
        attributes(type="submit", data_busy=busy or gettext("Sending …")),
        label,
        note,
    )


# --- lists ---


@register.simple_tag
def breadcrumbs(items: Sequence[tuple[Any, str | None]]) -> str:
    """Where the page belongs. `items`: (label, url) from the top; the last is this page."""
    return render_to_string(
        "components/breadcrumbs.html", {"items": items, "parent": items[-2] if len(items) > 1 else None}
    )


@register.simple_tag
def saved_views(views: Sequence[dict[str, Any]], label: Any) -> str:
    """Tabs that are links. Each: label, url, count (optional), current; `code` of the language it leads to, if any."""
    return render_to_string("components/saved_views.html", {"views": views, "label": label})


@register.simple_tag(takes_context=True)
def filter_bar(
    context: template.Context, form: BaseForm, label: Any, target: str = "", count: str = "", reset_url: str = ""
) -> str:
    """A GET form to this page: its field `q` is the search, the others filters (a sheet on phone).

    `target`: id of the results, which htmx then swaps while the address follows; `count`: id of the
    `role="status"` line that tells how many. Works without htmx.
    """
    others = [field for field in form if field.name != "q" and not field.is_hidden]
    return render_to_string(
        "components/filter_bar.html",
        {
            "form": form,
            "search": form["q"] if "q" in form.fields else None,
            "filters": others,
            "hidden": form.hidden_fields(),
            "active": sum(1 for field in others if field.value() not in (None, "", [])),
            "label": label,
            "target": target,
            "count": count,
            "path": context["request"].path,
            "reset_url": reset_url or context["request"].path,
        },
    )


@register.simple_block_tag(end_name="enddata_table")
def data_table(
    content: SafeString,
    label: Any,
    columns: Sequence[Any],
    pick: bool = False,
    cards: bool = True,
    numbers: bool = False,
) -> SafeString:
    """A table whose rows become blocks on phone. Content: the `<tr role="row">`s.

    `columns`: words, or dicts with label, sort_url and sort ("ascending", "descending" or "none"), or sr=True for
    a heading only screen readers meet. `pick`: a first column for choosing rows. `numbers`: all but the first column
    hold numbers (`class="num"`), and their headings stand above them. In the rows: the first text
    cell is `<th role="rowheader" scope="row" class="title">`, the others `<td role="cell" data-l="Frist">`
    (`class="inl"` side by side on phone, `hidem` hidden there).
    """

    def heading(column: Any) -> SafeString:
        if not isinstance(column, dict):
            column = {"label": column}
        words = column["label"]
        if column.get("sr"):
            words = format_html('<span class="sr">{}</span>', words)
        sort = column.get("sort", "none") if column.get("sort_url") else ""
        if sort:
            arrow = {"ascending": svg("chevron-up"), "descending": svg("chevron-down")}.get(sort, "")
            words = format_html('<a href="{}">{}{}</a>', column["sort_url"], words, arrow)
        return format_html("<th{}>{}</th>", attributes(role="columnheader", scope="col", aria_sort=sort), words)

    first = (
        format_html('<td role="cell" class="pick"><span class="sr">{}</span></td>', gettext("Choose")) if pick else ""
    )
    return format_html(
        '<div class="tablewrap" role="group" aria-label="{}" tabindex="0"><table role="table" class="ds-table{}">'
        '<thead role="rowgroup"><tr role="row">{}{}</tr></thead><tbody role="rowgroup">{}</tbody></table></div>',
        label,
        " cards" * cards + " numbers" * numbers,
        first,
        format_html_join("", "{}", ((heading(column),) for column in columns)),
        content,
    )


@register.simple_tag
def row_check(value: Any, label: Any, name: str = "id") -> SafeString:
    """The cell that chooses a row for the bulk bar. `label` says which («Velg 2026-0118»)."""
    return format_html(
        '<td role="cell" class="pick"><label><input class="ds-input rowcheck" type="checkbox" name="{}" value="{}">'
        '<span class="sr">{}</span></label></td>',
        name,
        value,
        label,
    )


@register.simple_tag
def pager(shown: int, total: int | None = None, previous_url: str = "", next_url: str = "") -> str:
    """Keyset paging: how many are shown, Previous and Next. `total` may be unknown (None)."""
    return render_to_string(
        "components/pager.html",
        {"shown": shown, "total": total, "previous_url": previous_url, "next_url": next_url},
    )


@register.simple_block_tag(end_name="endbulk_bar")
def bulk_bar(content: SafeString, label: Any) -> SafeString:
    """Appears when a row is chosen. Stands in the same `<form class="bulkform">` as the table. Content: buttons."""
    return format_html(
        '<div class="bulk" role="region" aria-label="{}"><b class="strong picked"> {}</b>'
        '<span class="grow"></span>{}</div>',
        label,
        gettext("chosen"),
        content,
    )


@register.simple_tag
def steps(items: Sequence[dict[str, Any]], label: Any) -> str:
    """State of one case, at most four. Each: label, state ("done", "now" or ""), note (optional)."""
    return render_to_string("components/steps.html", {"items": items, "label": label})


# --- navigation ---


@register.simple_tag
def phone_items(navigation: Sequence[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """The entries that the bottom bar of a phone has room for."""
    return [item for group in navigation or () for item in group["items"] if item.get("phone")][:3]
