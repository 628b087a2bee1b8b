"""Our own icon drawings: one SVG path each, on a 24 × 24 grid, drawn with a 1.75 stroke.

Inline rather than a sprite file: no extra request, no content-policy question about `<use>` in any browser,
and repeated paths compress to almost nothing.
"""

# ruff: noqa: E501  a drawing is one line

from functools import cache

from django.utils.safestring import SafeString, mark_safe

PATHS = {
    # navigation
    "home": "M4 11l8-7 8 7M6 9.5V20h12V9.5M10 20v-6h4v6",
    "flag": "M5 21V4M5 4.5c5-2.5 8 2.5 14 0v9c-6 2.5-9-2.5-14 0",
    "check-square": "M4 5.5A1.5 1.5 0 015.5 4h13A1.5 1.5 0 0120 5.5v13a1.5 1.5 0 01-1.5 1.5h-13A1.5 1.5 0 014 18.5zM8 12l3 3 5-6",
    "wheel": "M12 3a9 9 0 110 18 9 9 0 010-18zM12 8.5a3.5 3.5 0 110 7 3.5 3.5 0 010-7zM12 3v5.5M12 15.5V21M3 12h5.5M15.5 12H21",
    "grid": "M4 4h16v16H4zM4 9.3h16M4 14.7h16M9.3 4v16M14.7 4v16",
    "book": "M5 4.5C8 3.5 10.5 4 12 5.5V20c-1.5-1.5-4-2-7-1zM19 4.5C16 3.5 13.5 4 12 5.5V20c1.5-1.5 4-2 7-1z",
    "cap": "M2.5 9.5L12 5l9.5 4.5L12 14zM6.5 11.5V16c3 2.5 8 2.5 11 0v-4.5M21 10v5",
    "siren": "M6 18v-5a6 6 0 0112 0v5M4 21h16M4 18h16M12 2.5v2M4 5.5l1.5 1.5M20 5.5L18.5 7",
    "people": "M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 010 6.3M18 14.5c2.3.8 3.5 2.7 3.5 5.5",
    "survey": "M4 5h16v11H10l-4.5 4V16H4zM8 9h8M8 12h5",
    "chart": "M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6",
    "settings": "M12 9a3 3 0 110 6 3 3 0 010-6zM12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3M5.3 5.3l2.1 2.1M16.6 16.6l2.1 2.1M5.3 18.7l2.1-2.1M16.6 7.4l2.1-2.1",
    "building": "M5 21V4h10v17M15 9h4v12M3 21h18M8.5 8h3M8.5 12h3M8.5 16h3",
    "tree": "M9 3.5h6v5H9zM3 15.5h6v5H3zM15 15.5h6v5h-6zM12 8.5V12M6 15.5V12h12v3.5",
    # things
    "person": "M12 4a4 4 0 110 8 4 4 0 010-8zM4.5 20.5c0-4.5 3.5-6.5 7.5-6.5s7.5 2 7.5 6.5",
    "bell": "M6 16.5V11a6 6 0 0112 0v5.5l1.5 2h-15zM10 21h4",
    "clock": "M12 3.5a8.5 8.5 0 110 17 8.5 8.5 0 010-17zM12 7.5V12l3 2",
    "history": "M4 12a8 8 0 108-8c-2.8 0-5 1.3-6.5 3.5M4 4v4h4M12 8v4l3 2",
    "shield": "M12 3.5l7.5 2.5v5.5c0 4.5-3 7.5-7.5 9.5-4.5-2-7.5-5-7.5-9.5V6z",
    "warning": "M12 4L2.8 20h18.4zM12 10v4.5M12 17.2v.1",
    "info": "M12 3.5a8.5 8.5 0 110 17 8.5 8.5 0 010-17zM12 11v5.5M12 7.7v.1",
    "help": "M12 3.5a8.5 8.5 0 110 17 8.5 8.5 0 010-17zM9.5 9.5a2.5 2.5 0 114 2c-1 .8-1.5 1.3-1.5 2.3M12 16.7v.1",
    "calendar": "M4 6h16v14H4zM4 10.5h16M8 3.5V7M16 3.5V7",
    "comment": "M4 5h16v11h-9l-4.5 4V16H4z",
    "mail": "M3.5 6h17v12.5h-17zM3.5 7l8.5 6.5L20.5 7",
    "phone": "M6 3.5h3.5l1.5 5-2.2 1.5a11 11 0 005.2 5.2l1.5-2.2 5 1.5V18c0 1.5-1 2.5-2.5 2.5C10.5 20.5 3.5 13.5 3.5 6 3.5 4.5 4.5 3.5 6 3.5z",
    "camera": "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 10a3.3 3.3 0 110 6.6 3.3 3.3 0 010-6.6z",
    "image": "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 8.2a1.3 1.3 0 110 2.6 1.3 1.3 0 010-2.6z",
    "qr": "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5H14zM18 18h2v2h-2z",
    "pin": "M12 21c-4-4.5-6.5-8-6.5-11a6.5 6.5 0 0113 0c0 3-2.5 6.5-6.5 11zM12 7.5a2.5 2.5 0 110 5 2.5 2.5 0 010-5z",
    "file": "M6 3.5h8l4 4v13H6zM14 3.5v4h4M9 12h6M9 15.5h6",
    "paperclip": "M19.5 11.5l-7.5 7.5a4.5 4.5 0 01-6.5-6.5L13.5 4.5a3 3 0 014.5 4.5l-8 8a1.5 1.5 0 01-2.2-2.2l7-7",
    "lock": "M6 10.5h12V20H6zM8.5 10.5V7.5a3.5 3.5 0 017 0v3M12 14v2.5",
    "key": "M8 11.5a4 4 0 110 8 4 4 0 010-8zM11 12.5L20 3.5M16.5 7l2.5 2.5M13.5 10l1.5 1.5",
    "eye": "M3 12c1.5-3 5-6 9-6s7.5 3 9 6c-1.5 3-5 6-9 6s-7.5-3-9-6zM12 9a3 3 0 110 6 3 3 0 010-6z",
    "eye-off": "M3 3l18 18M10 6.2A9 9 0 0112 6c5 0 8 4 9 6-.5 1-1.4 2.3-2.7 3.5M6.5 7.5C4.7 8.7 3.5 10.5 3 12c1 2 4 6 9 6 1.5 0 2.9-.4 4-1M10 10a3 3 0 004 4",
    "star": "M12 3.5l2.6 5.5 6 .8-4.4 4.2 1.1 6-5.3-3-5.3 3 1.1-6L3.4 9.8l6-.8z",
    "link": "M10 14a4 4 0 005.7 0l3-3A4 4 0 0013 5.3L11.5 6.8M14 10a4 4 0 00-5.7 0l-3 3a4 4 0 005.7 5.7l1.5-1.5",
    "globe": "M12 3.5a8.5 8.5 0 110 17 8.5 8.5 0 010-17zM3.5 12h17M12 3.5c5 5.5 5 11.5 0 17M12 3.5c-5 5.5-5 11.5 0 17",
    "sun": "M12 8a4 4 0 110 8 4 4 0 010-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
    "moon": "M19.5 14.5A8 8 0 019.5 4.5a8 8 0 1010 10z",
    "bandage": "M4 12l8-8 8 8-8 8zM9.5 12h.1M12 9.5v.1M14.5 12h-.1M12 14.5v-.1",
    "tool": "M14 6.5a4.5 4.5 0 015.5-2L17 7l.5 2.5L20 10l2-2a4.5 4.5 0 01-6 5.5L9 20.5 5.5 17l7-7A4.5 4.5 0 0114 6.5z",
    "thumb": "M4 11h3.500v9H4zM7.500 11l4-7.500c1.500 0 2.500 1 2.500 2.500V9.500h4.500a1.500 1.500 0 011.500 1.800l-1.300 7A2 2 0 0116.700 20H7.500",
    # verbs
    "plus": "M12 5v14M5 12h14",
    "minus": "M5 12h14",
    "check": "M5 12.5l4.5 4.5L19 7",
    "close": "M6 6l12 12M18 6L6 18",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "more": "M5.5 12h.1M12 12h.1M18.5 12h.1",
    "search": "M11 4a7 7 0 110 14 7 7 0 010-14zM16.2 16.2L21 21",
    "filter": "M4 6h16M7 12h10M10 18h4",
    "print": "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
    "download": "M12 4v11M7 11l5 5 5-5M5 20h14",
    "upload": "M12 16V5M7 9l5-5 5 5M5 20h14",
    "edit": "M4 20l1-4.5L16 4.5l3.5 3.5-11 11zM13.5 7l3.5 3.5",
    "trash": "M5 7h14M9 7V4.5h6V7M7 7l1 13h8l1-13M10.5 10.5v6M13.5 10.5v6",
    "undo": "M8 5L4 9l4 4M4 9h10a5.5 5.5 0 010 11H9",
    "swap": "M4 8.5h15M15.5 5L19 8.5 15.5 12M20 15.5H5M8.5 12L5 15.5 8.5 19",
    "send": "M4 12L20 4.5 14.5 20l-3.5-6.5zM11 13.5l4-4",
    "sign-out": "M14 4.5H6v15h8M10.5 12H20M16.5 8.5L20 12l-3.5 3.5",
    "external": "M13 5h6v6M19 5l-8.5 8.5M17 14v5H5V7h5",
    "refresh": "M19.5 12a7.5 7.5 0 11-2.5-5.6L19.5 9M19.5 4.5V9H15",
    "trend-up": "M4 17l5.5-6 4 3.5L20 7M15 7h5v5",
    "trend-down": "M4 7l5.5 6 4-3.5L20 17M15 17h5v-5",
    "chevron-left": "M15 5l-7 7 7 7",
    "chevron-right": "M9 5l7 7-7 7",
    "chevron-up": "M6 15l6-6 6 6",
    "chevron-down": "M6 9l6 6 6-6",
    "arrow-right": "M4 12h15M13 6l6 6-6 6",
}


@cache
def svg(name: str) -> SafeString:
    """The drawing as decoration: hidden from screen readers, so words must stand beside it."""
    try:
        path = PATHS[name]
    except KeyError:
        raise LookupError(f"No icon is called {name!r}. Known: {', '.join(sorted(PATHS))}") from None
    return mark_safe(
        f'<svg class="ic" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{path}"/></svg>'
    )
