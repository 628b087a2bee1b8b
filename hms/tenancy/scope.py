"""`tenant(organisation)`: open an organisation's data, in one transaction."""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from django.conf import settings
from django.db import connections, transaction


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
    """Opens organisations in the transaction of :func:`in_turn`: one after the other, or several together."""

    def __init__(self, using: str) -> None:
        self._using = using
        # What PostgreSQL has been told is open; it is told when something is asked of it.
        self._told: int | None = None

    def enter(self, organisation_id: int) -> None:
        """Open the next organisation, and close the one before."""
        _current.set(organisation_id)

    @contextmanager
    def together(self, organisation_ids: Collection[int]) -> Iterator[None]:
        """Open several organisations at once, for statements that say themselves which row is whose.

        PostgreSQL lets them do what `settings.SWEEP_ROLE` may do in these organisations (see the migrations that use
        `hms.tenancy.together`), and nothing else: whatever asks for more is refused. No organisation counts as the
        open one meanwhile, or afterwards.
        """
        _current.set(None)
        self._become(settings.SWEEP_ROLE, organisation_ids)
        try:
            yield
        except BaseException:
            # Whatever happens next, nothing of it is kept, and the role goes with it.
            transaction.set_rollback(True, using=self._using)
            raise
        self._become(settings.APP_ROLE, ())

    def _become(self, role: str, organisation_ids: Collection[int]) -> None:
        ids = ",".join(str(int(organisation_id)) for organisation_id in organisation_ids)
        opened = f"{{{ids}}}" if ids else ""
        with connections[self._using].cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE \"{role}\"; SELECT set_config('hms.organisations', '{opened}', true)")

    def _tell_first(self, execute: Any, sql: Any, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
        """Open the organisation that was entered, once something is asked of the database."""
        wanted = _current.get()
        if wanted != self._told:
            self._told = wanted
            execute(f"SELECT set_config('hms.organisation', '{wanted or ''}', true)", None, False, context)
        return execute(sql, parameters, many, context)

    def guard(self) -> AbstractContextManager[None]:
        """While this is open, no statement reaches PostgreSQL before it knows which organisation is."""
        return connections[self._using].execute_wrapper(self._tell_first)


@contextmanager
def in_turn(*, using: str = "default") -> Iterator[Turn]:
    """One transaction in which organisations are opened in turn or together, for sweeps over many.

    Either all of it is kept or nothing.
    """
    outer = _current.get()
    token = _current.set(None)
    turn = Turn(using)
    try:
        with transaction.atomic(using=using):
            # None is open yet, whatever was open around this.
            _set_local(None, using)
            with turn.guard():
                yield turn
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
