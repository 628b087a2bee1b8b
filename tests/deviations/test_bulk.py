"""Many cases at once: whose, which are left and why, undone without overwriting anybody, twice is once."""

import datetime
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deviations import services
from deviations.enums import State
from deviations.models import BulkChange, Deviation
from deviations.services.bulk import MOST, Seen, handler_id_of
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report, url
from tests.deviations.test_at_once import at_once, signed_in, world  # noqa: F401  a fixture

MANY = "/fjellvik/avvik/flere/"


def fresh(case) -> Deviation:
    return Deviation.everything.select_related("handling__assignee").get(pk=case.pk)


def seen(*cases) -> list[Seen]:
    return [Seen(case.pk, case.version, handler_id_of(case)) for case in map(fresh, cases)]


def assign(cast, *cases, to=None, by=None, key=None) -> BulkChange:
    return services.bulk_assign(
        cases=seen(*cases), to=to or cast.helene, by=by or cast.amir, key=key or uuid.uuid4()
    )  # fmt: skip


def confirmed(page: str) -> dict[str, object]:
    """What the confirming page sends back."""
    return {
        "sett": re.findall(r'name="sett" value="([\d.]+)"', page),
        "idempotency_key": re.search(r'name="idempotency_key" value="([\w-]+)"', page).group(1),
    }


def test_given_from_the_list_confirmed_and_put_back(cast, client):
    with tenant(cast.fjellvik):
        cases = [report(cast, f"Sak {number}.") for number in range(3)]
    client.force_login(cast.amir.user)
    shown = client.get("/fjellvik/avvik/").content.decode()
    assert MANY in shown
    page = client.get(MANY, {"valgt": [case.pk for case in cases], "gjor": "assign"}).content.decode()
    assert all(case.number in page for case in cases)
    sent = confirmed(page)
    assert client.post(f"{MANY}?gjor=assign", {**sent, "to": ""}).status_code == 422
    done = client.post(f"{MANY}?gjor=assign", {**sent, "to": cast.helene.pk})
    again = client.post(f"{MANY}?gjor=assign", {**sent, "to": cast.helene.pk})
    assert done.status_code == again.status_code == 303
    assert done.headers["Location"] == again.headers["Location"]
    with tenant(cast.fjellvik):
        assert {fresh(case).handling.assignee for case in cases} == {cast.helene}
        assert Notification.objects.filter(type="deviations.given_many", recipient=cast.helene).count() == 1
        mailed = Notification.objects.filter(
            type="assignments.assigned", recipient=cast.helene, deliveries__isnull=False
        )
        assert not mailed.exists()
        assert Event.objects.filter(verb="deviations.changed_many").count() == 1
    result = done.headers["Location"]
    assert "angre" in client.get(result).content.decode()
    assert client.post(result + "angre/").status_code == 303
    assert client.post(result + "angre/").status_code == 409
    with tenant(cast.fjellvik):
        assert {fresh(case).handling.assignee for case in cases} == {cast.amir}


def test_the_category_is_set_and_new_cases_stay_new(cast, client):
    with tenant(cast.fjellvik):
        cases = [report(cast), report(cast, category="fire")]
    client.force_login(cast.amir.user)
    page = client.get(MANY, {"valgt": [case.pk for case in cases], "gjor": "category"}).content.decode()
    assert client.post(f"{MANY}?gjor=category", {**confirmed(page), "category": "tull"}).status_code == 422
    done = client.post(f"{MANY}?gjor=category", {**confirmed(page), "category": "fire"})
    with tenant(cast.fjellvik):
        now = fresh(cases[0])
        assert (now.category, now.state, now.version) == ("fire", State.NEW, 2)
        assert fresh(cases[1]).version == 1
    assert client.post(done.headers["Location"] + "angre/").status_code == 303
    with tenant(cast.fjellvik):
        assert (fresh(cases[0]).category, fresh(cases[1]).category) == ("", "fire")


def test_what_is_left_says_why(cast, client):
    with tenant(cast.fjellvik):
        mine, closed, about_her, changed, already, elsewhere = (
            report(cast), report(cast), report(cast, unit=cast.helse, about_my_manager=True), report(cast), report(cast),
            report(cast, unit=cast.teknisk, reporter=cast.tor_erik),
        )  # fmt: skip
        services.close(closed, by=cast.amir, answer="x")
        services.hand_over(already, to=cast.helene, by=cast.amir)
        wanted = seen(mine, closed, about_her, changed, already, elsewhere)
        services.triage(fresh(changed), by=cast.amir, version=1, title="Ny")
        change = services.bulk_assign(cases=wanted, to=cast.helene, by=cast.amir, key=uuid.uuid4())
        assert [row["case"] for row in change.changed] == [mine.pk]
        assert {(row["case"], row["why"]) for row in change.skipped} == {
            (closed.pk, "closed"), (changed.pk, "changed"), (already.pk, "already"), (None, "gone"),
        }  # fmt: skip
        assert fresh(elsewhere).handling.assignee == cast.piotr
        # The representative sees the cases and handles none of them.
        by_kari = assign(cast, mine, by=cast.kari)
        assert by_kari.skipped == [{"case": mine.pk, "why": "not_yours"}]
        # Nobody is given a case about themself, whoever asks.
        by_ragnhild = assign(cast, about_her, by=cast.ragnhild)
        assert by_ragnhild.skipped == [{"case": about_her.pk, "why": "not_theirs"}]
    client.force_login(cast.amir.user)
    page = client.get(f"{MANY}{change.pk}/").content.decode()
    assert closed.number in page
    assert elsewhere.number not in page


