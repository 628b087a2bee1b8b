"""How what somebody writes gets into HMS: a way is one form at one address, with where each text is kept and read.

`tests/deviations/test_hostile_fields.py` sends hostile texts along every way, and holds the list complete.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms

from deviations import services
from deviations.enums import ReporterKind
from deviations.models import Deviation
from hms.organisations.models import Employee
from tests.cast import Cast, make_employee
from tests.deviations.helpers import report, url


class Scene:
    """What a way begins with: the cast, a case, and whatever else the way needs."""

    def __init__(self, cast: Cast, case: Deviation | None = None, **more: Any) -> None:
        self.cast, self.case = cast, case
        self.__dict__.update(more)

    def person(self, name: str) -> Employee | None:
        """Somebody by name, of the scene or the cast; nobody when it is empty."""
        if not name:
            return None
        return self.__dict__.get(name) or getattr(self.cast, name)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


@dataclass(frozen=True)
class Kept:
    """Where one text is kept, and where it must be found again.

    Attributes:
        at: what the database holds.
        pdf: who reads it in the case's PDF, and in that of a selection; empty for nobody.
        table: its column among the cases (CSV and workbook), in Norwegian.
        register: its column in the injury register; it stands on the register's paper too.
        is_part: whether the column holds more than this.
        on_page: whether the way's pages show it.
        in_mail: whether mails say it: titles of actions, and where something was.
        alter: what the form says that it does with a text.
        most, lines: when the form does not say how long it may be, or takes less than it seems to.
    """

    at: Callable[[Scene], str]
    pdf: str = ""
    table: str = ""
    register: str = ""
    is_part: bool = False
    on_page: bool = True
    in_mail: bool = False
    alter: Callable[[str], str] = str
    most: int = 0
    lines: bool | None = None

    @property
    def begins_a_cell(self) -> bool:
        return bool(self.table or self.register)


@dataclass(frozen=True)
class Way:
    """One form at one address.

    Attributes:
        place: the address's name.
        begin: makes what is written on; in the organisation.
        address: where it is sent.
        who: whose browser; empty for somebody not signed in.
        kept: by the form's field.
        more: the rest of the form.
        read: pages that show it: whose browser, and the address.
        after: what happens to it before it is read; in the organisation.
        status: what the answer is.
        answers: whether the answer itself shows it.
        note: what tells it from another way with the same form.
    """

    place: str
    form: type[forms.BaseForm]
    begin: Callable[[Cast], Scene]
    address: Callable[[Scene], str]
    who: str
    kept: dict[str, Kept]
    more: Callable[[Scene], dict[str, Any]] = lambda scene: {}
    read: Callable[[Scene], list[tuple[str, str]]] = field(default=lambda scene: [("amir", url(scene.case))])
    after: Callable[[Scene], None] = lambda scene: None
    status: int = 303
    answers: bool = False
    note: str = ""

    def __str__(self) -> str:
        return "-".join(filter(None, (self.place.partition(":")[2], self.form.__name__, self.note)))


def a_case(cast: Cast, **fields: Any) -> Scene:
    return Scene(cast, report(cast, **fields))


def closed(cast: Cast, **fields: Any) -> Scene:
    scene = a_case(cast, **fields)
    services.close(scene.case, by=cast.amir, answer="Rekkverket er festet.")
    return refreshed(scene)


def refreshed(scene: Scene) -> Scene:
    """The case as the database has it now."""
    scene.case = Deviation.everything.get(pk=scene.case.pk)
    return scene


def newest(scene: Scene) -> None:
    """The case that the form made is the one that is read."""
    scene.case = Deviation.everything.order_by("-pk").first()


def with_code(cast: Cast, *, close: bool = False) -> Scene:
    """What somebody anonymous reported, with the code that follows it."""
    sent = services.report(
        organisation=cast.fjellvik, unit=cast.solbakken, description="Rekkverket er løst.", severity=2,
        reporter_kind=ReporterKind.ANONYMOUS,
    )  # fmt: skip
    if close:
        services.close(sent.deviation, by=cast.amir, answer="Rekkverket er festet.")
    return Scene(cast, sent.deviation, code=sent.receipt_code)


def colleague(cast: Cast, name: str) -> Employee:
    """Somebody more, made once."""
    known = Employee.objects.filter(family_name=name).first()
    return known or make_employee(cast.fjellvik, f"Lise {name}", cast.teknisk)


def of_case(name: str) -> Callable[[Scene], str]:
    """A field of the case."""
    return lambda scene: getattr(refreshed(scene).case, name)


def last(model: Any, name: str) -> Callable[[Scene], str]:
    """A field of the newest row of a table."""
    return lambda scene: getattr(model.objects.order_by("-pk").first(), name)


def below(tail: str) -> Callable[[Scene], str]:
    """An address below the case's."""
    return lambda scene: url(scene.case, tail)


def pages(*who: str) -> Callable[[Scene], list[tuple[str, str]]]:
    """The case's page in these people's browsers."""
    return lambda scene: [(name, url(scene.case)) for name in who]
