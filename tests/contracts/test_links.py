"""Every kind of address that is mailed or printed: a storm of scanners changes nothing, and it still works afterwards.

The kinds are listed here once. A message, a source or a mail that leads somewhere else fails until it is listed too.
"""

import datetime
import re
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import settings
from django.core import mail
from django.db import connections
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation
from PIL import Image

from deviations.models import Deviation
from hms.accounts.models import User
from hms.actions.enums import ActionKind
from hms.actions.services import add_action
from hms.assignments import sources
from hms.assignments.feeds import make_feed
from hms.assignments.models import Assignment, ExtensionRequest
from hms.assignments.services import create_link
from hms.assignments.target import Target
from hms.notifications import tasks as mail_tasks
from hms.notifications import types
from hms.notifications.models import Notification, Preference
from hms.organisations.models import Employee
from hms.tenancy.scope import tenant
from tests.browser.world import World
from tests.cast import Cast, build_cast
from tests.conftest import as_owner
from tests.everything import SESSIONS, changed, everything

SCANNERS = [
    {"user-agent": "Mozilla/5.0 (Windows NT 10.0) Safelinks"},
    {"user-agent": "BarracudaCentral link check"},
    {"user-agent": "facebookexternalhit/1.1", "x-purpose": "preview"},
    {"user-agent": "Mozilla/5.0 Chrome/130", "purpose": "prefetch"},
    {"user-agent": "Mozilla/5.0 Chrome/130", "sec-purpose": "prefetch;prerender"},
    {"user-agent": "Mozilla/5.0 Firefox/130", "x-moz": "prefetch"},
    {},
]
NEW_PASSWORD = "fire små grønne fisker"


@dataclass
class Printed:
    """An address as it was mailed or printed.

    Attributes:
        name: the view that it leads to.
        path: with everything that belongs to it.
        whose: who gets it; None for whoever finds it.
        works: does what it is for, as that person with a browser of their own.
    """

    name: str
    path: str
    whose: Employee | None
    works: Callable[[Client, str], Any]


def opens(client: Client, path: str) -> None:
    assert client.get(path, follow=True).status_code == 200


def sends(status: int = 303, **data: Any) -> Callable[[Client, str], None]:
    def send(client: Client, path: str) -> None:
        assert client.post(path, data).status_code == status

    return send


def mailed_address(pattern: str) -> str:
    """The path of the newest mail's address that matches."""
    found = re.search(rf"https?://\S+?({pattern}[^\s\"<]*)", mail.outbox[-1].body)
    assert found is not None, mail.outbox[-1].body
    return found[1]


