"""One's work in one's own calendar: made, read by programs, kept secret, turned off."""

import datetime
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hms.actions.services import send_to_safety_rep
from hms.assignments import feeds, services
from hms.assignments.models import Assignment, CalendarFeed
from hms.organisations.models import Absence, Employee, Organisation
from hms.tenancy.scope import tenant
from tests.deviations.helpers import add_action, report

PAGE = "/fjellvik/kalender/"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
NAUGHTY = next(SHARED.glob("badinput/*.json"), None)
ICS = sorted(SHARED.glob("calendar/ics/*.ics"))


@pytest.fixture
def make(cast):
    """Give somebody a calendar; returns its path."""

    def make(person=None):
        person = person or cast.tor_erik
        with tenant(person.organisation_id):
            return f"/{person.organisation.slug}/kalender/{feeds.make_feed(person)}.ics"

    return make


def read(path, **headers):
    """What a calendar program sees: no cookies, no sign-in."""
    response = Client().get(path, headers=headers)
    assert response.status_code == 200, response.status_code
    calendar = icalendar.Calendar.from_ical(response.content)
    assert not calendar.errors
    return calendar


def events(path):
    return read(path).walk("VEVENT")


def test_open_work_is_whole_days_with_a_link(cast, give, make, due):
    task = give()
    give(to=cast.amir, title="Amirs")
    calendar = read(make())
    names = {str(calendar[name]).replace("\\,", ",") for name in ("NAME", "X-WR-CALNAME")}
    assert names == {"Oppgaver i HMS, Fjellvik kommune"}
    [event] = calendar.walk("VEVENT")
    assert event["SUMMARY"] == "Fest rekkverket i trapp B"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (due, due + datetime.timedelta(days=1))
    assert not isinstance(event["DTSTART"].dt, datetime.datetime)
    assert event["URL"].endswith(f"/fjellvik/oppgaver/{task.pk}/")
    assert event["URL"] in event["DESCRIPTION"]
    assert event["TRANSP"] == "TRANSPARENT"
    assert not event.walk("VALARM")


def test_what_is_done_called_off_or_planned_is_not_there(cast, give, make):
    path = make()
    done, cancelled = give(), give(title="Avlyst")
    give(title="Planlagt", planned=True)
    with tenant(cast.fjellvik):
        services.complete(done, by=cast.tor_erik)
        services.cancel(cancelled, by=cast.amir)
    assert events(path) == []


def test_an_event_stays_the_same_until_something_changes(cast, give, make, due):
    task, path = give(), make()
    first, second = Client().get(path), Client().get(path)
    assert first.content == second.content
    [before] = events(path)
    with tenant(cast.fjellvik):
        services.set_due_date(task, due_on=due + datetime.timedelta(days=9), by=cast.amir)
    [after] = events(path)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
    assert after["DTSTART"].dt == due + datetime.timedelta(days=9)


def test_a_program_that_has_it_already_is_not_sent_it_again(cast, give, make):
    give()
    path = make()
    first = Client().get(path)
    assert first.headers["ETag"]
    again = Client().get(path, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    give(title="En til")
    assert Client().get(path, headers={"if-none-match": first.headers["ETag"]}).status_code == 200
    head = Client().head(path)
    assert (head.status_code, head.content) == (200, b"")


def test_nothing_is_left_behind_and_nobody_else_learns_of_it(cast, give, make):
    give()
    path = make()
    with tenant(cast.fjellvik):
        before = list(CalendarFeed.objects.values())
    response = Client().get(path)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert not response.cookies
    assert Client().post(path).status_code == 405
    with tenant(cast.fjellvik):
        assert list(CalendarFeed.objects.values()) == before
        assert path.split("/")[-1].removesuffix(".ics") not in str(before)


def test_a_confidential_task_is_only_said_to_be_there(cast, give, make):
    give(confidential=True, title="Om Kari")
    response = Client().get(make())
    assert "Kari" not in response.content.decode()
    [event] = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert event["SUMMARY"] == "En oppgave du må logge inn for å se"
    assert event["CLASS"] == "PRIVATE"


def test_a_reporters_words_stay_inside(cast, make):
    with tenant(cast.fjellvik):
        case = report(cast, description="Ola Nordmann skled i trappa")
        send_to_safety_rep(add_action(cast, case).plan, to=cast.kari, by=cast.amir)
        number = case.number
    text = b"".join(Client().get(make(person)).content for person in (cast.amir, cast.kari)).decode()
    assert "Ola Nordmann" not in text
    assert f"Avvik {number}" in text


def test_a_deputy_sees_whose_work_it_is_while_they_stand_in(cast, give, make):
    give()
    give(confidential=True)
    path = make(cast.piotr)
    today = timezone.localdate()
    with tenant(cast.fjellvik):
        Absence.objects.create(employee=cast.tor_erik, deputy=cast.piotr, starts_on=today, ends_on=today)
    [event] = events(path)
    assert event["SUMMARY"] == "Fest rekkverket i trapp B (for Tor Erik Moen)"
    with tenant(cast.fjellvik):
        Absence.objects.all().delete()
    assert events(path) == []


def test_standing_in_ends_at_the_organisations_midnight(cast, give, make):
    give()
    path = make(cast.piotr)
    day = datetime.date(2026, 11, 20)
    with tenant(cast.fjellvik):
        Absence.objects.create(employee=cast.tor_erik, deputy=cast.piotr, starts_on=day, ends_on=day)
        Organisation.objects.filter(pk=cast.fjellvik.pk).update(time_zone="Pacific/Auckland")
    auckland = ZoneInfo("Pacific/Auckland")
    with time_machine.travel(datetime.datetime(2026, 11, 20, 23, 30, tzinfo=auckland), tick=False):
        assert len(events(path)) == 1
    with time_machine.travel(datetime.datetime(2026, 11, 21, 0, 30, tzinfo=auckland), tick=False):
        assert events(path) == []


@pytest.mark.parametrize(("language", "name"), [("nb", "Oppgaver"), ("nn", "Oppgåver"), ("en", "Tasks")])
def test_it_speaks_the_persons_language(cast, give, make, language, name):
    give()
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=cast.tor_erik.pk).update(language=language)
    assert read(make())["NAME"].startswith(f"{name} i" if language != "en" else name)


