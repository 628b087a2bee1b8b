"""Who is acting now, for the field history that is written below the services."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_employee_id: ContextVar[int | None] = ContextVar("hms_acting_employee", default=None)


def acting_employee_id() -> int | None:
    """Id of the employee who acts, or None (the system, or somebody anonymous)."""
    return _employee_id.get()


@contextmanager
def acting_as(employee_id: int | None) -> Iterator[None]:
    """Let history rows written inside name this employee."""
    token = _employee_id.set(employee_id)
    try:
        yield
    finally:
        _employee_id.reset(token)
