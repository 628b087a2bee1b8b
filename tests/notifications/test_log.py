"""What was sent and how it went: for oneself, for the administrator, and putting it right."""

import datetime

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hms.audit.models import Event
from hms.notifications import tasks
from hms.notifications.bounces import take
from hms.notifications.enums import DeliveryState
from hms.notifications.models import DeadAddress, Delivery, Notification
from hms.notifications.selectors import dead_address_of, sent_about
from hms.organisations.models import Employee
from hms.tenancy.scope import tenant
from tests.cast import hold
from tests.notifications.reports import report

MINE = "/fjellvik/varsler/utsendinger/"
DEAD = "/fjellvik/innstillinger/adresser/"
OTHERS = ["ingrid", "amir", "kari", "sunniva", "ragnhild", "vigdis"]


def log_of(person):
    return f"/fjellvik/innstillinger/folk/{person.pk}/utsendinger/"


@pytest.fixture
def as_admin(cast, client):
    client.force_login(cast.admin.user)
    return client


@pytest.fixture
def lose(cast, tell):
    """A message to somebody that came back; returns the notification."""

    def lose(to=None, *, dedupe="1", **changes):
        person = to or cast.tor_erik
        told = tell(person, dedupe=dedupe, **changes)
        with tenant(cast.fjellvik):
            DeadAddress.objects.filter(employee=person).delete()
        tasks.deliver(cast.fjellvik.pk)
        with tenant(cast.fjellvik):
            message_id = Delivery.objects.get(notification=told).message_id
        take(report("postfix", message_id))
        return told

    return lose


def deliveries(cast, told):
    with tenant(cast.fjellvik):
        return list(Delivery.objects.filter(notification=told).order_by("id").values_list("state", flat=True))


def test_an_administrator_sees_what_sort_and_how_it_went_but_not_what_it_was_about(cast, as_admin, lose, tell):
    lose(parameters={"what": "the secret stairs"})
    tell(dedupe="2", email=False)
    page = as_admin.get(log_of(cast.tor_erik)).content.decode()
    assert "Melding om en sak" in page
    assert "Kom i retur" in page
    assert "Ingen har denne adressen" in page
    assert "Bare i HMS" in page
    assert "secret stairs" not in page
    assert "Look at" not in page
    assert (
        f'href="{log_of(cast.tor_erik)}"'
        in as_admin.get(f"/fjellvik/innstillinger/folk/{cast.tor_erik.pk}/").content.decode()
    )


def test_the_log_can_be_narrowed_to_what_did_not_arrive(cast, as_admin, lose, tell):
    told = lose()
    tell(dedupe="2")
    tasks.deliver(cast.fjellvik.pk)
    everything = as_admin.get(log_of(cast.tor_erik))
    lost = as_admin.get(log_of(cast.tor_erik), {"vis": "feil"})
    assert len(everything.context["rows"]) == 2
    assert [row["notification"].pk for row in lost.context["rows"] if row["notification"].pk == told.pk] == [told.pk]


def test_a_long_log_is_paged_and_costs_the_same(cast, as_admin, tell):
    def count():
        as_admin.get(log_of(cast.tor_erik))
        with CaptureQueriesContext(connection) as queries:
            as_admin.get(log_of(cast.tor_erik))
        return len(queries)

    tell(dedupe="0")
    one = count()
    for number in range(1, 27):
        tell(dedupe=str(number))
    assert count() == one
    first = as_admin.get(log_of(cast.tor_erik))
    second = as_admin.get(log_of(cast.tor_erik) + first.context["next_url"])
    assert [len(page.context["rows"]) for page in (first, second)] == [25, 2]
    assert as_admin.get(log_of(cast.tor_erik), {"etter": "tull"}).status_code == 400


def test_one_sees_ones_own_with_what_it_was_about(cast, client, lose, tell):
    lose(parameters={"what": "stairs B"})
    tell(cast.amir, parameters={"what": "Amir's thing"})
    client.force_login(cast.tor_erik.user)
    page = client.get(MINE).content.decode()
    assert "Look at stairs B" in page
    assert "Kom i retur" in page
    assert "Amir&#x27;s thing" not in page
    assert "E-postadressen din virker ikke." in page
    assert f'href="{MINE}"' in client.get("/fjellvik/varsler/").content.decode()


def test_my_page_says_so_kindly_and_only_to_the_one_it_is_about(cast, client, lose):
    lose()
    for person, told in ((cast.tor_erik, True), (cast.amir, False)):
        client.force_login(person.user)
        assert ("E-postadressen din virker ikke." in client.get("/fjellvik/").content.decode()) is told


def test_the_page_of_a_case_says_why(cast, lose):
    lose()
    with tenant(cast.fjellvik):
        [told] = sent_about(cast.solbakken)
        [delivery] = told.deliveries.all()
        assert (delivery.is_lost, delivery.problem) == (True, "Ingen har denne adressen")


# --- sending again ---