def everything_printed(world: World) -> list[Printed]:
    """One of every kind."""
    cast = world.cast
    with tenant(cast.fjellvik):
        token = world.cast.solbakken.report_token
        at_work, wished = world.at_work.assignment_id, world.wished.assignment_id
        plan, case = world.draft.plan_id, world.taken.number
        job, use = world.reports[1].pk, world.uses[1].pk
        ready = reverse("reports:download", args=["fjellvik", job])
        feed = make_feed(cast.tor_erik)
        offered = add_action(
            world.draft.plan,
            title="Prøv brannalarmen",
            kind=ActionKind.IMMEDIATE,
            offered_to=Target(unit=cast.teknisk),
            due_on=timezone.localdate() + datetime.timedelta(days=9),
            by=cast.amir,
        )
        free = create_link(offered.assignment, to=cast.tor_erik)
    Client().post(reverse("account_reset_password"), {"email": cast.vigdis.user.email})
    reset = mailed_address("/konto/passord/nytt/")
    address = EmailAddress.objects.create(user=cast.helene.user, email="helene.ny@fjellvik.example")
    confirm = reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])
    at = "/fjellvik/"
    return [
        Printed("assignments:link", f"{at}t/{world.link}/", None, sends(answer="done")),
        Printed("assignments:link", f"{at}t/{world.waiting_link}/", None, sends(answer="comment", comment="Snart")),
        Printed("assignments:link", f"{at}t/{world.secret_link}/", None, opens),
        Printed("assignments:link", f"{at}t/{world.expired_link}/", None, closed),
        Printed("assignments:link", f"{at}t/{world.revoked_link}/", None, closed),
        Printed("assignments:link", f"{at}t/{free}/", None, sends()),
        Printed("assignments:calendar_feed", f"{at}kalender/{feed}.ics", None, subscribes),
        Printed("assignments:summary", f"{at}oppsummering/2026-W40/", cast.amir, opens),
        Printed("notifications:dead_addresses", f"{at}innstillinger/adresser/", cast.admin, opens),
        Printed("notifications:channels", f"{at}innstillinger/kanaler/", cast.admin, opens),
        Printed("organisations:invitation", f"{at}invitasjon/{world.invitation_token}/", None, accepts),
        Printed("account_reset_password_from_key", reset, None, resets),
        Printed("account_confirm_email", confirm, None, sends(302)),
        Printed("deviations:follow", f"{at}f/", None, sends(200, code=world.code)),
        Printed("deviations:report", f"{at}meld/?sted={token}", None, reports),
        Printed("assignments:extension", f"{at}oppgaver/{wished}/frist/", cast.amir, sends(answer="yes")),
        Printed("assignments:detail", f"{at}oppgaver/{wished}/", cast.tor_erik, sends(answer="done")),
        Printed("assignments:detail", f"{at}oppgaver/{at_work}/", cast.amir, opens),
        Printed("assignments:list", f"{at}oppgaver/", cast.amir, opens),
        Printed("notifications:inbox", f"{at}varsler/", cast.amir, opens),
        Printed("notifications:preferences", f"{at}varsler/valg/", cast.ingrid, sends(routine_mail="weekly")),
        Printed("actions:plan", reverse("actions:plan", args=["fjellvik", plan]), cast.amir, opens),
        Printed("deviations:detail", f"{at}avvik/{case}/", cast.amir, opens),
        Printed("deviations:list", f"{at}avvik/", cast.amir, opens),
        Printed("deviations:hearing", f"{at}horing/{world.hearing.pk}/", cast.tor_erik, opens),
        Printed("deviations:injury_register", f"{at}skader/", cast.sunniva, opens),
        Printed("deviations:frequencies", f"{at}skader/tall/", cast.ragnhild, opens),
        Printed("deviations:rate", f"{at}avvik/{world.closed.number}/hjalp/", cast.ingrid, sends(helped="yes")),
        Printed("routines:list", f"{at}rutiner/?vis=meg", cast.ingrid, opens),
        Printed("routines:readers", f"{at}rutiner/{world.routine.slug}/lesere/", cast.amir, opens),
        Printed("routines:detail", f"{at}rutiner/{world.routine.slug}/", cast.ingrid, opens),
        Printed("routines:version", f"{at}rutiner/{world.routine.slug}/v/1/", cast.ingrid, opens),
        Printed("routines:draft", f"{at}rutiner/{world.in_review.slug}/utkast/", cast.kari, opens),
        Printed("routines:revise", f"{at}rutiner/{world.routine.slug}/revider/", cast.amir, sends()),
        Printed("routines:translate", f"{at}rutiner/{world.translated.slug}/oversett/en/", cast.amir, sends()),
        Printed("routines:follow", f"{at}rutiner/{world.behind.slug}/mal/", cast.amir, opens),
        Printed("routines:law_check", f"{at}lovregister/{world.rule.pk}/sjekk/", cast.amir, sends()),
        Printed(
            "routines:use", f"{at}rutiner/{world.routine.slug}/bruk/{use}/", cast.amir, sends(outcome="Hengt opp.")
        ),
        Printed("training:detail", f"{at}opplaering/{world.training.pk}/", cast.ingrid, opens),
        Printed(
            "routines:question",
            f"{at}rutiner/{world.routine.slug}/sporsmal/{world.question.pk}/",
            cast.amir,
            sends(answer="Ja."),
        ),
        Printed("deviations:example", f"{at}gode-eksempler/{world.example.pk}/", cast.ingrid, opens),
        Printed("reports:download", ready, cast.amir, downloads),
        Printed("organisations:home", "/", cast.ingrid, opens),
    ]


