"""What the server and the worker of the browser tests start: the product, told what no environment variable says."""

import json
import os

from django.conf import settings

for _name, _value in json.loads(os.environ["HMS_TEST_SETTINGS"]).items():
    setattr(settings, _name, _value)

from hms.celery import app  # noqa: E402
from hms.wsgi import application  # noqa: E402

__all__ = ["app", "application"]