def test_whistleblowing_is_never_touched(cast):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.add_receiver(
            employee=cast.sunniva, position=1, is_outside_line=True, starts_on=timezone.localdate(), by=cast.admin
        )
        services.make_whistleblowing(case, by=cast.amir, reason="Varsling.")
        before = fresh(case).handling.assignee
        change = assign(cast, case, by=cast.sunniva)
        assert change.skipped == [{"case": None, "why": "gone"}]
        assert fresh(case).handling.assignee == before


def test_undoing_overwrites_nobodys_later_change(cast):
    with tenant(cast.fjellvik):
        kept, put_back, closed = report(cast), report(cast), report(cast)
        change = assign(cast, kept, put_back, closed)
        services.hand_over(fresh(kept), to=cast.sunniva, by=cast.helene)
        services.close(fresh(closed), by=cast.helene, answer="x")
        services.undo_bulk(change, by=cast.amir)
        assert fresh(kept).handling.assignee == cast.sunniva
        assert fresh(put_back).handling.assignee == cast.amir
        assert fresh(closed).handling.assignee == cast.helene
        assert change.kept == 2
        sorted_ones = services.bulk_categorise(
            cases=seen(kept, put_back), category="fire", by=cast.sunniva, key=uuid.uuid4()
        )
        services.triage(fresh(kept), by=cast.sunniva, version=fresh(kept).version, category="chemical")
        services.undo_bulk(sorted_ones, by=cast.sunniva)
        assert (fresh(kept).category, fresh(put_back).category) == ("chemical", "")


def test_ten_minutes_and_ones_own(cast, client):
    with tenant(cast.fjellvik):
        change = assign(cast, report(cast))
        with pytest.raises(InvalidTransition):
            services.undo_bulk(change, by=cast.helene)
    for who in (cast.helene, cast.sunniva, cast.olav):
        client.force_login(who.user)
        assert client.get(f"{MANY}{change.pk}/").status_code == 404
        assert client.post(f"{MANY}{change.pk}/angre/").status_code == 404
    with tenant(cast.fjellvik):
        BulkChange.objects.update(at=timezone.now() - datetime.timedelta(minutes=11))
    client.force_login(cast.amir.user)
    assert "angre/" not in client.get(f"{MANY}{change.pk}/").content.decode()
    assert client.post(f"{MANY}{change.pk}/angre/").status_code == 409


def test_only_those_whose_role_gives_them_many(cast, client):
    for who, status in (
        (cast.kari, 403),
        (cast.ingrid, 403),
        (cast.ragnhild, 200),
        (cast.sunniva, 200),
        (cast.olav, 404),
    ):
        client.force_login(who.user)
        assert client.get(MANY).status_code == status, who.name
    client.force_login(cast.kari.user)
    assert MANY not in client.get("/fjellvik/avvik/").content.decode()


def test_at_most_a_hundred_and_nonsense_is_nothing(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
    client.force_login(cast.amir.user)
    many = [str(case.pk), "x", "-1", "9" * 30, *(str(number) for number in range(10**6, 10**6 + MOST + 5))]
    page = client.get(MANY, {"valgt": many, "gjor": "tull"})
    assert page.status_code == 200
    assert page.content.decode().count('name="sett"') == 1
    sent = {"sett": ["x", "1.2", "1.2.x", "9" * 30 + ".1.1"], "to": cast.helene.pk}
    assert client.post(f"{MANY}?gjor=assign", sent).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_once_is_one_change(world):  # noqa: F811
    with tenant(world.fjellvik):
        cases = [report(world) for _number in range(3)]
        sett = [f"{one.case}.{one.version}.{one.handler}" for one in seen(*cases)]
    sent = {"sett": sett, "to": world.helene.pk, "idempotency_key": str(uuid.uuid4())}
    clients = [signed_in(world.amir), signed_in(world.amir)]
    answers = at_once(
        *(lambda c=c: c.post(f"{MANY}?gjor=assign", sent).headers.get("Location") for c in clients)
    )  # fmt: skip
    assert answers[0] == answers[1] is not None
    with tenant(world.fjellvik):
        assert BulkChange.objects.count() == 1
        assert Event.objects.filter(verb="assignment.handed_over").count() == 3


def test_the_queries_of_the_list_do_not_grow_with_its_rows(cast, client):
    client.force_login(cast.amir.user)
    numbers = []
    for _round in range(2):
        with tenant(cast.fjellvik):
            for _number in range(3):
                report(cast)
        client.get("/fjellvik/avvik/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/fjellvik/avvik/").status_code == 200
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_the_case_page_does_not_ask_more_for_more_around_it(cast, client):
    numbers = []
    with tenant(cast.fjellvik):
        main = report(cast, place="Trapp B", category="equipment")
    client.force_login(cast.amir.user)
    for _round in range(2):
        with tenant(cast.fjellvik):
            for _number in range(2):
                merged, linked = report(cast, place=""), report(cast, place="")
                services.comment(merged, by=cast.amir, text=str(merged.pk), visibility="internal")
                services.merge(merged, into=main, by=cast.amir, reason="Samme.")
                services.link(main, other=linked, kind="related", by=cast.amir)
                report(cast, category="equipment", place="Trapp B")
        client.get(url(main))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(main)).status_code == 200
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
