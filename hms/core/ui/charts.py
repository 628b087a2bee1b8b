"""Pictures of numbers, drawn by the server as SVG: attributes only, no inline style, the same on paper.

A picture is decoration: the same numbers stand beside it as text, in a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from hms.core.ui.inline import attributes

register = template.Library()


@dataclass(frozen=True)
class Bar:
    """One number of a chart.

    Attributes:
        label: what is counted.
        number: how many; None when it is kept back.
        url: where the things behind it are listed; empty when there is no such place.
        short: a label for the narrow room under a column; the label when empty.
    """

    label: Any
    number: int | None
    url: str = ""
    short: Any = ""


def _most(bars: Sequence[Bar]) -> int:
    return max([bar.number or 0 for bar in bars], default=0) or 1


def _number(bar: Bar) -> SafeString:
    if bar.number is None:
        return format_html('<span aria-hidden="true">–</span><span class="sr">{}</span>', gettext("not shown"))
    return format_html("{}", bar.number)


def _label(bar: Bar) -> SafeString:
    return (
        format_html('<a href="{}">{}</a>', bar.url, bar.label)
        if bar.url and bar.number
        else format_html("{}", bar.label)
    )


@register.simple_tag
def bar_table(label: Any, heading: Any, unit: Any, bars: Sequence[Bar]) -> SafeString:
    """Rows with a bar and its number. `label` names the table; `heading` what the rows are; `unit` what is counted."""
    most = _most(bars)
    rows = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td aria-hidden="true" class="barcell"><svg class="bar" focusable="false">'
        '<rect width="{}%" height="100%" rx="5"/></svg></td><td class="num">{}</td></tr>',
        ((_label(bar), round(100 * (bar.number or 0) / most), _number(bar)) for bar in bars),
    )
    return format_html(
        '<div class="tablewrap" role="group" aria-label="{}" tabindex="0"><table class="ds-table bars"><thead><tr>'
        '<th scope="col">{}</th><td aria-hidden="true"></td><th scope="col" class="num">{}</th></tr></thead>'
        "<tbody>{}</tbody></table></div>",
        label,
        heading,
        unit,
        rows,
    )


@register.simple_tag
def column_chart(bars: Sequence[Bar]) -> SafeString:
    """Columns over time, with their numbers above and short labels under them. A table must stand beside it."""
    if not bars:
        return mark_safe("")
    most, wide = _most(bars), 100 / len(bars)
    columns = format_html_join(
        "",
        '<rect x="{}%" y="{}" width="{}%" height="{}" rx="3"/>'
        '<text x="{}%" y="{}" text-anchor="middle" class="n">{}</text>'
        '<text x="{}%" y="158" text-anchor="middle">{}</text>',
        (_column(bar, most, wide, index) for index, bar in enumerate(bars)),
    )
    return format_html(
        '<svg{}><line x1="0" x2="100%" y1="140.5" y2="140.5"/>{}</svg>',
        attributes(class_="columns", width="100%", height="166", aria_hidden="true", focusable="false"),
        columns,
    )


@register.simple_tag
def strength(level: int | None, label: Any, steps: int = 5) -> SafeString:
    """How strong something is, the strongest being level 1: one filled step for each, and the words."""
    if not level:
        return mark_safe("")
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="5" height="{}" rx="1"{}/>',
        (
            (1 + 7 * step, 10 - 2 * step, 3 + 2 * step, attributes(class_="on" if step <= steps - level else ""))
            for step in range(steps)
        ),
    )
    return format_html(
        '<span class="small muted strength"><svg width="{}" height="14" aria-hidden="true" focusable="false">{}</svg>{}'
        "</span>",
        7 * steps + 1,
        bars,
        label,
    )


def _column(bar: Bar, most: int, wide: float, index: int) -> tuple[Any, ...]:
    tall = round(118 * (bar.number or 0) / most)
    middle = _round((index + 0.5) * wide)
    number = "–" if bar.number is None else bar.number
    return (
        _round((index + 0.15) * wide), 140 - tall, _round(wide * 0.7), tall,
        middle, 134 - tall, number,
        middle, bar.short or bar.label,
    )  # fmt: skip


def _round(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
