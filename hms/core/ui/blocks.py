"""Components that wrap content: `{% card … %} … {% endcard %}`.

Where a component takes several pieces of markup, catch one with `{% slot as name %} … {% endslot %}` and pass it.
"""

import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from hms.core.icons import svg
from hms.core.ui.dates import relative_date
from hms.core.ui.inline import attributes

register = template.Library()


@register.simple_block_tag(end_name="endslot")
def slot(content: SafeString) -> SafeString:
    """Catch markup in a variable: `{% slot as actions %}…{% endslot %}`."""
    return content


@register.simple_block_tag(end_name="endpage_header")
def page_header(content: SafeString, title: Any, lede: Any = "", meta: Any = "") -> SafeString:
    """The one `h1` of the page. Content: at most two actions. `lede`: a line under. `meta`: a slot with tags."""
    actions = format_html('<div class="row noprint">{}</div>', content) if content.strip() else ""
    return format_html(
        '<div class="phead"><div class="stack" data-gap="s"><h1>{}</h1>{}{}</div>{}</div>',
        title,
        format_html('<p class="lede">{}</p>', lede) if lede else "",
        format_html('<div class="row">{}</div>', meta) if meta else "",
        actions,
    )


@register.simple_block_tag(end_name="endcard")
def card(
    content: SafeString,
    heading: Any = "",
    id: str = "",  # noqa: A002  the word templates use
    color: str = "",
    icon: str = "",
    note: Any = "",
    link_url: str = "",
    link_label: Any = "",
    actions: Any = "",
    level: int = 2,
    flush: bool = False,
    noprint: bool = False,
) -> SafeString:
    """One question. A section named by its heading.

    `note`: small grey text at the right; `link_url`, `link_label`: a link there; `actions`: a slot with buttons
    there. `color`: tinted, for what asks something of the reader. `flush`: no padding, for a table; put other
    content in `<div class="pad">`.
    """
    name = id or f"card-{slugify(str(heading)) or 'x'}"
    css = " ".join(["ds-card", *(["tablecard"] if flush else []), *(["noprint"] if noprint else [])])
    head: Any = ""
    if heading:
        aside: Any = actions
        if note:
            aside = format_html('<span class="small muted">{}</span>', note)
        elif link_url and link_label:
            aside = format_html('<a class="small" href="{}">{}</a>', link_url, link_label)
        title = format_html(
            '<h{0} id="{1}"{2}>{3}{4}</h{0}>',
            level,
            name,
            "" if aside or flush else format_html(' class="{}"', "h2" if level == 2 else "h3"),
            format_html("{} ", svg(icon)) if icon else "",
            heading,
        )
        head = format_html('<div class="chead">{}{}</div>', title, aside) if aside or flush else title
    return format_html(
        "<section{}>{}{}</section>",
        attributes(class_=css, data_color=color, aria_labelledby=name if heading else ""),
        head,
        content,
    )


@register.simple_block_tag(end_name="endkpi")
def kpi(content: SafeString, label: Any, value: Any) -> SafeString:
    """One number with what it counts; stands in `<div class="kpis">`. Content: a small line under it, or nothing."""
    return format_html(
        '<p class="ds-card kpi"><span class="l">{}</span> <span class="v num">{}</span>{}</p>',
        label,
        value,
        format_html(' <span class="d">{}</span>', content) if content.strip() else "",
    )


@register.simple_block_tag(end_name="endalert")
def alert(content: SafeString, color: str = "info", size: str = "sm", live: bool = False) -> SafeString:
    """Must be read now; at most one on a page. `color`: info, success, warning, danger. `live`: announced."""
    return format_html(
        '<div class="ds-alert"{}>{}</div>',
        attributes(data_color=color, data_size=size, role="alert" if live else ""),
        content,
    )


