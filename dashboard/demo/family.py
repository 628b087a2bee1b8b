"""A company that the municipality owns: it belongs under it, and follows a routine that the municipality shares."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.conf import settings
from django.db import connection
from django.db.models import Q

from hms.accounts.models import User
from hms.audit.models import Event
from hms.organisations import services as organisations
from hms.organisations.affiliations import code_of
from hms.organisations.enums import Role
from hms.organisations.models import Affiliation, AffiliationOffer, Employee, Organisation
from hms.organisations.services.affiliations import VALID_FOR
from hms.organisations.services.units import create_unit
from hms.tenancy.scope import tenant
from routines import services as routines
from routines.enums import State
from routines.library import Text
from routines.models import Draft, Routine, SharedEdition, Version
from routines.selectors import shared_templates
from routines.sharing import for_others

PARENT, SHARED = "fjellvik", "slik-melder-vi-avvik"
# The company took it up between the municipality's two editions.
TAKEN_UP, BELONGS = datetime.timedelta(days=100), datetime.timedelta(days=130)
# What they wrote themselves, and keep when the new edition is put in.
THEIRS = ("Du får svar når den er lukket.", "Du får svar når den er lukket, på tavla ved stempleuret.")
NO_REPRESENTATIVE = "Vi er tre, og har avtalt å klare oss uten verneombud."


def found_company(now: datetime.datetime, users: dict[str, User], password: str) -> None:
    """Make the company, let it belong under the municipality, and share a routine. Needs the database's owner."""
    parent = Organisation.objects.get(slug=PARENT)
    company = Organisation.objects.create(
        name="Fjellvik Vekst", slug="fjellvik-vekst", organisation_number="312840073", accent_colour="#2F6B3A"
    )
    unni = _people(company, now, users, password)
    with _as_served():
        with tenant(parent):
            sunniva = Employee.objects.get(email=f"sunniva.bakke@{PARENT}.example")
            offer = organisations.offer_affiliation(label=company.name, by=sunniva)
            code = code_of(offer)
        with tenant(company):
            organisations.accept_affiliation(code, by=unni)
        with tenant(parent):
            routine = Routine.objects.get(slug=SHARED)
            routines.share(routine, by=sunniva)
            first = Version.objects.get(routine=routine, number=1)
        with tenant(company):
            _take_up(first, unni, now)
    _date_back(now, company)


def _date_back(now: datetime.datetime, company: Organisation) -> None:
    """What was done just now was done when they began to belong together."""
    then = now - BELONGS
    Affiliation.objects.filter(organisation=company).update(started_at=then)
    AffiliationOffer.objects.update(created_at=then, accepted_at=then, expires_at=then + VALID_FOR)
    for edition in SharedEdition.objects.select_related("routine"):
        SharedEdition.objects.filter(pk=edition.pk).update(shared_at=edition.routine.published_at)
    Event.objects.filter(Q(at__gt=now) | Q(verb__startswith="affiliation.")).update(at=then)


def _people(company: Organisation, now: datetime.datetime, users: dict[str, User], password: str) -> Employee:
    """Three people; whoever leads them does everything else too."""
    with tenant(company):
        unit = create_unit(name=company.name, parent=None, by=None)
        since = now.date() - datetime.timedelta(days=800)
        found = []
        for given, family, title in (
            ("Unni", "Fosslid", "Daglig leder"), ("Terje", "Lauvli", "Arbeidsleder"), ("Mona", "Skogheim", "Arbeidsleder"),
        ):  # fmt: skip
            email = f"{given}.{family}@{company.slug}.example".lower()
            users[email] = User.objects.create(email=email, password=password)
            found.append(
                organisations.add_employee(
                    given_name=given, family_name=family, unit=unit, email=email, job_title=title, starts_on=since,
                    user=users[email], by=None,
                )
            )  # fmt: skip
        leader = found[0]
        organisations.grant_role(leader, Role.MANAGER, unit=unit, by=None, starts_on=since)
        for role in (Role.TOP_LEADER, Role.HSE_MANAGER, Role.ADMINISTRATOR):
            organisations.grant_role(leader, role, by=None, starts_on=since)
    return leader


def _take_up(first: Version, by: Employee, now: datetime.datetime) -> None:
    """The edition of that time, made their own and put in force."""
    at = now - TAKEN_UP
    text = for_others(first.text, first.language)
    template = shared_templates(SHARED)[SHARED]
    then = replace(
        template,
        version=1,
        editions={first.language: 1},
        texts={first.language: Text(first.title, template.in_(first.language).law, text)},
    )
    routine = routines.adopt(then, unit=by.unit, owner=by, by=by, language=first.language, at=at)
    draft = Draft.objects.get(routine=routine)
    routines.save_draft(draft, by=by, revision=draft.revision, text=draft.text.replace(*THEIRS))
    routines.send(draft, by=by, revision=draft.revision, at=at)
    draft.refresh_from_db()
    routines.approve(draft, by=by, note=NO_REPRESENTATIVE, at=at)
    routine.refresh_from_db()
    assert routine.state == State.PUBLISHED  # noqa: S101  the demo has something to show


@contextmanager
def _as_served() -> Iterator[None]:
    """As the serving role: what services find is then one organisation's, as it is for people."""
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{settings.APP_ROLE}"')
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