def test_a_lost_message_is_sent_again_beside_the_one_that_came_back(cast, as_admin, lose):
    told = lose()
    before = len(mail.outbox)
    for _time in range(2):
        response = as_admin.post(log_of(cast.tor_erik) + "igjen/", {"notification": told.pk})
        assert (response.status_code, response.headers["Location"]) == (303, log_of(cast.tor_erik))
    assert deliveries(cast, told) == [DeliveryState.BOUNCED, DeliveryState.QUEUED], "twice is once"
    tasks.deliver(cast.fjellvik.pk)
    assert len(mail.outbox) == before + 1
    with tenant(cast.fjellvik):
        first, second = Delivery.objects.filter(notification=told).order_by("id")
        assert first.message_id != second.message_id, "a late report about the first blames not the second"
        assert dead_address_of(cast.tor_erik) is None
        assert Event.objects.filter(verb="employee.address_tried_again", actor=cast.admin).exists()


def test_all_are_sent_again_but_of_the_same_only_the_newest_and_nothing_old(cast, as_admin, lose):
    old, first, second = (lose(dedupe=str(number)) for number in range(3))
    with tenant(cast.fjellvik):
        Notification.objects.filter(pk=old.pk).update(
            created_at=timezone.now() - datetime.timedelta(days=40), about_id=1
        )
        Notification.objects.filter(pk=first.pk).update(created_at=timezone.now() - datetime.timedelta(hours=1))
    as_admin.post(log_of(cast.tor_erik) + "igjen/")
    assert [len(deliveries(cast, told)) for told in (old, first, second)] == [1, 1, 2]


def test_what_arrived_is_not_sent_again(cast, as_admin, tell):
    told = tell()
    tasks.deliver(cast.fjellvik.pk)
    as_admin.post(log_of(cast.tor_erik) + "igjen/", {"notification": told.pk})
    assert deliveries(cast, told) == [DeliveryState.SENT]


def test_anothers_message_is_not_sent_through_somebody_elses_page(cast, as_admin, lose):
    told = lose(cast.amir)
    as_admin.post(log_of(cast.tor_erik) + "igjen/", {"notification": told.pk})
    assert deliveries(cast, told) == [DeliveryState.BOUNCED]
    for nonsense in ("x", "1" * 30, "-1"):
        assert as_admin.post(log_of(cast.tor_erik) + "igjen/", {"notification": nonsense}).status_code == 400


# --- addresses that do not work ---


def test_the_administrator_sees_who_why_and_since_when_and_tries_again(cast, as_admin, lose):
    told = lose()
    page = as_admin.get(DEAD)
    text = page.content.decode()
    for words in ("Tor Erik Moen", "tor.erik.moen@fjellvik.example", "Ingen har denne adressen", "5.1.1"):
        assert words in text
    [(row, _address)] = page.context["rows"]
    assert as_admin.post(f"{DEAD}{row.pk}/igjen/").status_code == 303
    assert deliveries(cast, told) == [DeliveryState.BOUNCED, DeliveryState.QUEUED]
    assert "Alle adresser virker" in as_admin.get(DEAD).content.decode()
    assert as_admin.post(f"{DEAD}{row.pk}/igjen/").status_code == 404


def test_a_long_list_costs_as_many_queries_as_a_short_one(cast, as_admin, lose):
    def count():
        as_admin.get(DEAD)
        with CaptureQueriesContext(connection) as queries:
            as_admin.get(DEAD)
        return len(queries)

    lose()
    one = count()
    for person in (cast.amir, cast.kari, cast.piotr):
        lose(person)
    assert count() == one


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_sees_or_does_any_of_it(cast, client, lose, who):
    told = lose()
    with tenant(cast.fjellvik):
        row = DeadAddress.objects.get()
    client.force_login(getattr(cast, who).user)
    assert client.get(DEAD).status_code == 403
    assert client.get(log_of(cast.tor_erik)).status_code == 403
    assert client.post(f"{DEAD}{row.pk}/igjen/").status_code == 403
    assert client.post(log_of(cast.tor_erik) + "igjen/").status_code == 403
    assert deliveries(cast, told) == [DeliveryState.BOUNCED]


def test_another_organisations_administrator_finds_nothing(cast, client, lose):
    lose()
    with tenant(cast.fjellvik):
        row = DeadAddress.objects.get()
    client.force_login(cast.olav.user)
    havbris = DEAD.replace("fjellvik", "havbris")
    assert "Tor Erik" not in client.get(havbris).content.decode()
    assert client.post(f"{havbris}{row.pk}/igjen/").status_code == 404
    assert client.get(log_of(cast.tor_erik).replace("fjellvik", "havbris")).status_code == 404
    assert client.get(DEAD).status_code == 404


def test_two_administrators_are_both_told(cast, lose):
    lose()
    with tenant(cast.fjellvik):
        hold(cast.sunniva, "administrator")
    tasks.tend_addresses()
    with tenant(cast.fjellvik):
        told = Notification.objects.filter(type="notifications.dead_addresses")
        assert {row.recipient.given_name for row in told} == {"Sunniva", "Bjarte"}
        assert all(Employee.objects.filter(pk=row.recipient_id).exists() for row in told)
