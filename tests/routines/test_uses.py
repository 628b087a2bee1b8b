"""Proof of use: who writes it down, what the owner is asked, who sees it, and what the radar makes of it."""

import datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override as language

from deviations import services as cases
from deviations.enums import RoutineCover
from deviations.models import Deviation
from hms.assignments.enums import Kind
from hms.assignments.models import Assignment
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.organisations.errors import Refused
from hms.tenancy.scope import tenant
from routines import services
from routines.enums import UseKind, Worked
from routines.models import Routine, Use
from routines.selectors import sleepers
from routines.selectors.uses import visible_uses
from tests.deviations.helpers import report
from tests.routines.helpers import TEXT, publish, url
from tests.training.helpers import make, teach

TODAY = timezone.localdate
DAY = datetime.timedelta(days=1)


@pytest.fixture
def routine(cast):
    with tenant(cast.fjellvik):
        return publish(cast, valid_from=TODAY() - 30 * DAY)


def log(cast, routine, **said) -> Use:
    said = {
        "by": cast.kari, "kind": UseKind.ROUND, "used_on": TODAY(), "unit": cast.solbakken, "worked": Worked.WELL,
        "people": 4, **said,
    }  # fmt: skip
    return services.log_use(routine, **said)


def form(cast, **said) -> dict[str, object]:
    return {
        "kind": "drill",
        "used_on": TODAY().isoformat(),
        "unit": cast.solbakken.pk,
        "people": "5",
        "worked": "well",
        **said,
    }


def test_the_version_of_the_day_is_kept(cast, routine):
    with tenant(cast.fjellvik):
        publish(cast, routine, text=TEXT.replace("fem", "ti"), valid_from=TODAY())
        assert log(cast, routine, used_on=TODAY() - 3 * DAY).version.number == 1
        assert log(cast, routine).version.number == 2
        with pytest.raises(Refused) as refused:
            log(cast, routine, used_on=TODAY() - 31 * DAY)
        assert refused.value.field == "used_on"
        with pytest.raises(Refused):
            log(cast, routine, used_on=TODAY() + DAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            Use.objects.update(used_on=TODAY() + DAY)


@pytest.mark.parametrize(("worked", "tasks"), [("well", 0), ("not_followed", 0), ("better", 1), ("unclear", 1)])
def test_owner_is_asked_where_the_routine_can_be_better(cast, routine, worked, tasks):
    with tenant(cast.fjellvik):
        use = log(cast, routine, worked=worked, note="Vi fant ikke gul boks.")
        # Pressed twice it is one.
        assert log(cast, routine, worked=worked, note="Vi fant ikke gul boks.").pk == use.pk
        given = Assignment.objects.filter(kind=Kind.FEEDBACK)
        assert [(task.assignee, task.source_id) for task in given] == [(cast.amir, use.pk)] * tasks
        assert Notification.objects.filter(recipient=cast.amir, type="assignments.assigned").count() >= tasks
        event = Event.objects.get(verb="routine.used")
        assert "gul boks" not in str(event.data)


def test_owner_says_what_came_of_it_and_whoever_said_it_is_told(cast, client, routine):
    with tenant(cast.fjellvik):
        use = log(cast, routine, worked="unclear", note="Vi fant ikke gul boks.")
    page = url(routine, f"bruk/{use.pk}/")
    client.force_login(cast.kari.user)
    assert client.post(page, {"outcome": "Nei"}).status_code == 403
    client.force_login(cast.amir.user)
    assert "Vi fant ikke gul boks." in client.get(page).content.decode()
    assert client.post(page, {"outcome": ""}).status_code == 422
    assert client.post(page, {"outcome": "Boksene henger ved døra nå."}).status_code == 303
    with tenant(cast.fjellvik):
        assert Assignment.objects.get(kind=Kind.FEEDBACK).state == "done"
        told = Notification.objects.get(recipient=cast.kari, type="routines.use_followed_up")
        assert "Boksene" not in str(told.parameters)
        with pytest.raises(InvalidTransition):
            services.follow_up_use(Use.objects.get(), by=cast.amir, outcome="En gang til.")
    client.force_login(cast.kari.user)
    assert "Boksene henger ved døra nå." in client.get(page).content.decode()
    # The routine's own story tells it, to whoever keeps the routine.
    client.force_login(cast.amir.user)
    assert "Boksene henger ved døra nå." in client.get(url(routine)).content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("amir", 200), ("helene", 200), ("piotr", 200), ("ragnhild", 200), ("sunniva", 200), ("kari", 200), ("vigdis", 200),
        ("ingrid", 403), ("tor_erik", 403), ("admin", 403), ("olav", 404),
    ],
)  # fmt: skip
def test_who_writes_it_down(cast, client, routine, who, status):
    client.force_login(getattr(cast, who).user)
    assert client.get(url(routine, "bruk/ny/")).status_code == status
    assert client.post(url(routine, "bruk/ny/"), {}).status_code == (422 if status == 200 else status)
    page = client.get(url(routine))
    if status != 404:
        assert ("bruk/ny/" in page.content.decode()) == (status == 200)


