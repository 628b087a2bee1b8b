"""The platform: everything a domain app stands on, and no domain word in it."""

from hms.celery import app as celery_app

__all__ = ["celery_app"]
