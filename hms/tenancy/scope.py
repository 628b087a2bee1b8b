"""`tenant(organisation)`: open an organisation's data, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from django.db import connections, transaction

from hms.core.rows import Batch, Rows, Statement

_ENTER = Statement("SELECT set_config('hms.organisation', %(organisation)s::text, true)")


class HasPk(Protocol):
    pk: int


class NoOrganisation(RuntimeError):
    """An organisation's data was asked for outside :func:`tenant`."""


_current: ContextVar[int | None] = ContextVar("hms_organisation", default=None)


def current_organisation_id() -> int:
    """The id of the open organisation.

    Raises:
        NoOrganisation: when none is open.
    """
    organisation_id = _current.get()
    if organisation_id is None:
        raise NoOrganisation("No organisation is open here. Use hms.tenancy.scope.tenant(organisation).")
    return organisation_id


@contextmanager
def tenant(organisation: HasPk | int, *, using: str = "default") -> Iterator[None]:
    """Open one organisation's data for the duration of a transaction.

    Inside another `tenant` it is a savepoint, and the outer organisation is back afterwards.

    Args:
        organisation: the organisation, or its id.
        using: the database alias.
    """
    organisation_id = organisation if isinstance(organisation, int) else organisation.pk
    outer = _current.get()
    token = _current.set(organisation_id)
    try:
        with transaction.atomic(using=using):
            _set_local(organisation_id, using)
            yield
    finally:
        _current.reset(token)
        connection = connections[using]
        if connection.in_atomic_block and not connection.needs_rollback:
            # A released savepoint keeps its settings, so the outer scope (or none) is set again.
            _set_local(outer, using)


class Turn:
    """Opens organisations one after the other in the transaction of :func:`in_turn`."""

    def __init__(self, using: str) -> None:
        self._using = using

    def enter(self, organisation_id: int) -> None:
        """Open the next organisation, and close the one before."""
        _current.set(organisation_id)
        _set_local(organisation_id, self._using)

    def enter_in(self, batch: Batch, organisation_id: int) -> None:
        """Open an organisation for the statements that are added to the batch from here on."""
        batch.add(_ENTER, {"organisation": str(organisation_id)})

    def run(self, batch: Batch) -> list[Rows]:
        """Send a batch that opens its organisations itself. None is open afterwards. Returns the rows of each."""
        _current.set(None)
        batch.add(_ENTER, {"organisation": ""})
        return batch.run()[:-1]


@contextmanager
def in_turn(*, using: str = "default") -> Iterator[Turn]:
    """One transaction in which organisations are opened one after the other, for sweeps over many.

    Either all of it is kept or nothing.
    """
    outer = _current.get()
    token = _current.set(None)
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            # Thousands of times the same few statements: never planned for the values of one of them.
            cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            yield Turn(using)
    finally:
        _current.reset(token)
        connection = connections[using]
        if connection.in_atomic_block and not connection.needs_rollback:
            _set_local(outer, using)


def _set_local(organisation_id: int | None, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT set_config('hms.organisation', %s, true)",
            ["" if organisation_id is None else str(organisation_id)],
        )
