"""Injuries: recorded on a case, in the register, reported to NAV."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from deviations import services
from deviations.enums import ReporterKind, ReportKind
from deviations.injury_enums import Absence, InjuredKind, InjuryOutcome
from deviations.models import Injury, NavReport
from deviations.selectors import injuries
from deviations.services.handling import StaleCase
from hms.assignments.enums import State as TaskState
from hms.assignments.models import Assignment
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report, url
from tests.deviations.injury_words import away, form, injure

DAY = datetime.timedelta(days=1)
# Made for tests: valid check digits, nobody's.
NATIONAL_ID = "01010750160"


def register(client, who, query=""):
    client.force_login(who.user)
    return client.get(f"/fjellvik/skader/{query}")


# --- recording ---


def test_an_injury_that_is_recorded_stands_in_the_register(cast, client):
    client.force_login(cast.amir.user)
    with tenant(cast.fjellvik):
        case = report(cast)
    sent = form(employee=cast.tor_erik.pk, occupation="Vaktmester")
    assert client.post(url(case, "skade/"), sent).status_code == 303
    page = register(client, cast.sunniva).content.decode()
    assert "Senga traff foten" in page
    assert "Tor Erik Moen" in page
    assert "Tor Erik Moen" in client.get(url(case)).content.decode()
    with tenant(cast.fjellvik):
        case.refresh_from_db()
        # Recording it takes the case, as every other work in it does.
        assert case.state == "in_progress"
        event = Event.objects.get(verb="deviation.injury_recorded")
        assert (event.root_id, event.data) == (case.pk, {})


def test_several_people_in_one_case_each_have_an_entry(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        injure(cast, case, employee=cast.tor_erik)
        injure(cast, case, person_kind=InjuredKind.HIRED_IN, name="Jonas Vikar")
        injure(cast, case, person_kind=InjuredKind.VISITOR)
        injure(cast, case, is_reporter=True)
    page = register(client, cast.sunniva).content.decode()
    assert "4 oppføringer" in page
    assert "Jonas Vikar" in page
    # A reporter who is known is an employee like others.
    assert "Ingrid Solheim" in page


@pytest.mark.parametrize("who", ["ingrid", "kari", "tor_erik", "piotr", "admin"])
def test_nobody_but_those_who_handle_it_record(cast, client, who):
    with tenant(cast.fjellvik):
        case = report(cast)
        pk = injure(cast, case).pk
    client.force_login(getattr(cast, who).user)
    for tail in ("alvorlig/", "skade/", f"skade/{pk}/", f"skade/{pk}/fravar/", f"skade/{pk}/fjern/"):
        for answer in (client.get(url(case, tail)), client.post(url(case, tail), form())):
            assert answer.status_code in {403, 404}, tail
    with tenant(cast.fjellvik):
        assert Injury.objects.count() == 1


def test_another_cases_injury_is_not_found(cast, client):
    with tenant(cast.fjellvik):
        other = injure(cast, report(cast))
        case = report(cast)
    client.force_login(cast.amir.user)
    for tail in ("", "fravar/", "fjern/", "nav/", "nav/ny/", "nav/ikke/"):
        assert client.get(url(case, f"skade/{other.pk}/{tail}")).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("work", ""),
        ("course", ""),
        ("harm", ""),
        ("harm", "diagnose"),
        ("outcome", ""),
        ("person_kind", "boss"),
        ("occurred_on", "2999-01-01"),
        ("occurred_on", "1066-10-14"),
    ],
)
def test_what_is_wrong_is_said_and_everything_is_kept(cast, client, field, value):
    with tenant(cast.fjellvik):
        case = report(cast)
    client.force_login(cast.amir.user)
    answer = client.post(url(case, "skade/"), form(causes="Glatt gulv", **{field: value}))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'id="id_{field}' in page
    assert "Glatt gulv" in page
    assert f'id="id_{field}_error"' in page
    with tenant(cast.fjellvik):
        assert not Injury.objects.exists()


@pytest.mark.parametrize("field", ["name", "occupation", "work", "course", "causes"])
@pytest.mark.parametrize("written", [NATIONAL_ID, "010107 50160", "Født 01.01.07, nr 010107-50160."])
def test_a_national_identity_number_is_refused_where_it_was_written(cast, client, field, written):
    with tenant(cast.fjellvik):
        case = report(cast)
    client.force_login(cast.amir.user)
    answer = client.post(url(case, "skade/"), form(**{field: written}))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'id="id_{field}_error"' in page
    with tenant(cast.fjellvik):
        assert not Injury.objects.exists()


def test_somebody_is_named_in_one_way_only(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
    client.force_login(cast.amir.user)
    answer = client.post(url(case, "skade/"), form(employee=cast.tor_erik.pk, name="Tor Erik"))
    assert answer.status_code == 422
    assert client.post(url(case, "skade/"), form(employee=cast.olav.pk)).status_code == 422


def test_an_entry_that_somebody_changed_meanwhile_is_not_overwritten(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        injury = injure(cast, case)
    client.force_login(cast.amir.user)
    assert client.post(url(case, f"skade/{injury.pk}/"), form(course="Foten kom i klem")).status_code == 303
    answer = client.post(url(case, f"skade/{injury.pk}/"), form(course="Noe annet"))
    assert answer.status_code == 422
    assert "Noe annet" in answer.content.decode()
    with tenant(cast.fjellvik):
        injury.refresh_from_db()
        assert (injury.course, injury.version) == ("Foten kom i klem", 2)
        with pytest.raises(StaleCase):
            services.change_absence(
                injury, by=cast.amir, version=1, absence="none", absent_from=None, absent_until=None, absent_days=None
            )
        assert injury.history.count() == 2


def test_a_closed_case_takes_no_entry_but_absence_and_receipts(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        injury = injure(cast, case, employee=cast.ingrid, outcome=InjuryOutcome.MEDICAL)
        services.close(case, by=cast.amir, answer="Takk.")
        with pytest.raises(InvalidTransition):
            injure(cast, case)
    client.force_login(cast.amir.user)
    assert client.post(url(case, "skade/"), form()).status_code == 409
    assert client.post(url(case, f"skade/{injury.pk}/"), form(course="Annet")).status_code == 409
    assert client.post(url(case, f"skade/{injury.pk}/fjern/")).status_code == 409
    assert client.post(url(case, "alvorlig/"), {"is_serious": "on"}).status_code == 409
    days = {"absence": "days", "absent_days": "4", "version": "1"}
    assert client.post(url(case, f"skade/{injury.pk}/fravar/"), days).status_code == 303
    sent = {"sent_on": timezone.localdate().isoformat(), "reference": "AR123"}
    assert client.post(url(case, f"skade/{injury.pk}/nav/"), sent).status_code == 303
    with tenant(cast.fjellvik):
        injury.refresh_from_db()
        assert injury.lost_days() == 4
        assert NavReport.objects.get().reference == "AR123"


def test_a_mistake_is_removed_with_a_trace(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        injury = injure(cast, case, employee=cast.ingrid, outcome=InjuryOutcome.MEDICAL)
    client.force_login(cast.amir.user)
    assert client.get(url(case, f"skade/{injury.pk}/fjern/")).status_code == 200
    assert client.post(url(case, f"skade/{injury.pk}/fjern/")).status_code == 303
    with tenant(cast.fjellvik):
        assert not Injury.objects.exists()
        assert not NavReport.objects.exists()
        assert Event.objects.filter(verb="deviation.injury_removed", root_id=case.pk).exists()
        assert Injury.history.filter(id=injury.pk, history_type="-").exists()
        assert list(Assignment.objects.filter(kind="action").values_list("state", flat=True)) == [TaskState.CANCELLED]


# --- absence ---


@pytest.mark.parametrize(
    ("fields", "days", "lost_time", "words"),
    [
        ({}, 0, False, "Not known yet"),
        ({"absence": Absence.NONE}, 0, False, "No"),
        (away(timezone.localdate() - 9 * DAY, timezone.localdate() - 7 * DAY), 3, True, "Yes"),
        (away(timezone.localdate() - 9 * DAY), 10, True, "Yes, still away"),
        ({"absence": Absence.DAYS, "absent_days": 12}, 12, True, "Yes"),
        ({"outcome": InjuryOutcome.FATAL}, 0, True, "Not known yet"),
    ],
)
def test_days_away_are_counted_from_the_day_after(cast, fields, days, lost_time, words):
    with tenant(cast.fjellvik):
        case = report(cast, occurred_on=timezone.localdate() - 10 * DAY)
        injury = injure(cast, case, occurred_on=timezone.localdate() - 10 * DAY, **fields)
        assert (injury.lost_days(), injury.lost_time) == (days, lost_time)
        with translation.override("en"):
            assert injuries.absence_words(injury) == words


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"absence": "dates"}, "absent_from"),
        ({"absence": "dates", "absent_from": "2020-01-01"}, "absent_from"),
        ({"absence": "dates", "absent_from": "2999-01-01"}, "absent_from"),
        ({"absence": "dates", "absent_from": "{today}", "absent_until": "2020-01-01"}, "absent_until"),
        ({"absence": "days"}, "absent_days"),
        ({"absence": "days", "absent_days": "0"}, "absent_days"),
        ({"absence": "always"}, "absence"),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused(cast, client, sent, field):
    today = timezone.localdate()
    with tenant(cast.fjellvik):
        case = report(cast, occurred_on=today - 5 * DAY)
        injury = injure(cast, case, occurred_on=today - 5 * DAY)
    client.force_login(cast.amir.user)
    sent = {name: value.format(today=today) for name, value in sent.items()}
    answer = client.post(url(case, f"skade/{injury.pk}/fravar/"), {"version": "1", **sent})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()


def test_the_database_refuses_an_absence_that_makes_no_sense(cast):
    with tenant(cast.fjellvik):
        injury = injure(cast, report(cast))
        for broken in (
            {"absence": "days"},
            {"absence": "dates", "absent_from": injury.occurred_on},
            {"absence": "none", "absent_days": 3},
            {"is_reporter": True, "name": "Ingrid"},
            {"employee": cast.ingrid, "name": "Ingrid"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Injury.objects.filter(pk=injury.pk).update(**broken)


# --- NAV ---


@pytest.mark.parametrize(
    ("fields", "suggested"),
    [
        ({}, False),
        ({"outcome": InjuryOutcome.MEDICAL}, True),
        ({"absence": Absence.DAYS, "absent_days": 3}, False),
        ({"absence": Absence.DAYS, "absent_days": 4}, True),
        (away(timezone.localdate()), True),
        ({"outcome": InjuryOutcome.MEDICAL, "person_kind": InjuredKind.VISITOR}, False),
        ({"outcome": InjuryOutcome.MEDICAL, "person_kind": InjuredKind.HIRED_IN}, False),
        ({"outcome": InjuryOutcome.MEDICAL, "person_kind": InjuredKind.PUPIL}, True),
    ],
)
def test_a_report_to_nav_is_suggested_when_the_law_asks_for_it(cast, fields, suggested):
    with tenant(cast.fjellvik):
        case = report(cast, occurred_on=timezone.localdate() - 2 * DAY)
        injury = injure(cast, case, occurred_on=timezone.localdate() - 2 * DAY, **fields)
        assert NavReport.objects.filter(injury=injury).exists() == suggested
        if suggested:
            task = NavReport.objects.get().assignment
            assert (task.assignee, task.state, task.is_statutory) == (cast.amir, TaskState.OPEN, True)
            assert task.title == f"Meld til NAV: {case.number}"


def test_a_longer_absence_suggests_it_later_and_once(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        injury = injure(cast, case, employee=cast.tor_erik)
    client.force_login(cast.amir.user)
    for version, days in ((1, 3), (2, 4), (3, 9)):
        sent = {"absence": "days", "absent_days": days, "version": version}
        assert client.post(url(case, f"skade/{injury.pk}/fravar/"), sent).status_code == 303
    with tenant(cast.fjellvik):
        assert NavReport.objects.count() == Assignment.objects.filter(kind="action").count() == 1


def test_nav_may_be_reported_to_although_nothing_suggests_it(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        injury = injure(cast, case, employee=cast.tor_erik)
    client.force_login(cast.amir.user)
    assert client.get(url(case, f"skade/{injury.pk}/nav/ny/")).status_code == 200
    for _twice in range(2):
        assert client.post(url(case, f"skade/{injury.pk}/nav/ny/")).status_code == 303
    with tenant(cast.fjellvik):
        assert Assignment.objects.filter(kind="action").count() == 1


def test_the_limit_of_a_year_is_shown(cast, client):
    happened = datetime.date(2024, 2, 29)
    with tenant(cast.fjellvik):
        case = report(cast, occurred_on=happened)
        injury = injure(cast, case, occurred_on=happened, outcome=InjuryOutcome.MEDICAL)
        assert injury.nav_limit == datetime.date(2025, 2, 28)
        # Late is no reason not to do it, and no due date lies behind.
        assert NavReport.objects.get().assignment.due_on == timezone.localdate()
    client.force_login(cast.amir.user)
    page = client.get(url(case, f"skade/{injury.pk}/nav/")).content.decode()
    assert "28. februar 2025" in page


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"sent_on": "2999-01-01", "reference": "A"}, "sent_on"),
        ({"sent_on": "2019-01-01", "reference": "A"}, "sent_on"),
        ({"sent_on": "{today}", "reference": ""}, "reference"),
        ({"sent_on": "{today}", "reference": NATIONAL_ID}, "reference"),
    ],
)
def test_a_receipt_from_nav_that_makes_no_sense_is_refused(cast, client, sent, field):
    with tenant(cast.fjellvik):
        case = report(cast)
        injury = injure(cast, case, outcome=InjuryOutcome.MEDICAL)
        nav = NavReport.objects.get()
        with pytest.raises(InvalidTransition):
            services.keep_nav_receipt(nav, by=cast.amir, sent_on=timezone.localdate() + DAY, reference="A")
    client.force_login(cast.amir.user)
    sent = {name: value.format(today=timezone.localdate()) for name, value in sent.items()}
    answer = client.post(url(case, f"skade/{injury.pk}/nav/"), sent)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    with tenant(cast.fjellvik):
        assert not NavReport.objects.get().is_settled


def test_the_receipt_ends_the_task_and_a_reason_calls_it_off(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        sent, not_needed = (injure(cast, case, outcome=InjuryOutcome.MEDICAL) for _each in range(2))
    client.force_login(cast.amir.user)
    today = timezone.localdate().isoformat()
    client.post(url(case, f"skade/{sent.pk}/nav/"), {"sent_on": today, "reference": "AR55"})
    assert client.post(url(case, f"skade/{not_needed.pk}/nav/ikke/"), {"text": ""}).status_code == 422
    client.post(url(case, f"skade/{not_needed.pk}/nav/ikke/"), {"text": "Meldt av utleier."})
    page = client.get(url(case)).content.decode()
    assert "AR55" in page
    assert "Meldt av utleier." in page
    with tenant(cast.fjellvik):
        states = {row.injury_id: row.assignment.state for row in NavReport.objects.select_related("assignment")}
        assert states == {sent.pk: TaskState.DONE, not_needed.pk: TaskState.CANCELLED}


def test_the_tasks_follow_the_case_to_its_new_handler(cast):
    with tenant(cast.fjellvik):
        case = report(cast)
        injure(cast, case, employee=cast.tor_erik, outcome=InjuryOutcome.SERIOUS)
        services.hand_over(case, to=cast.helene, by=cast.amir)
        tasks = Assignment.objects.filter(kind="action")
        assert {task.assignee for task in tasks} == {cast.helene}
        assert len(tasks) == 2


def test_when_the_handler_leaves_everything_goes_along(cast):
    from hms.assignments.leaving import hand_over

    with tenant(cast.fjellvik):
        case = report(cast)
        injure(cast, case, employee=cast.tor_erik, outcome=InjuryOutcome.SERIOUS)
        hand_over(cast.amir, cast.helene, cast.admin)
        assert not Assignment.objects.filter(assignee=cast.amir, state="open").exists()
        assert Assignment.objects.filter(assignee=cast.helene, state="open").count() == 3


# --- who it was ---


def hidden_case(cast):
    """Ingrid reports with her name hidden; Amir gets the case and is let know."""
    return services.report(
        organisation=cast.fjellvik,
        unit=cast.solbakken,
        description="Jeg falt i trappa.",
        severity=2,
        reporter_kind=ReporterKind.HIDDEN,
        reporter=cast.ingrid,
    ).deviation


READERS = ["sunniva", "vigdis", "kari", "ragnhild", "helene", "tor_erik", "ingrid", "admin"]


@pytest.mark.parametrize("way", ["ticked", "chosen"])
def test_an_injured_hidden_reporter_is_named_to_those_who_know_and_nobody_else(cast, client, way):
    with tenant(cast.fjellvik):
        case = hidden_case(cast)
    client.force_login(cast.amir.user)
    who = {"is_reporter": "on"} if way == "ticked" else {"employee": cast.ingrid.pk}
    assert client.post(url(case, "skade/"), form(occupation="Nattevakt", **who)).status_code == 303
    with tenant(cast.fjellvik):
        injury = Injury.objects.get()
        # Whose the case is stands in one place only.
        assert (injury.employee_id, injury.name, injury.is_reporter) == (None, "", True)
        assert not Injury.history.filter(employee=cast.ingrid.pk).exists()
    page = client.get(url(case)).content.decode()
    assert "Ingrid Solheim" in page
    for name in READERS:
        reader = getattr(cast, name)
        page = register(client, reader)
        # The menu names whoever is signed in.
        shown = page.content.decode().split("<main")[-1]
        assert "Ingrid" not in shown, name
        assert "Nattevakt" not in shown, name
        assert page.status_code == (403 if name in {"tor_erik", "ingrid", "admin"} else 200), name
        if name in {"sunniva", "vigdis", "kari", "helene"}:
            assert "Senga traff foten" in shown
            case_page = client.get(url(case)).content.decode().split("<main")[-1]
            assert "Ingrid" not in case_page, name
            assert "Nattevakt" not in case_page, name


def test_a_handler_who_does_not_know_learns_nothing_by_writing_a_name(cast, client):
    with tenant(cast.fjellvik):
        case = hidden_case(cast)
        services.hand_over(case, to=cast.helene, by=cast.amir)
    client.force_login(cast.helene.user)
    for person in (cast.ingrid, cast.tor_erik):
        assert client.post(url(case, "skade/"), form(employee=person.pk)).status_code == 303
    page = client.get(url(case)).content.decode()
    # Both stand there alike: none vanished.
    assert "Ingrid Solheim" in page
    assert "Tor Erik Moen" in page
    # To others who do not know, both are kept back alike.
    shown = register(client, cast.sunniva).content.decode()
    assert "Ingrid Solheim" not in shown
    assert "Tor Erik Moen" not in shown


def test_who_does_not_know_may_change_the_rest_and_the_person_stays(cast, client):
    with tenant(cast.fjellvik):
        case = hidden_case(cast)
        injury = injure(cast, case, is_reporter=True, occupation="Nattevakt")
        services.hand_over(case, to=cast.helene, by=cast.amir)
    client.force_login(cast.helene.user)
    page = client.get(url(case, f"skade/{injury.pk}/")).content.decode()
    assert "Nattevakt" not in page
    assert client.post(
        url(case, f"skade/{injury.pk}/"), form(course="Hun falt", keep_person="on")
    ).status_code == 303  # fmt: skip
    with tenant(cast.fjellvik):
        injury.refresh_from_db()
        assert (injury.course, injury.is_reporter, injury.occupation) == ("Hun falt", True, "Nattevakt")


def test_an_injured_anonymous_reporter_has_no_name_anywhere(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, reporter_kind=ReporterKind.ANONYMOUS)
        injure(cast, case, is_reporter=True, occupation="Nattevakt")
    for reader in (cast.sunniva, cast.vigdis, cast.kari):
        shown = register(client, reader).content.decode()
        assert "Senga traff foten" in shown
        assert "Nattevakt" not in shown


def test_a_name_without_sign_in_is_for_those_who_see_the_inside(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, reporter_kind=ReporterKind.NAMED, reporter_name="Petra Gjest")
        injure(cast, case, is_reporter=True, person_kind=InjuredKind.VISITOR)
    assert "Petra Gjest" in register(client, cast.sunniva).content.decode()
    # Sees the case, but no names in the register.
    assert "Petra Gjest" not in register(client, cast.vigdis).content.decode()


def test_a_case_of_an_injury_without_anybody_in_the_register_stands_out(cast, client):
    client.force_login(cast.amir.user)
    card = '<section class="ds-card" data-color="warning" aria-labelledby="injuries">'
    with tenant(cast.fjellvik):
        case, other = report(cast, kind=ReportKind.INJURY), report(cast)
    assert card in client.get(url(case)).content.decode()
    assert card not in client.get(url(other)).content.decode()
    with tenant(cast.fjellvik):
        injure(cast, case)
    assert card not in client.get(url(case)).content.decode()
