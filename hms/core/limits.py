"""Rate limits that count and name nobody: a number in the cache that is gone after a while."""

from django.core.cache import cache


def within_limit(key: str, *, limit: int, seconds: int) -> bool:
    """Count one more of something; whether it is still within `limit` for the running period.

    When the cache is down nothing is refused.
    """
    try:
        cache.add(f"limit:{key}", 0, seconds)
        return cache.incr(f"limit:{key}") <= limit
    except Exception:  # noqa: BLE001  a limit that cannot count must not stop anybody
        return True