def subscribes(client: Client, path: str) -> None:
    assert client.get(path).content.startswith(b"BEGIN:VCALENDAR")


def closed(client: Client, path: str) -> None:
    assert client.post(path, {"answer": "done"}).status_code == 410


def accepts(client: Client, path: str) -> None:
    assert client.post(path, {"password": NEW_PASSWORD}).status_code == 303
    assert client.get("/fjellvik/").status_code == 200


def resets(client: Client, path: str) -> None:
    form = client.get(path)["Location"]
    assert client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}).status_code == 302
    assert User.objects.get(email="vigdis.strand@fjellvik.example").check_password(NEW_PASSWORD)


def reports(client: Client, path: str) -> None:
    unit = re.search(r'name="unit"[^>]*value="([^"]*)"', client.get(path).content.decode())
    data = {"description": "Glatt ved inngangen.", "severity": "2", "who": "anonymous"}
    response = client.post(path, data | ({"unit": unit[1]} if unit else {}))
    assert response.status_code == 200, response.context["form"].errors
    assert response.context["receipt_code"]


def downloads(client: Client, path: str) -> None:
    assert b"".join(client.get(path).streaming_content) == b"%PDF-"


def storm(client: Client, path: str) -> list[int]:
    """Everything that looks at an address before a person does, first at its head and then at all of it."""
    codes = []
    for headers in SCANNERS:
        for method in (client.head, client.get):
            response = method(path, headers=headers)
            if response.streaming:
                b"".join(response.streaming_content)
            codes.append(response.status_code)
    return [*codes, client.options(path).status_code]


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "trapp.jpg"
    Image.new("RGB", (80, 60), "#8a6d3b").save(path)
    return str(path)


def test_a_storm_of_scanners_changes_nothing_and_the_link_still_works(cast, picture):
    printed = everything_printed(World(cast, picture))
    everybody = {one.whose for one in printed if one.whose is not None}
    # A browser that looks ahead sends the person's cookies. Signing in is no part of the storm.
    looking = {employee: Client() for employee in everybody}
    for employee, visitor in looking.items():
        visitor.force_login(employee.user)
    before = everything(without=SESSIONS)
    sent = len(mail.outbox)
    for one in printed:
        for visitor in [Client(), *([looking[one.whose]] if one.whose is not None else [])]:
            codes = storm(visitor, one.path)
            assert max(codes) < 500, (one.path, codes)
    assert changed(before, everything(without=SESSIONS)) == []
    assert len(mail.outbox) == sent
    for one in printed:
        person = Client()
        if one.whose is not None:
            person.force_login(one.whose.user)
        one.works(person, one.path)
    with tenant(cast.fjellvik):
        assert ExtensionRequest.objects.filter(state="granted").count() == 1
        assert Preference.objects.filter(employee=cast.ingrid).exists()


@pytest.mark.django_db(transaction=True)
def test_eight_scanners_at_once(serving_role, picture):
    with as_owner():
        cast = build_cast()
    printed = everything_printed(World(cast, picture))
    before = everything(without=SESSIONS)
    start = Barrier(8)

    def scan(number: int) -> list[int]:
        start.wait()
        try:
            return [code for one in printed[number % 4 :: 4] for code in storm(Client(), one.path)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        codes = [code for found in pool.map(scan, range(8)) for code in found]
    assert max(codes) < 500
    assert changed(before, everything(without=SESSIONS)) == []
    # The first one is a link that can be answered, and still is.
    printed[0].works(Client(), printed[0].path)


def test_looking_at_somebody_elses_confirmation_signs_nobody_out(cast):
    address = EmailAddress.objects.create(user=cast.helene.user, email="helene.ny@fjellvik.example")
    path = reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])
    amir = Client()
    amir.force_login(cast.amir.user)
    storm(amir, path)
    assert amir.get("/fjellvik/").status_code == 200
    assert amir.post(path).status_code == 302
    address.refresh_from_db()
    assert address.verified


