"""Numbers that only grow, kept in the cache for the monitoring: cheap, shared by all processes, gone with the cache."""

import logging
from collections.abc import Iterable

from django.core.cache import cache

logger = logging.getLogger(__name__)
PREFIX = "counter:"


def add(name: str, number: int = 1) -> None:
    """Let a counter grow. Never raises: no work fails because it could not be counted."""
    try:
        cache.add(PREFIX + name, 0, timeout=None)
        cache.incr(PREFIX + name, number)
    except Exception as error:  # noqa: BLE001  whatever is wrong with the cache, the work has been done
        logger.debug("Not counted: %s", type(error).__name__)


def read(names: Iterable[str]) -> dict[str, int]:
    """How far counters have come; those that have never grown are left out."""
    found = cache.get_many([PREFIX + name for name in names])
    return {name.removeprefix(PREFIX): number for name, number in found.items()}