def test_many_cost_as_many_queries_as_few(cast, give, make):
    def add():
        give(to=cast.amir)
        with tenant(cast.fjellvik):
            case = report(cast)
            send_to_safety_rep(add_action(cast, case).plan, to=cast.kari, by=cast.amir)

    def count(path):
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(path).status_code == 200
        return len(queries)

    paths = [make(cast.amir), make(cast.kari)]
    add()
    few = [count(path) for path in paths]
    for _time in range(3):
        add()
    assert [count(path) for path in paths] == few


# --- the address ---


def test_an_address_is_shown_once_works_at_once_and_replaces_the_old(cast, client, give):
    give()
    client.force_login(cast.tor_erik.user)
    assert client.get(PAGE).context["feed"] is None
    made = client.post(PAGE, {"do": "make"})
    assert made.headers["Cache-Control"] == "no-store"
    first = made.context["address"].removeprefix("http://127.0.0.1:8000")
    assert first in made.content.decode()
    assert made.context["subscribe_url"].startswith("webcal://")
    assert len(events(first)) == 1
    assert first not in client.get(PAGE).content.decode()
    second = client.post(PAGE, {"do": "make"}).context["address"].removeprefix("http://127.0.0.1:8000")
    assert Client().get(first).status_code == 410
    assert len(events(second)) == 1
    assert client.post(PAGE, {"do": "off"}).status_code == 303
    assert Client().get(second).status_code == 410
    assert client.post(PAGE, {"do": "off"}).status_code == 303, "twice is once"
    assert client.post(PAGE, {"do": "x"}).status_code == 400


def test_nobodys_anothers_and_the_leavers_address_show_nothing(cast, give, make):
    give()
    path = make()
    assert Client().get("/fjellvik/kalender/" + "x" * 43 + ".ics").status_code == 404
    assert Client().get(path.replace("/fjellvik/", "/havbris/")).status_code == 404
    assert Client().get(make(cast.olav).replace("/havbris/", "/fjellvik/")).status_code == 404
    with tenant(cast.fjellvik):
        Employee.objects.filter(pk=cast.tor_erik.pk).update(ends_on=timezone.localdate() - datetime.timedelta(days=1))
    gone = Client().get(path)
    assert (gone.status_code, gone.content) == (410, b"")


def test_the_way_there_is_on_my_tasks_and_the_profile(cast, client):
    client.force_login(cast.tor_erik.user)
    for address in ("/fjellvik/oppgaver/", "/fjellvik/profil/"):
        assert f'href="{PAGE}"' in client.get(address).content.decode()


# --- what people write ---

HOSTILE = [
    "Komma, semikolon; kolon: \\ skråstrek \"sitat\"",
    "linje\r\nBEGIN:VALARM\r\nEND:VALARM",
    "END:VEVENT\nEND:VCALENDAR",
    "æøå ÆØÅ " + "å" * 140,
    "🦺" * 60,
    "a\u2028b\u2029c\x85d\x0be\x7ff",
    "‮snudd",
    " \t ",
]  # fmt: skip


def survives(cast, give, make, texts):
    path = make()
    task = give()
    for text in texts:
        with tenant(cast.fjellvik):
            Assignment.objects.filter(pk=task.pk).update(title=text)
        raw = Client().get(path).content
        lines = raw.split(b"\r\n")
        assert all(len(line) <= 75 for line in lines), text
        assert b"\n" not in raw.replace(b"\r\n", b""), text
        calendar = icalendar.Calendar.from_ical(raw)
        [event] = calendar.walk("VEVENT")
        assert not calendar.errors
        assert not event.errors
        assert not calendar.walk("VALARM")
        assert str(event["SUMMARY"]) == feeds._plain(text), text


def test_hostile_titles_survive(cast, give, make):
    survives(cast, give, make, HOSTILE)


@pytest.mark.realdata
@pytest.mark.skipif(NAUGHTY is None, reason="the list of hostile strings does not lie beside the checkout")
def test_the_worlds_naughty_strings_survive(cast, give, make):
    values = [str(item["value"])[:160] for item in json.loads(NAUGHTY.read_text(encoding="utf-8"))]
    texts = [value for value in dict.fromkeys(values) if value and "\0" not in value]
    assert len(texts) > 200
    survives(cast, give, make, texts)


@pytest.mark.realdata
@pytest.mark.skipif(not ICS, reason="the reference files do not lie beside the checkout")
@pytest.mark.parametrize("file", ICS, ids=lambda file: file.name)
def test_the_titles_of_real_calendars_survive(cast, give, make, file):
    calendars = icalendar.Calendar.from_ical(file.read_bytes(), multiple=True)
    titles = [str(event.get("SUMMARY", ""))[:160] for calendar in calendars for event in calendar.walk("VEVENT")]
    survives(cast, give, make, [title for title in titles if title][:20])