# --- the list is complete ---


def name_of(address: str) -> str:
    """The view an address leads to."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return f"nothing answers {address}"


@pytest.fixture
def names(cast: Cast, picture: str) -> set[str]:
    return {one.name for one in everything_printed(World(cast, picture))}


class Anything(defaultdict):
    """Parameters of any message: a case, a day, a name."""

    def __missing__(self, key: str) -> Any:
        known = {"tasks": [1], "overdue": 1, "case": "2026-0001", "example": "1", "period": "2026-W40"}
        return known.get(key, "2026-12-04")


def test_every_message_leads_to_a_listed_kind_of_address(cast, names):
    with tenant(cast.fjellvik), translation.override("nb"):
        for message in types.every():
            for recipient in (cast.ingrid, None):
                notification = Notification(
                    organisation=cast.fjellvik, type=message.key, recipient=recipient, about_id=1,
                    about_type="assignments.assignment", parameters=Anything(),
                )  # fmt: skip
                assert name_of(message.url(notification)) in names, message.key


def test_every_source_leads_to_a_listed_kind_of_address(cast, names):
    with tenant(cast.fjellvik):
        seen = set()
        for assignment in Assignment.objects.all():
            seen.add(assignment.source_kind)
            assert name_of(sources.get(assignment.source_kind).url(assignment)) in names, assignment.source_kind
        assert seen >= {"deviations.deviation", "actions.action", "actions.actionplan", "actions.statement"}


def test_every_address_in_every_mail_is_of_a_listed_kind(cast, picture, names):
    with tenant(cast.fjellvik):
        assert Deviation.objects.exists()
    mail_tasks.deliver(cast.fjellvik.pk)
    Client().post(reverse("account_request_login_code"), {"email": cast.amir.user.email})
    for address in (cast.amir.user.email, "nobody@fjellvik.example"):
        Client().post(reverse("account_reset_password"), {"email": address})
    found = {
        name_of(address)
        for message in mail.outbox
        for part in [message.body, *(content for content, _type in message.alternatives)]
        for address in re.findall(r"https?://[^\s\"'<>]+", part)
        if urlsplit(address).netloc == urlsplit(settings.PUBLIC_URL).netloc or "/fjellvik/" in address
    }
    assert len(mail.outbox) > 20
    assert {"assignments:link", "deviations:detail"} <= found
    assert found - names - {"account_signup", "account_login", "account_request_login_code"} == set()


def test_whole_addresses_are_made_in_known_places_only():
    """A new place that makes an address for a mail or a print is looked at, and its kind listed above."""
    known = {
        "hms/settings.py",
        "hms/notifications/rendering.py",
        "hms/core/mail.py",  # the domain of a Message-ID
        "hms/organisations/mail.py",
        "hms/assignments/feeds.py",
        "hms/assignments/messages.py",
        "hms/assignments/notifications.py",
        "hms/assignments/offer_notifications.py",
        "hms/assignments/summaries/mails.py",
        "hms/assignments/views/calendar.py",
        "deviations/views/reading.py",
        "deviations/posters.py",  # what a QR code leads to
        "routines/codes.py",  # so does a routine's
    }
    roots = ["hms", "deviations", "routines", "risk", "surveys", "annual_wheel", "training", "dashboard"]
    makes = re.compile(r"\babsolute\(|PUBLIC_URL|build_absolute_uri")
    found = {
        str(path.relative_to(settings.ROOT))
        for root in roots
        for path in (Path(settings.ROOT) / root).rglob("*.py")
        if makes.search(path.read_text(encoding="utf-8"))
    }
    assert found - known == set()
