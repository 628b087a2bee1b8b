"""WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hms.settings")

application = get_wsgi_application()

from hms.tenancy.checks import guard_connections  # noqa: E402  (after the apps are ready)

guard_connections()