def test_somebody_elses_unit_cannot_be_written_for(cast, client, routine):
    client.force_login(cast.piotr.user)
    assert client.post(url(routine, "bruk/ny/"), form(cast)).status_code == 422
    assert client.post(url(routine, "bruk/ny/"), form(cast, unit=cast.teknisk.pk)).status_code == 303


def test_what_is_wrong_stands_beside_the_field_and_everything_is_kept(cast, client, routine):
    client.force_login(cast.kari.user)
    address = url(routine, "bruk/ny/")
    for wrong, field in (
        ({"used_on": (TODAY() + DAY).isoformat()}, "used_on"),
        ({"used_on": (TODAY() - 300 * DAY).isoformat()}, "used_on"),
        ({"people": "0"}, "people"),
        ({"people": "mange"}, "people"),
        ({"worked": "unclear", "note": ""}, "note"),
        ({"note": "Spør 01010750160 om det"}, "note"),
        ({"kind": ""}, "kind"),
    ):
        response = client.post(address, form(cast, **wrong))
        assert response.status_code == 422, wrong
        assert list(response.context["form"].errors) == [field], wrong
    with tenant(cast.fjellvik):
        assert not Use.objects.exists()


def test_not_followed_leads_to_a_report_that_names_the_routine(cast, client, routine):
    client.force_login(cast.kari.user)
    response = client.post(url(routine, "bruk/ny/"), form(cast, worked="not_followed"), follow=True)
    page = response.content.decode()
    assert "/fjellvik/meld/?rutine=Stikkskader" in page
    reported = client.get("/fjellvik/meld/?rutine=Stikkskader+og+blods%C3%B8l")
    asked = reported.context["form"]
    assert asked["routine_name"].value() == "Stikkskader og blodsøl"
    assert asked["routine_cover"].value() == RoutineCover.NOT_FOLLOWED
    # Somebody who has nothing to do with a routine is asked as always.
    assert not client.get("/fjellvik/meld/").context["form"]["routine_name"].value()


def test_out_of_force_nothing_is_written(cast, client, routine):
    with tenant(cast.fjellvik):
        services.archive(routine, by=cast.amir, reason="Borte.")
    client.force_login(cast.kari.user)
    assert client.post(url(routine, "bruk/ny/"), form(cast)).status_code == 409


def test_taken_back_it_does_not_count_and_asks_nobody(cast, client, routine):
    with tenant(cast.fjellvik):
        use = log(cast, routine, worked="better", note="Skriv det kortere.")
    page = url(routine, f"bruk/{use.pk}/trekk/")
    client.force_login(cast.vigdis.user)
    assert client.post(page).status_code == 403
    client.force_login(cast.kari.user)
    assert client.post(page).status_code == 303
    assert client.post(page).status_code == 409
    with tenant(cast.fjellvik):
        assert Assignment.objects.get(kind=Kind.FEEDBACK).state == "cancelled"
    client.force_login(cast.amir.user)
    assert "Brukt 1 gang" not in client.get(url(routine)).content.decode()


def test_a_use_is_never_removed_by_who_serves(cast, routine, serving_role):
    with tenant(cast.fjellvik):
        log(cast, routine)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM routines_use")


