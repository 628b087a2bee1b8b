"""The suite runs as the serving role on real PostgreSQL: what the product may not do, a test may not either."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.backends.signals import connection_created

from tests.cast import Cast, build_cast

# Django makes many objects and few cycles: looking for cycles more seldom saves a tenth of the run.
gc.set_threshold(100_000, 20, 20)
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "cast"}


def _as_app(**kwargs: object) -> None:
    with kwargs["connection"].cursor() as cursor:
        cursor.execute(f'SET ROLE "{settings.APP_ROLE}"')


@contextmanager
def as_owner() -> Iterator[None]:
    """Work as the database's owner for a moment (what migrations and `create_organisation` do)."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{settings.APP_ROLE}"')


def _is_transactional(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or bool(
        {"transactional_db", "live_server"} & set(request.fixturenames)
    )


@pytest.fixture(autouse=True)
def serving_role(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test that touches the database does so as `hms_app`."""
    uses_database = request.node.get_closest_marker("django_db") or DATABASE_FIXTURES & set(request.fixturenames)
    if not uses_database:
        yield
        return
    request.getfixturevalue("transactional_db" if _is_transactional(request) else "db")
    _as_app(connection=connection)
    connection_created.connect(_as_app, dispatch_uid="tests.serving_role")
    yield
    connection_created.disconnect(dispatch_uid="tests.serving_role")
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@pytest.fixture(autouse=True)
def clean_cache(settings: object, worker_id: str) -> None:
    """Rate limits and other cached state start afresh, in a cache of this process's own, away from the broker."""
    number = 1 + int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 15
    settings.CACHES = {"default": settings.CACHES["default"] | {"OPTIONS": {"db": number}}}
    cache.clear()


@pytest.fixture(autouse=True)
def quick_settings(settings: object, tmp_path: object) -> None:
    """Quick password hashing, mails in memory, files in a folder of the test's own."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # WhiteNoise warns of a folder that is not there.
    settings.STATIC_ROOT = str(tmp_path)
    settings.CELERY_TASK_ALWAYS_EAGER = True


@pytest.fixture
def cast(db: None, serving_role: None) -> Cast:
    """Two organisations and the people the tests speak of."""
    with as_owner():
        return build_cast()
