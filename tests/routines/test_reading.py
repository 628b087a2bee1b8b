"""Read and understood: exactly those who must are asked, for exactly what they have not read."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hms.assignments.enums import Kind
from hms.assignments.models import Assignment
from hms.notifications.models import Notification
from hms.organisations.models import Employee, GroupMember
from hms.organisations.services import employees, groups
from hms.tenancy.scope import tenant
from routines import services
from routines.enums import AudienceKind, Outcome
from routines.errors import OtherVersion
from routines.models import Question, ReadingRequest, Receipt, RoutineClock
from tests.cast import hold, make_employee
from tests.routines.helpers import TEXT, begin, draft_of, pass_through, publish, url
from tests.training.helpers import make as make_training
from tests.training.helpers import teach
from training import services as trainings


@pytest.fixture
def inside(cast):
    with tenant(cast.fjellvik):
        yield


def asked() -> list[str]:
    """Who is asked to read something now, by first name."""
    open_ones = ReadingRequest.objects.filter(ended_at__isnull=True).select_related("employee", "assignment")
    for one in open_ones:
        assert one.assignment.state == "open"
        assert one.assignment.assignee_id == one.employee_id
    assert Assignment.objects.filter(kind=Kind.READ, state="open").count() == len(open_ones)
    return sorted(one.employee.given_name for one in open_ones)


def everybody_confirms(routine) -> None:
    routine.refresh_from_db()
    for one in list(ReadingRequest.objects.filter(ended_at__isnull=True)):
        services.confirm(routine, one.employee, version=routine.current.number)


# --- the matrix ---


def test_first_version_asks_exactly_those_it_is_for(cast, inside):
    publish(cast)
    services.turn()
    assert asked() == ["Amir", "Ingrid", "Kari"]
    # However often it is looked through.
    services.turn()
    assert asked() == ["Amir", "Ingrid", "Kari"]
    assert ReadingRequest.objects.count() == 3


def test_typo_asks_nobody(cast, inside):
    routine = publish(cast)
    services.turn()
    everybody_confirms(routine)
    publish(cast, routine, text=TEXT.replace("fastlegen", "fastlegen,"), is_material=False)
    services.turn()
    assert asked() == []
    assert ReadingRequest.objects.count() == 3


def test_typo_does_not_let_those_off_who_have_not_read(cast, inside):
    routine = publish(cast)
    services.turn()
    services.confirm(routine, cast.ingrid, version=1)
    publish(cast, routine, text=TEXT + "\n.\n", is_material=False)
    services.turn()
    assert asked() == ["Amir", "Kari"]
    due = Assignment.objects.get(kind=Kind.READ, assignee=cast.kari).due_on
    assert due == timezone.localdate() + datetime.timedelta(days=routine.reading_days)


def test_change_that_matters_asks_everybody_again_and_once(cast, inside):
    routine = publish(cast)
    services.turn()
    services.confirm(routine, cast.ingrid, version=1)
    publish(cast, routine, text=TEXT.replace("fem", "ti"), is_material=True)
    services.turn()
    assert asked() == ["Amir", "Ingrid", "Kari"]
    # Those who had not read the first have one request, of the new version.
    assert ReadingRequest.objects.filter(employee=cast.kari).count() == 1
    assert {one.version.number for one in ReadingRequest.objects.filter(ended_at__isnull=True)} == {2}


def test_typo_after_a_change_that_matters_is_confirmed_with_it(cast, inside):
    routine = publish(cast)
    publish(cast, routine, text=TEXT.replace("fem", "ti"), is_material=True)
    publish(cast, routine, text=TEXT.replace("fem", "ti") + "\n", is_material=False)
    services.turn()
    everybody_confirms(routine)
    assert {receipt.version.number for receipt in Receipt.objects.all()} == {3}
    services.turn()
    assert asked() == []


def test_joiner_is_asked_on_the_first_day(cast, inside):
    publish(cast)
    services.turn()
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    employees.add_employee(
        given_name="Nora", family_name="Berg", unit=cast.solbakken, by=cast.admin, starts_on=tomorrow
    )
    services.turn()
    assert "Nora" not in asked()
    services.look_through_all(today=tomorrow)
    assert asked() == ["Amir", "Ingrid", "Kari", "Nora"]


def test_mover_leaves_one_and_gets_another(cast, inside):
    publish(cast)
    publish(cast, title="Varmt arbeid", owner=cast.piotr, by=cast.piotr, unit=cast.teknisk)
    services.turn()
    employees.change_employee(cast.ingrid, by=cast.admin, unit=cast.teknisk)
    services.turn()
    theirs = ReadingRequest.objects.filter(employee=cast.ingrid)
    assert [one.routine.title for one in theirs.filter(ended_at__isnull=True)] == ["Varmt arbeid"]
    assert theirs.get(routine__title__startswith="Stikk").outcome == Outcome.CALLED_OFF
    # Back again: asked again.
    employees.change_employee(cast.ingrid, by=cast.admin, unit=cast.solbakken)
    services.turn()
    assert [one.routine.title for one in theirs.filter(ended_at__isnull=True)] == ["Stikkskader og blodsøl"]


def test_leaver_is_asked_no_more_and_hands_nothing_over(cast, inside):
    publish(cast)
    services.turn()
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    # Nobody has to take over what somebody should have read.
    employees.end_employment(cast.ingrid, last_day=yesterday, by=cast.admin)
    services.turn()
    assert asked() == ["Amir", "Kari"]


def test_what_somebody_should_read_is_not_given_to_a_successor(cast, inside):
    publish(cast)
    services.turn()
    employees.end_employment(cast.ingrid, last_day=timezone.localdate(), by=cast.admin, hand_over_to=cast.kari)
    assert Assignment.objects.filter(kind=Kind.READ, assignee=cast.kari).count() == 1


def test_confirmation_that_has_run_out_is_asked_for_again(cast, inside):
    routine = publish(cast, validity_months=12)
    services.turn()
    long_ago = timezone.now() - datetime.timedelta(days=400)
    services.confirm(routine, cast.ingrid, version=1, at=long_ago)
    services.confirm(routine, cast.kari, version=1)
    services.turn()
    assert asked() == ["Amir", "Ingrid"]
    services.confirm(routine, cast.ingrid, version=1)
    services.turn()
    assert asked() == ["Amir"]


def test_nobody_is_asked_when_it_need_not_be_confirmed(cast, inside):
    routine = publish(cast, must_confirm=False)
    services.turn()
    assert asked() == []
    services.change_routine(routine, by=cast.amir, must_confirm=True)
    services.turn()
    assert len(asked()) == 3


@pytest.mark.parametrize(
    ("part", "names"),
    [
        (lambda cast: {"kind": AudienceKind.ROLE, "role": "manager"}, ["Amir", "Helene", "Piotr", "Ragnhild"]),
        (lambda cast: {"kind": AudienceKind.PERSON, "employee": cast.tor_erik}, ["Tor Erik"]),
        (lambda cast: {"kind": AudienceKind.UNIT, "unit": cast.helse}, ["Amir", "Helene", "Ingrid", "Kari"]),
    ],
)
def test_routine_is_for_roles_people_and_units_with_all_below(cast, inside, part, names):
    routine = publish(cast)
    services.turn()
    services.set_audience(routine, [part(cast)], by=cast.amir)
    services.turn()
    assert asked() == names


def test_routine_is_for_a_group_as_long_as_one_is_in_it(cast, inside):
    group = groups.create_group(name="Brannvernledere", unit=cast.solbakken, by=cast.admin)
    member = groups.add_member(group, cast.tor_erik, by=cast.admin)
    routine = publish(cast)
    services.set_audience(routine, [{"kind": AudienceKind.GROUP, "group": group}], by=cast.amir)
    services.turn()
    assert asked() == ["Tor Erik"]
    GroupMember.objects.filter(pk=member.pk).update(
        starts_on=timezone.localdate() - datetime.timedelta(days=9),
        ends_on=timezone.localdate() - datetime.timedelta(days=1),
    )
    services.turn()
    assert asked() == []


def test_joiner_with_much_to_read_gets_one_message(cast, inside):
    for title in ("Fall", "Brann", "Løft"):
        publish(cast, title=title)
    services.turn()
    told = Notification.objects.filter(type="routines.asked", recipient=cast.ingrid)
    assert [one.parameters["count"] for one in told] == [3]
    assert not Notification.objects.filter(type="assignments.assigned", parameters__kind="read").exists()
    services.turn()
    assert told.count() == 1


@pytest.mark.parametrize("role", ["consultant", "inspector"])
def test_guests_are_not_asked(cast, inside, role):
    guest = make_employee(cast.fjellvik, "Elin Fosseng", cast.solbakken)
    hold(guest, role, ends_on=timezone.localdate() + datetime.timedelta(days=9))
    publish(cast)
    services.turn()
    assert "Elin" not in asked()


def test_inspector_reads_and_leaves_no_trace(cast, inside, client):
    hold(cast.tor_erik, "inspector", ends_on=timezone.localdate() + datetime.timedelta(days=9))
    routine = publish(cast)
    client.force_login(cast.tor_erik.user)
    assert client.get(url(routine)).status_code == 200
    for tail, data in (("lest/", {"version": 1}), ("sporsmal/", {"text": "Hvorfor?"}), ("favoritt/", {"wanted": "1"})):
        assert client.post(url(routine, tail), data).status_code == 403
    assert not Receipt.objects.exists()
    assert not Question.objects.exists()


def test_another_organisation_asks_nobody(cast, inside):
    publish(cast)
    services.turn()
    with tenant(cast.havbris):
        services.turn()
        assert asked() == []


# --- confirming ---


def test_one_confirms_what_one_has_read_and_not_what_came_meanwhile(cast, inside, client):
    routine = publish(cast)
    services.turn()
    publish(cast, routine, text=TEXT.replace("fem", "ti"))
    with pytest.raises(OtherVersion):
        services.confirm(routine, cast.ingrid, version=1)
    client.force_login(cast.ingrid.user)
    assert client.post(url(routine, "lest/"), {"version": 1}).status_code == 303
    assert not Receipt.objects.exists()


def test_pressing_twice_is_one_receipt(cast, inside):
    routine = publish(cast)
    services.turn()
    services.confirm(routine, cast.ingrid, version=1)
    services.confirm(routine, cast.ingrid, version=1)
    assert Receipt.objects.count() == 1


def test_receipt_is_never_changed(cast, inside):
    routine = publish(cast)
    receipt = services.confirm(routine, cast.ingrid, version=1)
    for attempt in (receipt.save, receipt.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_reader_sees_only_what_is_new_since_their_own_version(cast, inside, client):
    routine = publish(cast)
    services.confirm(routine, cast.ingrid, version=1)
    second = TEXT.replace("fem minutter", "ti minutter")
    publish(cast, routine, text=second)
    services.confirm(routine, cast.kari, version=2)
    publish(cast, routine, text=second.replace("fastlegen din neste virkedag", "legevakta innen to timer"))
    services.turn()

    def news(employee) -> str:
        client.force_login(employee.user)
        return client.get(url(routine)).content.decode().split('id="news"')[-1].split("</section>")[0]

    ingrids, karis = news(cast.ingrid), news(cast.kari)
    assert "</span>fem</del>" in ingrids
    assert "legevakta" in ingrids
    assert "fem</del>" not in karis
    assert "legevakta" in karis
    assert "Blodsøl" not in karis
    client.force_login(cast.amir.user)
    # Nothing to compare with for somebody who never read it.
    assert 'id="news"' not in client.get(url(routine)).content.decode()


def test_question_goes_to_the_owner_instead_of_a_confirmation(cast, inside, client):
    routine = publish(cast)
    services.turn()
    client.force_login(cast.ingrid.user)
    for _ in range(2):
        assert client.post(url(routine, "sporsmal/"), {"text": "Gjelder det helgene?"}).status_code == 303
    question = Question.objects.get()
    task = question.assignment
    assert (task.kind, task.assignee, task.state) == (Kind.QUESTION, cast.amir, "open")
    assert "Ingrid" in asked()
    # She is not chased while she waits.
    Assignment.objects.filter(kind=Kind.READ).update(due_on=timezone.localdate())
    services.answer_question(question, by=cast.amir, text="Ja, alle dager.")
    task.refresh_from_db()
    assert task.state == "done"
    mine = Assignment.objects.get(kind=Kind.READ, assignee=cast.ingrid)
    assert mine.due_on > timezone.localdate()
    assert Notification.objects.filter(recipient=cast.ingrid, type="routines.answered").exists()
    page = client.get(url(routine, f"sporsmal/{question.pk}/")).content.decode()
    assert "Ja, alle dager." in page


def test_question_is_between_two(cast, inside, client):
    routine = publish(cast)
    question = services.ask_owner(routine, by=cast.ingrid, text="Hvorfor klor?")
    client.force_login(cast.tor_erik.user)
    assert client.get(url(routine, f"sporsmal/{question.pk}/")).status_code == 404
    client.force_login(cast.ingrid.user)
    assert client.post(url(routine, f"sporsmal/{question.pk}/"), {"answer": "Fordi"}).status_code == 403


# --- how far they have come ---


def test_leaders_see_names_of_their_own_and_others_see_numbers(cast, inside, client):
    routine = begin(cast, unit=cast.kommune, owner=cast.sunniva, by=cast.sunniva)
    publish_draft(cast, routine)
    services.turn()
    client.force_login(cast.piotr.user)
    page = client.get(url(routine, "lesere/")).content.decode()
    assert "Tor Erik Moen" in page
    assert "Ingrid Solheim" not in page
    client.force_login(cast.sunniva.user)
    assert "Ingrid Solheim" in client.get(url(routine, "lesere/")).content.decode()
    client.force_login(cast.ingrid.user)
    assert client.get(url(routine, "lesere/")).status_code == 403


def publish_draft(cast, routine):
    pass_through(cast, draft_of(routine))
    routine.refresh_from_db()


def test_chasing_is_a_workers_and_reaches_ones_own_people_once(cast, client, django_capture_on_commit_callbacks):
    with tenant(cast.fjellvik):
        routine = begin(cast, unit=cast.kommune, owner=cast.sunniva, by=cast.sunniva)
        publish_draft(cast, routine)
        services.turn()
    client.force_login(cast.piotr.user)
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(url(routine, "lesere/purr/")).status_code == 303
    assert chased(cast) == ["Piotr", "Tor Erik"]
    assert client.post(url(routine, "lesere/purr/"), {"unit": cast.solbakken.pk}).status_code == 403


def chased(cast):
    with tenant(cast.fjellvik):
        told = Notification.objects.filter(type="routines.chased")
        return sorted(one.recipient.given_name for one in told)


def test_chasing_one_unit_leaves_the_others_alone(cast, client, django_capture_on_commit_callbacks):
    with tenant(cast.fjellvik):
        routine = begin(cast, unit=cast.kommune, owner=cast.sunniva, by=cast.sunniva)
        publish_draft(cast, routine)
        services.turn()
    client.force_login(cast.sunniva.user)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url(routine, "lesere/purr/"), {"unit": cast.piotr.unit_id})
    assert chased(cast) == ["Piotr", "Tor Erik"]


def test_a_reminder_outlives_a_broker_that_is_away(cast, client):
    """Nothing is sent in the request: what was asked for stands in the database until a worker sends it."""
    with tenant(cast.fjellvik):
        routine = begin(cast, unit=cast.kommune, owner=cast.sunniva, by=cast.sunniva)
        publish_draft(cast, routine)
        services.turn()
    client.force_login(cast.piotr.user)
    client.post(url(routine, "lesere/purr/"))
    assert chased(cast) == []
    with tenant(cast.fjellvik):
        services.turn()
        services.turn()
    assert chased(cast) == ["Piotr", "Tor Erik"]


def test_asking_many_takes_as_many_queries_as_asking_few(cast, inside, django_assert_max_num_queries):
    publish(cast)
    for number in range(60):
        make_employee(cast.fjellvik, f"Vikar Nummer{number}", cast.solbakken, user=False)
    with django_assert_max_num_queries(40):
        services.turn()
    assert len(asked()) == 63


def test_publishing_costs_the_request_the_same_however_many_readers(cast, inside, client):
    def approve(title: str) -> int:
        draft = draft_of(begin(cast, title=title, needs_safety_rep=False))
        services.send(draft, by=cast.amir, revision=1)
        client.force_login(cast.helene.user)
        with CaptureQueriesContext(connection) as asked:
            assert client.post(url(draft.routine, "utkast/godkjenn/"), {"note": ""}).status_code == 303
        return len(asked)

    approve("Første")
    few = approve("Andre")
    for number in range(40):
        make_employee(cast.fjellvik, f"Vikar Nummer{number}", cast.solbakken, user=False)
    assert approve("Tredje") == few


def test_team_without_accounts_signs_on_paper(cast, inside, client):
    routine = publish(cast)
    services.turn()
    client.force_login(cast.amir.user)
    sent = {"version": 1, "people": [cast.ingrid.pk, cast.kari.pk]}
    assert client.post(url(routine, "lesere/papir/"), sent).status_code == 303
    receipts = list(Receipt.objects.order_by("employee__given_name"))
    assert [(one.employee.given_name, one.via, one.registered_by) for one in receipts] == [
        ("Ingrid", "paper", cast.amir), ("Kari", "paper", cast.amir),
    ]  # fmt: skip
    assert asked() == ["Amir"]


def test_leader_signs_for_nobody_elses_people(cast, inside, client):
    routine = publish(cast, unit=cast.kommune, owner=cast.sunniva, by=cast.sunniva)
    services.turn()
    client.force_login(cast.piotr.user)
    sent = {"version": 1, "people": [cast.ingrid.pk]}
    assert client.post(url(routine, "lesere/papir/"), sent).status_code == 422
    assert not Receipt.objects.filter(employee=cast.ingrid).exists()
    assert Employee.objects.filter(pk=cast.ingrid.pk).exists()


# --- those who hold a training ---


@pytest.fixture
def hot_work(cast, inside):
    """A training, and a routine for those who hold it and nobody else."""
    training = make_training(cast, "Varme arbeider")
    routine = publish(cast, title="Varmt arbeid")
    services.set_audience(routine, [{"kind": AudienceKind.TRAINING, "training_id": training.pk}], by=cast.amir)
    return training, routine


def test_a_routine_for_a_training_asks_exactly_those_who_hold_it(cast, hot_work):
    training, routine = hot_work
    services.turn()
    assert asked() == []
    teach(training, cast.ingrid, cast.tor_erik, by=cast.sunniva)
    teach(make_training(cast, "Førstehjelp"), cast.kari, by=cast.sunniva)
    # It has run out for Piotr.
    teach(training, cast.piotr, by=cast.sunniva, days_ago=800)
    services.turn()
    assert asked() == ["Ingrid", "Tor Erik"]
    everybody_confirms(routine)
    publish(cast, routine, text=TEXT.replace("fastlegen", "fastlegen,"), is_material=False)
    services.turn()
    assert asked() == []
    publish(cast, routine, text=TEXT.replace("fem", "ti"), is_material=True)
    services.turn()
    assert asked() == ["Ingrid", "Tor Erik"]


def test_whoever_gets_the_training_is_asked_and_nudged(cast, hot_work):
    training, _routine = hot_work
    later = timezone.now() + datetime.timedelta(hours=1)
    RoutineClock.objects.update(next_at=later)
    # A training that no routine is for nudges nobody.
    teach(make_training(cast, "Førstehjelp"), cast.kari, by=cast.sunniva)
    assert RoutineClock.objects.get().next_at == later
    teach(training, cast.kari, by=cast.sunniva)
    assert RoutineClock.objects.get().next_at < later
    services.turn()
    assert asked() == ["Kari"]


def test_what_runs_out_calls_the_request_off_and_renewing_asks_again(cast, hot_work):
    training, _routine = hot_work
    teach(training, cast.kari, by=cast.sunniva, days_ago=350)
    services.turn()
    assert asked() == ["Kari"]
    services.look_through_all(today=timezone.localdate() + datetime.timedelta(days=40))
    assert asked() == []
    assert ReadingRequest.objects.get().outcome == Outcome.CALLED_OFF
    teach(training, cast.kari, by=cast.sunniva)
    services.look_through_all(today=timezone.localdate() + datetime.timedelta(days=40))
    assert asked() == ["Kari"]


def test_taken_back_or_left_they_are_asked_no_more(cast, hot_work):
    training, _routine = hot_work
    (wrong,) = teach(training, cast.kari, by=cast.sunniva)
    teach(training, cast.ingrid, by=cast.sunniva)
    services.turn()
    assert asked() == ["Ingrid", "Kari"]
    trainings.withdraw(wrong, by=cast.sunniva, reason="Feil person.")
    employees.end_employment(
        cast.ingrid, last_day=timezone.localdate() - datetime.timedelta(days=1), by=cast.admin
    )  # fmt: skip
    services.turn()
    assert asked() == []


def test_pages_say_that_it_is_for_those_who_hold_the_training(cast, client, hot_work):
    training, routine = hot_work
    teach(training, cast.kari, by=cast.sunniva)
    services.turn()
    client.force_login(cast.amir.user)
    page = client.get(url(routine)).content.decode()
    assert "de som har opplæringen «Varme arbeider»" in page
    readers = client.get(url(routine, "lesere/")).content.decode()
    assert "0 av 1 har bekreftet" in readers
    assert "Solbakken sykehjem" in readers
    # And the other way round.
    assert "Varmt arbeid" in client.get(f"/fjellvik/opplaering/{training.pk}/").content.decode()
    client.force_login(cast.kari.user)
    assert "Varmt arbeid" in client.get("/fjellvik/rutiner/?vis=meg").content.decode()
    client.force_login(cast.tor_erik.user)
    assert "Varmt arbeid" not in client.get("/fjellvik/rutiner/?vis=meg").content.decode().split("<main")[1]


def test_audience_form_offers_trainings_and_keeps_one_that_is_out_of_use(cast, client, hot_work):
    training, routine = hot_work
    other = make_training(cast, "Førstehjelp")
    with tenant(cast.havbris):
        foreign = trainings.create_training(name="Kran", by=cast.olav)
    with tenant(cast.fjellvik):
        trainings.change_training(training, by=cast.sunniva, is_active=False)
    client.force_login(cast.amir.user)
    page = client.get(url(routine, "gjelder/")).content.decode()
    assert "Varme arbeider" in page
    assert "Førstehjelp" in page
    assert "Kran" not in page
    assert client.post(url(routine, "gjelder/"), {"trainings": [foreign.pk]}).status_code == 422
    assert client.post(url(routine, "gjelder/"), {"trainings": [training.pk, other.pk]}).status_code == 303
    with tenant(cast.fjellvik):
        assert set(routine.audience.values_list("training_id", flat=True)) == {training.pk, other.pk}
        # One part is one thing, and stands there once.
        for wrong in ({"training_id": training.pk}, {"training_id": other.pk, "unit": cast.helse}, {}):
            with pytest.raises(DatabaseError), transaction.atomic():
                routine.audience.create(kind=AudienceKind.TRAINING, **wrong)
