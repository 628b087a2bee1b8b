"""The QR code of a routine, for the wall beside what it is about."""

import io

import segno
from django.urls import reverse

from hms.notifications.rendering import absolute
from routines.models import Routine


def address_of(routine: Routine) -> str:
    """Where the code leads: whatever version is in force on the day it is scanned. On paper for years."""
    return absolute(reverse("routines:detail", args=[routine.organisation.slug, routine.slug]))


def picture(address: str) -> bytes:
    """The code as an SVG file without inline style; white behind, so that a dark page does not swallow it."""
    drawing = io.BytesIO()
    segno.make(address, error="m").save(
        drawing, kind="svg", scale=8, border=2, light="#fff", xmldecl=False, svgclass=None, lineclass=None
    )
    return drawing.getvalue()