def test_who_sees_which(cast, routine):
    with tenant(cast.fjellvik):
        here = log(cast, routine)
        there = log(cast, routine, by=cast.piotr, unit=cast.teknisk)
        seen = {
            who: {use.pk for use in visible_uses(getattr(cast, who))}
            for who in (
                "ingrid",
                "kari",
                "amir",
                "helene",
                "piotr",
                "tor_erik",
                "vigdis",
                "sunniva",
                "ragnhild",
                "admin",
            )
        }
        both, at_solbakken, at_teknisk = {here.pk, there.pk}, {here.pk}, {there.pk}
        assert seen == {
            "ingrid": at_solbakken, "kari": at_solbakken, "amir": both, "helene": both, "piotr": at_teknisk,
            "tor_erik": at_teknisk, "vigdis": both, "sunniva": both, "ragnhild": both, "admin": set(),
        }  # fmt: skip
    with tenant(cast.havbris):
        assert not visible_uses(cast.olav).exists()


def test_one_panel_for_uses_deviations_and_trainings(cast, client, routine):
    with tenant(cast.fjellvik):
        log(cast, routine, used_on=TODAY() - 5 * DAY)
        log(cast, routine, kind=UseKind.DRILL, worked="unclear", note="Hvor er boksen?", used_on=TODAY() - 2 * DAY)
        case = report(cast, "Vi gjorde det på en annen måte.")
        cases.receive(case, by=cast.amir)
        Deviation.objects.filter(pk=case.pk).update(routine_name=routine.title, routine_cover=RoutineCover.NOT_FOLLOWED)
        make(cast, "Smittevern", routines=[routine.pk])
    client.force_login(cast.amir.user)
    page = client.get(url(routine)).content.decode()
    panel = page.split('id="in-use"')[1].split("</section>")[0]
    assert "Brukt 2 ganger: 1 × Det virket, 1 × Den var uklar. 1 avvik nevner den." in panel
    places = [panel.index(words) for words in ("Brukt i opplæringen", case.number, "Øvelse", "Vernerunde")]
    assert places == sorted(places)
    # Ingrid sees what happened where she works, and no cases of others.
    client.force_login(cast.ingrid.user)
    panel = client.get(url(routine)).content.decode().split('id="in-use"')[1].split("</section>")[0]
    assert "Vernerunde" in panel
    assert case.number not in panel


def test_log_is_paged_and_costs_the_same(cast, client, routine):
    client.force_login(cast.sunniva.user)
    with tenant(cast.fjellvik):
        log(cast, routine, worked="unclear", note="Hva?")

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    pages = [url(routine), url(routine, "bruk/"), "/fjellvik/rutiner/radar/"]
    for page in pages:
        client.get(page)
    before = [cost(page) for page in pages]
    with tenant(cast.fjellvik):
        for number in range(30):
            log(cast, routine, people=number + 1, used_on=TODAY() - number % 9 * DAY)
    assert [cost(page) for page in pages] == before
    assert "etter=" in client.get(pages[1]).content.decode()


# --- the radar ---


def reasons(cast, routine) -> str:
    return " ".join(next((one.reasons for one in sleepers(cast.amir) if one.routine.pk == routine.pk), []))


def test_unused_for_a_year_is_a_mild_reason_and_any_trace_wakes_it(cast, routine):
    unused = "Ingen har brukt den på et år"
    with tenant(cast.fjellvik), language("nb"):
        services.change_routine(routine, by=cast.amir, must_confirm=False)
        assert unused not in reasons(cast, routine)
        Routine.objects.filter(pk=routine.pk).update(published_at=timezone.now() - 400 * DAY)
        assert unused in reasons(cast, routine)
        # Last of all there is to say.
        assert next(one for one in sleepers(cast.amir) if one.routine.pk == routine.pk).weight < 10
        use = log(cast, routine)
        assert unused not in reasons(cast, routine)
        services.withdraw_use(use, by=cast.kari)
        training = make(cast, "Smittevern", routines=[routine.pk])
        assert unused in reasons(cast, routine)
        teach(training, cast.ingrid, by=cast.amir, days_ago=30)
        assert unused not in reasons(cast, routine)


def test_a_routine_that_must_be_confirmed_is_not_blamed_twice(cast, routine):
    with tenant(cast.fjellvik), language("nb"):
        Routine.objects.filter(pk=routine.pk).update(published_at=timezone.now() - 400 * DAY)
        assert "Ingen har brukt den" not in reasons(cast, routine)