@register.simple_block_tag(end_name="endempty_state")
def empty_state(content: SafeString, title: Any, text: Any = "", icon: str = "check", level: int = 2) -> SafeString:
    """Says what will appear here. Content: one action, or nothing."""
    return format_html(
        '<div class="empty">{}<h{}>{}</h{}>{}{}</div>',
        svg(icon),
        level,
        title,
        level,
        format_html("<p>{}</p>", text) if text else "",
        content,
    )


@register.simple_block_tag(end_name="enddisclosure")
def disclosure(content: SafeString, summary: Any, open: bool = False) -> SafeString:  # noqa: A002  HTML's own word
    """Something most people do not need to see."""
    return format_html(
        '<details class="ds-details"{}><summary>{}</summary><div>{}</div></details>',
        attributes(open=open),
        summary,
        content,
    )


@register.simple_block_tag(end_name="endtimeline")
def timeline(content: SafeString) -> SafeString:
    """What happened and what happens next. Content: `{% event %}` … ."""
    return format_html('<ol class="timeline">{}</ol>', content)


@register.simple_block_tag(end_name="endevent")
def event(
    content: SafeString,
    title: Any = "",
    icon: str = "clock",
    color: str = "",
    when: datetime.datetime | str | None = None,
    future: bool = False,
    quote: Any = "",
) -> SafeString:
    """One point of a timeline. `title` is bold; content is what happened. `when`: a time, or words («Nå»).

    `future`: not yet, drawn as an outline. `quote`: what somebody wrote.
    """
    if isinstance(when, str):
        time: Any = format_html('<span class="when">{}</span>', when) if when else ""
    else:
        time = relative_date(when, css_class="when")
    return format_html(
        '<li{}><span class="b"{}>{}</span><div class="w">{}{}{}{}</div></li>',
        attributes(data_future=future),
        attributes(data_color="" if future else color),
        svg(icon),
        format_html("<b>{}</b>" + ("<br>" if content.strip() else ""), title) if title else "",
        content,
        time,
        format_html("<blockquote>{}</blockquote>", quote) if quote else "",
    )


@register.simple_block_tag(end_name="endfacts")
def facts(content: SafeString) -> SafeString:
    """Pairs of name and value. Content: `{% fact "Sted" %}Trapp B{% endfact %}` … ."""
    return format_html('<dl class="kv">{}</dl>', content)


@register.simple_block_tag(end_name="endfact")
def fact(content: SafeString, label: Any) -> SafeString:
    """One pair of `{% facts %}`."""
    return format_html("<dt>{}</dt><dd>{}</dd>", label, content)


@register.simple_block_tag(end_name="endtodo_list")
def todo_list(content: SafeString) -> SafeString:
    """Things waiting for one person. Content: `{% todo_item %}` … ."""
    return format_html('<ul class="todo">{}</ul>', content)


@register.simple_tag
def todo_item(
    url: str,
    title: Any,
    meta: Any = "",
    icon: str = "check-square",
    color: str = "",
    aside: Any = "",
    unread: bool = False,
) -> SafeString:
    """One thing: the whole row is the link. `aside`: a tag, usually `{% due_date … as due %}`.

    Without `url` it is told and not opened.
    """
    name = format_html('<a class="t" href="{}">{}</a>', url, title) if url else format_html("<b>{}</b>", title)
    return format_html(
        '<li{}><span class="tile"{}>{}</span>{}<span class="m">{}</span>{}</li>',
        attributes(data_unread=unread),
        attributes(data_color=color),
        svg(icon),
        name,
        meta,
        format_html('<span class="x">{}</span>', aside) if aside else "",
    )


@register.simple_block_tag(end_name="endhero")
def hero(content: SafeString, title: Any, icon: str = "check", color: str = "") -> SafeString:
    """The answer to what one just did, on a focused page. Content: a line under the `h1`."""
    return format_html(
        '<div class="hero"><span class="big"{}>{}</span><h1 class="ds-heading" data-size="md" tabindex="-1">{}</h1>'
        '<p class="muted">{}</p></div>',
        attributes(data_color=color),
        svg(icon),
        title,
        content,
    )
