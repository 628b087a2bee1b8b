"""Work that is offered to many: the first takes it, somebody always answers for it, and it is never lost."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.utils import timezone

from hms.assignments import pool, selectors, services
from hms.assignments.enums import State
from hms.assignments.errors import NobodyToAsk, TakenByAnother
from hms.assignments.models import ActionLink, Assignment, Note, Offer
from hms.assignments.target import Target
from hms.audit.enums import Via
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.organisations import services as organisations
from hms.organisations.enums import Role
from hms.organisations.models import Absence, Employee, Group
from hms.tenancy.scope import tenant

LIST = "/fjellvik/oppgaver/"


@pytest.fixture
def wardens(cast):
    """Fire wardens of Solbakken, for whom Amir answers: Ingrid, Kari and Tor Erik."""
    with tenant(cast.fjellvik):
        group = organisations.create_group(name="Brannvernledere", unit=cast.solbakken, by=cast.admin)
        for person in (cast.ingrid, cast.kari, cast.tor_erik):
            organisations.add_member(group, person, by=cast.admin)
        return group


@pytest.fixture
def offer(cast, give, wardens):
    """Sunniva asks the wardens to test the alarm (unless told otherwise)."""

    def offer(**changes):
        values = {"to": None, "offered_to": Target(group=wardens), "by": cast.sunniva, "requested_by": cast.sunniva}
        return give(title="Prøv brannalarmen", **{**values, **changes})

    return offer


def told(type_key):
    rows = Notification.objects.filter(type=f"assignments.{type_key}").order_by("recipient__given_name")
    return [row.recipient.given_name for row in rows]


def as_(employee):
    client = Client()
    client.force_login(employee.user)
    return client


def test_everybody_in_the_group_is_told_and_the_manager_answers_for_it(cast, offer):
    task = offer()
    with tenant(cast.fjellvik):
        assert told("offered") == ["Ingrid", "Kari", "Tor Erik"]
        assert told("assigned") == []
        assert task.assignee == cast.amir
        assert task.open_offer.name == "Brannvernledere"
        for person in (cast.ingrid, cast.kari, cast.tor_erik, cast.amir):
            assert list(selectors.free_for(person)) == [task]
            assert selectors.my_open_count(person) == 0
            assert task in selectors.visible_to(person)
        assert not selectors.free_for(cast.piotr).exists()
        assert task not in selectors.visible_to(cast.piotr)
        assert Event.objects.get(verb="assignment.offered").data["group"] == "Brannvernledere"


def test_the_first_takes_it_and_the_one_who_asked_is_told(cast, offer, heard):
    task = offer()
    with tenant(cast.fjellvik):
        theirs, others = services.create_link(task, to=cast.kari), services.create_link(task, to=cast.ingrid)
        services.take(task, by=cast.kari, via=Via.LINK)
        task.refresh_from_db()
        assert (task.assignee, task.open_offer, task.offer.taken_by) == (cast.kari, None, cast.kari)
        assert selectors.resolve_link(theirs).status == "ok"
        assert selectors.resolve_link(others).status == "revoked"
        assert told("taken") == ["Sunniva"]
        assert heard == [("moved", cast.amir, cast.kari, cast.kari)]
        assert list(selectors.my_open(cast.kari)) == [task]
        assert task not in selectors.visible_to(cast.ingrid)
        with pytest.raises(TakenByAnother):
            services.take(task, by=cast.ingrid)
        services.take(task, by=cast.kari)
        assert Event.objects.filter(verb="assignment.taken").count() == 1


def test_who_is_not_one_of_them_cannot_take_it(cast, offer):
    task = offer()
    with tenant(cast.fjellvik), pytest.raises(InvalidTransition):
        services.take(task, by=cast.piotr)


def test_not_mine_gives_it_back_to_the_group(cast, offer):
    task = offer()
    with tenant(cast.fjellvik):
        services.take(task, by=cast.kari)
        link = services.create_link(task, to=cast.kari)
        assert services.hand_back(task, by=cast.kari, comment="Jeg er på kurs") == cast.amir
        task = Assignment.objects.get(pk=task.pk)
        assert (task.assignee, task.open_offer.taken_by) == (cast.amir, None)
        assert Note.objects.get().text == "Jeg er på kurs"
        # The two others once more; the one who gave it back knows.
        assert told("offered") == ["Ingrid", "Ingrid", "Kari", "Tor Erik", "Tor Erik"]
        assert told("handed_back") == []
        # Still one of the group: may change their mind.
        assert selectors.resolve_link(link).status == "revoked"
        services.take(task, by=cast.kari)
        assert task.assignee == cast.kari


def test_given_back_to_the_one_who_asked_when_the_group_is_out_of_use(cast, offer, wardens):
    task = offer()
    with tenant(cast.fjellvik):
        services.take(task, by=cast.kari)
        organisations.retire_group(wardens, by=cast.admin)
        task = Assignment.objects.get(pk=task.pk)
        assert services.hand_back(task, by=cast.kari, comment="Nei") == cast.sunniva


def test_the_pool_is_who_is_there_now(cast, offer, wardens):
    today = timezone.localdate()
    with tenant(cast.fjellvik):
        Absence.objects.create(employee=cast.kari, starts_on=today, ends_on=today)
    task = offer()
    with tenant(cast.fjellvik):
        assert told("offered") == ["Ingrid", "Tor Erik"]
        organisations.add_member(wardens, cast.helene, by=cast.admin)
        assert list(selectors.free_for(cast.helene)) == [task]
        organisations.remove_member(selectors_member(wardens, cast.ingrid), by=cast.admin)
        assert not selectors.free_for(cast.ingrid).exists()
        assert task not in selectors.visible_to(cast.ingrid)
        Employee.objects.filter(pk=cast.tor_erik.pk).update(ends_on=today - datetime.timedelta(days=1))
        assert list(pool.people_of(Target(group=wardens))) == [cast.helene, cast.kari]


def selectors_member(group, employee):
    from hms.organisations.selectors import members_of

    return members_of(group).get(employee=employee)


def test_whoever_it_is_about_is_never_offered_it(cast, offer, unit_source, wardens):
    unit_source(kept_from=lambda assignment: {cast.ingrid.pk, cast.amir.pk})
    task = offer()
    with tenant(cast.fjellvik):
        assert told("offered") == ["Kari", "Tor Erik"]
        # Amir would have answered for it.
        assert task.assignee == cast.helene
        assert task not in selectors.visible_to(cast.ingrid)
        with pytest.raises(InvalidTransition):
            services.take(task, by=cast.ingrid)


def test_a_group_without_a_unit_leaves_it_with_the_one_who_asked(cast, give):
    with tenant(cast.fjellvik):
        group = organisations.create_group(name="Førstehjelpere", by=cast.admin)
    task = give(to=None, offered_to=Target(group=group))
    with tenant(cast.fjellvik):
        assert task.assignee == cast.amir
        # Nobody is in it, and the one who asked knows that.
        assert told("offered") == told("untaken") == []


def test_a_group_with_nobody_there_is_said_at_once_to_whoever_answers_for_it(cast, offer, wardens):
    today = timezone.localdate()
    with tenant(cast.fjellvik):
        for person in (cast.ingrid, cast.kari, cast.tor_erik):
            Absence.objects.create(employee=person, starts_on=today, ends_on=today)
    offer()
    with tenant(cast.fjellvik):
        assert told("untaken") == ["Amir"]


def test_nobody_at_all_to_answer_for_it_is_refused(cast, offer, wardens):
    with tenant(cast.fjellvik):
        group = organisations.create_group(name="Uten avdeling", by=cast.admin)
    with pytest.raises(NobodyToAsk):
        offer(offered_to=Target(group=group), by=None, requested_by=None)


def test_a_unit_is_everybody_who_works_there_or_below(cast, offer):
    task = offer(offered_to=Target(unit=cast.helse))
    with tenant(cast.fjellvik):
        assert task.assignee == cast.helene
        assert told("offered") == ["Amir", "Helene", "Ingrid", "Kari"]
        assert list(selectors.free_for(cast.ingrid)) == [task]
        assert not selectors.free_for(cast.tor_erik).exists()


@pytest.mark.parametrize(
    ("role", "unit", "who"),
    [
        (Role.MANAGER, None, {"amir", "piotr", "helene", "ragnhild"}),
        (Role.MANAGER, "helse", {"amir", "helene"}),
        (Role.MANAGER, "solbakken", {"amir"}),
        (Role.SAFETY_REP, None, {"kari"}),
        (Role.SAFETY_REP, "solbakken", {"kari"}),
        (Role.SAFETY_REP, "teknisk", set()),
        (Role.HSE_MANAGER, "kommune", {"sunniva"}),
        (Role.HSE_MANAGER, "helse", set()),
    ],
)
def test_who_has_a_role_where(cast, offer, role, unit, who):
    """Asked from the offer's side and from the person's, it is the same."""
    place = getattr(cast, unit) if unit else None
    task = offer(offered_to=Target(role=role, unit=place), by=cast.vigdis, requested_by=cast.vigdis)
    everybody = ["ingrid", "amir", "kari", "tor_erik", "piotr", "helene", "sunniva", "ragnhild", "vigdis", "admin"]
    with tenant(cast.fjellvik):
        assert {name for name in everybody if pool.free_for(getattr(cast, name)).exists()} == who
        assert set(pool.people_of(task.offer.target)) == {getattr(cast, name) for name in who}


def test_a_target_is_one_thing(cast, wardens):
    for wrong in ({}, {"group": wardens, "unit": cast.helse}, {"group": wardens, "role": Role.MANAGER}):
        with pytest.raises(ValueError, match="a group, a unit, or a role"):
            Target(**wrong)
    assert Target(unit=cast.helse, role=Role.MANAGER).name.endswith("Helse")


@pytest.mark.parametrize(
    "wrong",
    [
        {"group": None, "unit": None, "role": ""},
        {"unit": True, "role": ""},
        {"unit": None, "role": Role.MANAGER},
        {"taken_at": timezone.now()},
    ],
)
def test_the_database_holds_an_offer_to_one_target(cast, offer, wrong):
    task = offer()
    changes = {**wrong, "unit": cast.helse} if wrong.get("unit") else wrong
    with tenant(cast.fjellvik), pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(assignment=task).update(**changes)


def test_confidential_work_is_never_offered(cast, give, wardens):
    with pytest.raises(ValueError, match="confidential"):
        give(to=None, offered_to=Target(group=wardens), confidential=True)
    task = give(confidential=True)
    with tenant(cast.fjellvik), pytest.raises(ValueError, match="confidential"):
        services.offer(task, to=Target(group=wardens), by=cast.amir)


def test_what_becomes_confidential_is_free_to_nobody(cast, offer):
    task = offer()
    with tenant(cast.fjellvik):
        token = services.create_link(task, to=cast.kari)
        services.make_confidential(task, title="2026-0001")
        task = Assignment.objects.get(pk=task.pk)
        assert task.open_offer is None
        assert task.assignee == cast.amir
        assert selectors.resolve_link(token).status == "revoked"
        assert task not in selectors.visible_to(cast.kari)
        assert not any("brannalarmen" in str(row.parameters) for row in Notification.objects.all())


def test_planned_work_is_offered_when_it_is_started(cast, offer):
    task = offer(planned=True)
    with tenant(cast.fjellvik):
        assert told("offered") == []
        assert not selectors.free_for(cast.kari).exists()
        services.start(task, by=cast.amir)
        assert told("offered") == ["Ingrid", "Kari", "Tor Erik"]


def test_naming_somebody_takes_it_from_the_others(cast, offer):
    task = offer()
    with tenant(cast.fjellvik):
        services.hand_over(task, to=cast.piotr, by=cast.amir)
        assert (task.assignee, task.open_offer) == (cast.piotr, None)
        assert told("assigned") == ["Piotr"]
        assert not selectors.free_for(cast.kari).exists()


def test_the_one_who_answers_for_it_may_take_it(cast, offer):
    task = offer()
    with tenant(cast.fjellvik):
        services.take(task, by=cast.amir)
        assert list(selectors.my_open(cast.amir)) == [task]


def test_done_and_opened_again_goes_to_who_had_it(cast, offer):
    task = offer()
    with tenant(cast.fjellvik):
        services.take(task, by=cast.kari)
        services.complete(task, by=cast.kari)
        services.reopen(task, by=cast.sunniva)
        assert (task.assignee, task.open_offer) == (cast.kari, None)
        assert told("assigned") == ["Kari"]


def test_another_organisation_sees_and_takes_nothing(cast, offer):
    task = offer()
    with tenant(cast.havbris):
        assert not selectors.free_for(cast.olav).exists()
        assert not Offer.objects.exists()
        assert not Group.objects.exists()
    client = as_(cast.olav)
    assert client.post(f"/havbris/oppgaver/{task.pk}/ta/").status_code == 404
    assert client.post(f"/fjellvik/oppgaver/{task.pk}/ta/").status_code == 404
    with tenant(cast.fjellvik):
        assert Assignment.objects.get(pk=task.pk).open_offer is not None


# --- leaving ---


def test_who_leaves_is_out_of_the_group_and_what_they_took_goes_on(cast, offer, wardens):
    taken, free = offer(), offer()
    today = timezone.localdate()
    with tenant(cast.fjellvik):
        services.take(taken, by=cast.kari)
        organisations.end_employment(cast.kari, last_day=today, by=cast.admin, hand_over_to=cast.ingrid)
        taken.refresh_from_db()
        assert (taken.assignee, taken.open_offer) == (cast.ingrid, None)
        tomorrow = today + datetime.timedelta(days=1)
        assert cast.kari not in pool.people_of(Target(group=wardens), tomorrow)
        # The manager leaves: somebody else answers, and it is still free.
        organisations.end_employment(cast.amir, last_day=today, by=cast.admin, hand_over_to=cast.helene)
        free = Assignment.objects.get(pk=free.pk)
        assert (free.assignee, free.open_offer.name) == (cast.helene, "Brannvernledere")


# --- pages ---


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("ingrid", 303), ("kari", 303), ("tor_erik", 303), ("amir", 303), ("sunniva", 403), ("ragnhild", 403),
        ("helene", 403), ("piotr", 404), ("vigdis", 403), ("admin", 404),
    ],
)  # fmt: skip
def test_who_may_take_it_in_the_browser(cast, offer, who, status):
    task = offer()
    assert as_(getattr(cast, who)).post(f"{LIST}{task.pk}/ta/").status_code == status
    with tenant(cast.fjellvik):
        task.refresh_from_db()
        assert (task.open_offer is None) == (status == 303)


def test_the_second_to_press_hears_who_was_first(cast, offer):
    task = offer()
    address = f"{LIST}{task.pk}/"
    assert as_(cast.kari).post(f"{address}ta/").status_code == 303
    ingrid = as_(cast.ingrid)
    for response, status in ((ingrid.post(f"{address}ta/"), 409), (ingrid.get(address), 410)):
        assert response.status_code == status
        assert "Kari tok den" in response.content.decode()
    assert as_(cast.kari).post(f"{address}ta/").status_code == 303
    assert as_(cast.piotr).get(address).status_code == 404


def test_what_is_free_is_on_my_page_and_among_my_tasks(cast, offer):
    task = offer()
    client = as_(cast.ingrid)
    button = f'action="{LIST}{task.pk}/ta/"'
    for address in ("/fjellvik/", LIST, f"{LIST}?vis=ledig", f"{LIST}{task.pk}/"):
        page = client.get(address).content.decode()
        assert button in page, address
        assert "Brannvernledere" in page
    # It is nobody's yet: nobody can say that it is done.
    assert client.post(f"{LIST}{task.pk}/", {"answer": "done"}).status_code == 403
    assert as_(cast.amir).post(f"{LIST}{task.pk}/", {"answer": "done"}).status_code == 409


def test_lists_cost_the_same_whatever_their_length(cast, offer, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_(cast.ingrid)
    counts = []
    for more in (1, 3):
        for _number in range(more):
            offer()
        for address in ("/fjellvik/", LIST, f"{LIST}?vis=ledig"):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(address)
            counts.append(len(queries))
    assert counts[:3] == counts[3:]


def test_the_page_says_what_happens_if_nobody_takes_it(cast, offer):
    task = offer()
    page = as_(cast.sunniva).get(f"{LIST}{task.pk}/").content.decode()
    assert "Har ingen tatt den, får Amir Hosseini beskjed" in page


# --- from the mail ---


def test_take_from_the_mail_and_answer_with_the_same_link(cast, client, offer):
    task = offer()
    with tenant(cast.fjellvik):
        address = f"/fjellvik/t/{services.create_link(task, to=cast.kari)}/"
        late = f"/fjellvik/t/{services.create_link(task, to=cast.ingrid)}/"
    page = client.get(address).content.decode()
    assert "Prøv brannalarmen" in page
    assert "Jeg tar den" in page
    with tenant(cast.fjellvik):
        assert Assignment.objects.get(pk=task.pk).open_offer is not None
    response = client.post(address)
    assert response.status_code == 303
    assert "Nå er den din" in client.get(response.headers["Location"]).content.decode()
    with tenant(cast.fjellvik):
        event = Event.objects.get(verb="assignment.taken")
        assert (event.actor, event.via) == (cast.kari, Via.LINK)
    for response in (client.get(late), client.post(late)):
        assert response.status_code == 410
        assert "Kari tok den" in response.content.decode()
    assert client.post(address, {"answer": "done"}).status_code == 303
    with tenant(cast.fjellvik):
        assert Assignment.objects.get(pk=task.pk).state == State.DONE


def test_a_link_of_somebody_who_is_out_of_the_group_is_closed(cast, client, offer, wardens):
    task = offer()
    with tenant(cast.fjellvik):
        address = f"/fjellvik/t/{services.create_link(task, to=cast.ingrid)}/"
        organisations.remove_member(selectors_member(wardens, cast.ingrid), by=cast.admin)
    assert client.get(address).status_code == client.post(address).status_code == 410
    with tenant(cast.fjellvik):
        assert Assignment.objects.get(pk=task.pk).open_offer is not None


@pytest.mark.django_db(transaction=True)
def test_two_who_take_it_at_once(serving_role):
    """Two from the mail and two signed in, four connections: one has it, nobody meets an error."""
    from hms.assignments.services import assign
    from tests.cast import build_cast
    from tests.conftest import as_owner

    with as_owner():
        cast = build_cast()
    with tenant(cast.fjellvik):
        group = organisations.create_group(name="Brannvernledere", unit=cast.solbakken, by=cast.admin)
        people = [cast.ingrid, cast.kari, cast.tor_erik, cast.helene]
        for person in people:
            organisations.add_member(group, person, by=cast.admin)
        task = assign(
            kind="action", title="Prøv brannalarmen", offered_to=Target(group=group), by=cast.sunniva,
            due_on=timezone.localdate(), source=cast.solbakken, requested_by=cast.sunniva,
        )  # fmt: skip
        links = [f"/fjellvik/t/{services.create_link(task, to=person)}/" for person in people[:2]]
    tries = [(Client(), links[0]), (Client(), links[1])]
    tries += [(as_(person), f"{LIST}{task.pk}/ta/") for person in people[2:]]
    start = Barrier(4)

    def press(one):
        client, address = one
        start.wait()
        try:
            return client.post(address).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        codes = list(threads.map(press, tries))
    assert codes.count(303) == 1, codes
    assert set(codes) <= {303, 409, 410}
    with tenant(cast.fjellvik):
        task = Assignment.objects.get()
        assert task.offer.taken_by == task.assignee == people[codes.index(303)]
        assert Event.objects.filter(verb="assignment.taken").count() == 1
        assert Notification.objects.filter(type="assignments.taken").count() == 1
        assert ActionLink.objects.filter(revoked_at=None).exclude(employee=task.assignee).count() == 0
