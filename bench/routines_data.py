"""What routines are measured on: organisations of five thousand routines, and two with fifty and five thousand readers.

The texts are the library's, each with the numbers and words of its own that search must tell apart. Routines are written
as rows (what is measured is reading them); drafts that are to be approved are made by the services. Run as PostgreSQL's
superuser, which then works as the serving role: it would see all organisations at once.
"""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from hms.accounts.models import User  # noqa: E402
from hms.organisations.enums import Role  # noqa: E402
from hms.organisations.models import Employee, Membership, Organisation, RoleHolding, Unit  # noqa: E402
from hms.organisations.services import create_unit  # noqa: E402
from hms.tenancy.scope import tenant  # noqa: E402
from routines import services  # noqa: E402
from routines.library import templates  # noqa: E402
from routines.markdown import plain  # noqa: E402
from routines.models import Draft, Routine, RoutineClock, Version  # noqa: E402

ROUTINES, LIBRARIES = 5000, 2
READERS = (50, 5000)
# One to warm up, and so many rounds.
PUBLICATIONS = 4
# In five routines of five thousand, and nowhere else.
RARE, RARE_IN = "brønnhodeventil", 1000
PLACES = ("trapp", "lager", "kjøkken", "vaktrom", "verksted", "kai", "garasje", "kjeller", "loft", "hall")


def become(role: str) -> None:
    """Work as a role from now on."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {connection.ops.quote_name(role)}")


@contextmanager
def as_superuser() -> Iterator[None]:
    """For what belongs to no organisation."""
    become("postgres")
    yield
    become(settings.APP_ROLE)


def person(organisation: Organisation, name: str, unit: Unit) -> Employee:
    """Somebody who can sign in."""
    with as_superuser():
        user = User.objects.create_user(f"{name}@{organisation.slug}.example".lower(), None)
        Membership.objects.create(user=user, organisation=organisation)
    return Employee.objects.create(
        user=user, given_name=name, family_name="Nes", unit=unit, email=user.email, starts_on=datetime.date(2020, 1, 1)
    )


def house(slug: str) -> tuple[Organisation, Employee, Employee, Unit]:
    """An organisation with a leader and somebody who keeps its routines."""
    with as_superuser():
        organisation = Organisation.objects.create(name=f"Virksomhet {slug}", slug=slug)
    with tenant(organisation):
        top = create_unit(name="Virksomheten", parent=None, by=None)
        leader, keeper = person(organisation, "Leder", top), person(organisation, "Eier", top)
        for employee, role in ((leader, Role.TOP_LEADER), (leader, Role.MANAGER)):
            RoleHolding.objects.create(employee=employee, role=role, unit=None if role == Role.TOP_LEADER else top)
        RoutineClock.objects.get_or_create(defaults={"next_at": timezone.now()})
    return organisation, leader, keeper, top


def library(slug: str) -> None:
    """An organisation of five thousand routines in force, which everybody reads."""
    organisation, _leader, keeper, top = house(slug)
    texts = [template.in_("nb") for template in templates().values()]
    books = list(templates().values())
    now = timezone.now()
    with tenant(organisation):
        person(organisation, "Leser", top)
        routines, bodies = [], []
        for number in range(ROUTINES):
            words, place = texts[number % len(texts)], PLACES[number // len(texts) % len(PLACES)]
            body = f"{words.text}\n## Hos oss\n\nDette gjelder {place} nummer {number}."
            if number % RARE_IN == 7:
                body += f" Steng {RARE}en først."
            title = f"{words.title} – {place} {number}"[:160]
            bodies.append(body)
            routines.append(
                Routine(
                    slug=f"r-{number}", title=title, category=books[number % len(books)].category, unit=top,
                    owner=keeper, must_confirm=False, needs_safety_rep=False, text=plain(body), created_at=now,
                )
            )  # fmt: skip
        Routine.objects.bulk_create(routines, batch_size=500)
        versions = Version.objects.bulk_create(
            (
                Version(
                    routine=routine, number=1, language="nb", title=routine.title, text=body, is_material=True,
                    author=keeper, author_name=keeper.name, valid_from=now.date(), published_at=now,
                )
                for routine, body in zip(routines, bodies, strict=True)
            ),
            batch_size=500,
        )  # fmt: skip
        for routine, version in zip(routines, versions, strict=True):
            routine.current, routine.state, routine.published_at = version, "published", now
        Routine.objects.bulk_update(routines, ["current", "state", "published_at"], batch_size=500)


def readers(count: int) -> None:
    """An organisation of so many people in units of a hundred, with routines for all of them that wait for approval."""
    organisation, leader, keeper, top = house(f"les{count}")
    with tenant(organisation):
        units = [create_unit(name=f"Avdeling {number}", parent=top, by=None) for number in range(max(1, count // 100))]
        Employee.objects.bulk_create(
            (
                Employee(
                    given_name=f"Person {number}", family_name="Nes", unit=units[number % len(units)],
                    email=f"p{number}@{organisation.slug}.example", starts_on=datetime.date(2020, 1, 1),
                )
                for number in range(count)
            ),
            batch_size=1000,
        )  # fmt: skip
        text = templates()["brann"].in_("nb").text
        for number in range(PUBLICATIONS):
            routine = services.create_routine(
                title=f"Brann {number}", category="fire", unit=top, owner=keeper, by=keeper, text=text,
                approver=leader, needs_safety_rep=False,
            )  # fmt: skip
            draft = Draft.objects.get(routine=routine)
            services.send(draft, by=keeper, revision=draft.revision)
            draft.refresh_from_db()
            assert draft.state == "approval", draft.state


if __name__ == "__main__":
    become(settings.APP_ROLE)
    for index in range(LIBRARIES):
        library(f"bok{index}")
    for size in READERS:
        readers(size)
    become("postgres")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
