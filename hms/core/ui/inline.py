"""Small components without content: icons, tags, people, buttons. Cheap, because list rows repeat them."""

from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from hms.core.icons import svg

register = template.Library()

# The state of a thing, whatever the thing: (colour, icon). Colour never stands alone.
STATUS = {
    "new": ("info", "bell"),
    "working": ("warning", "clock"),
    "approval": ("brand2", "shield"),
    "done": ("success", "check"),
    "overdue": ("danger", "warning"),
    "planned": ("neutral", "calendar"),
    "draft": ("neutral", "edit"),
    "cancelled": ("neutral", "close"),
    "locked": ("neutral", "lock"),
}

# Score = probability × consequence; the lowest score of each level.
RISK_LEVELS = ((15, 4, _("Critical")), (10, 3, _("High")), (5, 2, _("Medium")), (1, 1, _("Low")))


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of our drawings (`hms.core.icons`), as decoration. LookupError for an unknown name."""
    return svg(name)


@register.simple_tag(name="tag")
def tag(label: Any, color: str = "neutral", icon: str = "") -> SafeString:
    """Icon + word + colour. `color`: neutral, info, success, warning, danger, brand2 (violet)."""
    return _tag(conditional_escape(label), color, icon)


@lru_cache(maxsize=1024)
def _tag(label: SafeString, color: str, icon: str) -> SafeString:
    """The same few tags stand in every row of every list: drawn once. The label is escaped already."""
    return format_html('<span class="ds-tag" data-color="{}">{}{}</span>', color, svg(icon) if icon else "", label)


@register.simple_tag
def status_tag(kind: str, label: Any) -> SafeString:
    """The state of a thing. `kind` is a key of STATUS; `label` is the word people see."""
    color, drawing = STATUS[kind]
    return tag(label, color=color, icon=drawing)


@register.simple_tag
def severity(level: Any, label: Any) -> SafeString:
    """How serious, in a list row: plain words, and icon + bold for level 3 (the worst)."""
    return _severity(int(level) >= 3, conditional_escape(label))


@lru_cache(maxsize=64)
def _severity(worst: bool, label: SafeString) -> SafeString:
    if worst:
        return format_html('<b class="strong nowrap">{} {}</b>', svg("warning"), label)
    return format_html('<span class="nowrap">{}</span>', label)


@register.simple_tag
def severity_tag(level: Any, label: Any) -> SafeString:
    """How serious, in a page header: grey, amber, red."""
    color = {1: "neutral", 2: "warning", 3: "danger"}[max(1, min(3, int(level)))]
    return tag(label, color=color, icon="warning" if color != "neutral" else "info")


@register.simple_tag
def risk_tag(score: int, label: Any = "") -> SafeString:
    """Score, word and colour. `label` is the organisation's own name of the level, when it has one."""
    level, word = next(((level, word) for low, level, word in RISK_LEVELS if score >= low), (1, _("Low")))
    return format_html('<span class="risktag risk{}"><span class="k">{}</span>{}</span>', level, score, label or word)


def initials(name: str) -> str:
    """«Kari Lunde» → «KL»; at most two letters."""
    parts = [part for part in str(name).replace("-", " ").split() if part[0].isalnum()]
    return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper()


@register.simple_tag
def avatar(name: Any, small: bool = False) -> SafeString:
    """Initials in a circle, as decoration: the name must stand beside it."""
    return format_html(
        '<span class="ds-avatar"{} data-initials="{}" aria-hidden="true"></span>',
        mark_safe(" data-s") if small else "",
        initials(name),
    )


@register.simple_tag
def person(who: Any, avatar_too: bool = False, nobody: Any = "") -> SafeString:
    """A person's name (an employee, or a string), with initials when `avatar_too`. `nobody` when there is none."""
    if not who:
        return format_html('<span class="muted">{}</span>', nobody or gettext("Nobody yet"))
    name = getattr(who, "name", None) or str(who)
    if not avatar_too:
        return conditional_escape(name)
    return format_html('<span class="person">{}<span>{}</span></span>', avatar(name, small=True), name)


@register.filter
def count_word(number: int) -> str:
    """«tre» for 3; digits above twelve. Write «|count_word|capfirst» first in a sentence."""
    words = {
        0: pgettext("number of things", "no"),
        1: pgettext("number of things", "one"),
        2: pgettext("number of things", "two"),
        3: pgettext("number of things", "three"),
        4: pgettext("number of things", "four"),
        5: pgettext("number of things", "five"),
        6: pgettext("number of things", "six"),
        7: pgettext("number of things", "seven"),
        8: pgettext("number of things", "eight"),
        9: pgettext("number of things", "nine"),
        10: pgettext("number of things", "ten"),
        11: pgettext("number of things", "eleven"),
        12: pgettext("number of things", "twelve"),
    }
    return words.get(int(number), str(number))


def attributes(**values: Any) -> SafeString:
    """HTML attributes: None, "" and False are left out, True stands alone, `_` is written `-`."""
    parts = [
        format_html(" {}", name.strip("_").replace("_", "-"))
        if value is True
        else format_html(' {}="{}"', name.strip("_").replace("_", "-"), value)
        for name, value in values.items()
        if value is not None and value is not False and value != ""
    ]
    return mark_safe("".join(parts))


@register.simple_tag
def button(
    label: Any,
    url: str = "",
    icon: str = "",
    variant: str = "",
    color: str = "",
    size: str = "",
    name: str = "",
    value: Any = "",
    form: str = "",
    formaction: str = "",
    type: str = "",  # noqa: A002  the word templates use
    block: bool = False,
    busy: Any = "",
    popover: str = "",
    print: bool = False,  # noqa: A002  the word templates use
    sr: Any = "",
) -> SafeString:
    """A link that looks like a button when `url` is given, else a `<button>`.

    `variant`: "" (the one main action), "secondary", "tertiary". `busy`: what it says while sending, default
    «Lagrer …». `popover`: id of the sheet it opens. `print`: opens the print dialogue.
    `formaction`: where this button sends its form. `sr`: words added for
    screen readers («Skriv ut» → «Skriv ut saken»).
    """
    inner = format_html(
        "{}{}{}", svg(icon) if icon else "", label, format_html('<span class="sr"> {}</span>', sr) if sr else ""
    )
    look = {
        "class": "ds-button",
        "data_variant": variant,
        # Named always: inside a tinted card a button would take the card's colour.
        "data_color": color or "accent",
        "data_size": size,
        "data_block": block,
    }
    if url:
        return format_html("<a{}>{}</a>", attributes(**look, href=url), inner)
    kind = type or ("button" if popover or print else "submit")
    return format_html(
        "<button{}>{}</button>",
        attributes(
            **look,
            type=kind,
            name=name,
            value=value,
            form=form,
            formaction=formaction,
            popovertarget=popover,
            data_print=print,
            data_busy=busy or (gettext("Saving …") if kind == "submit" else ""),
        ),
        inner,
    )


@register.simple_tag
def copy_field(id: str, label: Any, value: Any) -> SafeString:  # noqa: A002  HTML's own word
    """A text to take along. The button to copy it comes forth where it can work; without it one marks and copies."""
    return format_html(
        '<div class="ds-field"><label class="ds-label" for="{0}">{1}</label><div class="copyfield">'
        '<input class="ds-input" id="{0}" type="text" readonly value="{2}">'
        '<button class="ds-button" data-variant="secondary" data-color="accent" type="button" hidden '
        'data-copy="{0}" data-copied="{3}">{4}</button></div></div>',
        id,
        label,
        value,
        gettext("Copied"),
        gettext("Copy"),
    )
