"""Product and floor in one server process: each request goes to the handler with its own middleware."""

import os
from collections.abc import Callable, Iterable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from hms.wsgi import application as product

_ours = settings.MIDDLEWARE
settings.MIDDLEWARE = settings.FLOOR_MIDDLEWARE
floor = WSGIHandler()
settings.MIDDLEWARE = _ours


def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
    """Send `/floor/…` to the floor, everything else to the product."""
    handler = floor if environ["PATH_INFO"].startswith("/floor/") else product
    return handler(environ, start_response)
