"""Death, serious injury and electrical accidents: authorities are told, and the case waits for it."""

import datetime
import re

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from deviations import services
from deviations.authorities import AMBULANCE, DSB, DUTIES, LABOUR_INSPECTION, POLICE, POLICE_EMERGENCY
from deviations.enums import ReporterKind, ReportKind, Severity
from deviations.injury_enums import InjuryOutcome, NoticeKind
from deviations.models import Deviation, Notice, NoticeList
from hms.assignments.enums import State as TaskState
from hms.assignments.models import Assignment
from hms.assignments.sweeping import sweep
from hms.audit.transitions import InvalidTransition
from hms.files.models import Attachment
from hms.notifications.models import Delivery, Notification
from hms.notifications.selectors import is_critical
from hms.organisations.models import Employee
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report, url
from tests.deviations.injury_words import injure

HOUR = datetime.timedelta(hours=1)
SERIOUS = [NoticeKind.LABOUR_CALL, NoticeKind.POLICE_CALL, NoticeKind.LABOUR_LETTER, NoticeKind.REP_COPY]


def declare(cast, case, *, is_serious=True, is_electric=False, by=None):
    return services.declare(case, by=by or cast.amir, is_serious=is_serious, is_electric=is_electric)


def settle_all(cast, case):
    for notice in Notice.objects.filter(deviation=case, settled_at=None):
        notice.deviation = case
        services.settle(notice, by=cast.amir, done_at=timezone.now(), done_by=cast.amir, reference="Vakta")


def sent(**fields):
    moment = timezone.localtime().replace(second=0, microsecond=0)
    return {"done_at": moment.strftime("%Y-%m-%dT%H:%M"), "reference": "2026/1234"} | fields


def kinds(case):
    return list(Notice.objects.filter(deviation=case).order_by("id").values_list("kind", flat=True))


# --- how it begins ---


@pytest.mark.parametrize("way", ["button", "triage", "injury", "death"])
def test_a_serious_injury_gives_a_checklist_at_the_top_of_the_case(cast, client, way):
    from tests.deviations.injury_words import form

    with tenant(cast.fjellvik):
        case = report(cast)
    client.force_login(cast.amir.user)
    if way == "button":
        assert client.get(url(case, "alvorlig/")).status_code == 200
        answer = client.post(url(case, "alvorlig/"), {"is_serious": "on"})
    elif way == "triage":
        assert "is_serious" in client.get(url(case, "vurder/")).content.decode()
        fields = {"title": "Fall", "severity": 1, "place": "", "immediate_measure": "", "category": ""}
        answer = client.post(url(case, "vurder/"), fields | {"version": case.version, "is_serious": "on"})
    else:
        outcome = InjuryOutcome.SERIOUS if way == "injury" else InjuryOutcome.FATAL
        answer = client.post(url(case, "skade/"), form(outcome=outcome))
    assert answer.status_code == 303
    page = client.get(url(case)).content.decode()
    assert page.index('id="notices"') < page.index('id="what"' if 'id="what"' in page else 'id="facts"')
    for phone in (AMBULANCE, POLICE_EMERGENCY, POLICE, LABOUR_INSPECTION):
        assert f'href="{phone.uri}"' in page
        assert phone.number in page
    with tenant(cast.fjellvik):
        case.refresh_from_db()
        assert kinds(case) == SERIOUS
        assert (case.severity, case.open_notices, case.state) == (Severity.VERY_SERIOUS, 4, "in_progress")
        task = NoticeList.objects.get().assignment
        assert (task.assignee, task.is_critical, task.due_on) == (cast.amir, True, timezone.localdate())


def test_the_numbers_are_the_authorities_own():
    assert (LABOUR_INSPECTION.number, LABOUR_INSPECTION.uri) == ("73 19 97 00", "tel:+4773199700")
    assert (POLICE_EMERGENCY.uri, POLICE.uri, DSB.uri) == ("tel:112", "tel:02800", "tel:+4733412500")
    assert set(DUTIES) == set(NoticeKind.values)
    assert all(duty.law and duty.source for duty in DUTIES.values())


def test_electricity_alone_asks_for_dsb_and_serious_adds_the_rest(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        injure(cast, case, is_electric=True)
        assert kinds(case) == [NoticeKind.ELECTRICAL]
        first = NoticeList.objects.get().assignment
        assert not first.is_critical
        assert not Notification.objects.filter(type__startswith="deviations.serious").exists()
        declare(cast, case)
        assert set(kinds(case)) == {*SERIOUS, NoticeKind.ELECTRICAL}
        # What was routine has become critical.
        first.refresh_from_db()
        second = NoticeList.objects.get().assignment
        assert (first.state, second.state, second.is_critical) == (TaskState.CANCELLED, TaskState.OPEN, True)
    client.force_login(cast.amir.user)
    assert f'href="{DSB.uri}"' in client.get(url(case)).content.decode()


def test_it_begins_once_however_often_it_is_said(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
    client.force_login(cast.amir.user)
    for _twice in range(2):
        assert client.post(url(case, "alvorlig/"), {"is_serious": "on"}).status_code == 303
    assert client.post(url(case, "alvorlig/"), {}).status_code == 422
    with tenant(cast.fjellvik):
        assert kinds(case) == SERIOUS
        assert Assignment.objects.filter(kind="action").count() == 1
        assert Notification.objects.filter(type="deviations.serious", recipient=cast.kari).count() == 1


def test_praise_and_suggestions_are_not_asked(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, kind=ReportKind.PRAISE)
    client.force_login(cast.amir.user)
    assert "is_serious" not in client.get(url(case, "vurder/")).content.decode()


def test_illness_over_time_is_not_notified_at_once(cast):
    with tenant(cast.fjellvik):
        case = report(cast)
        injure(cast, case, is_illness=True, outcome=InjuryOutcome.SERIOUS)
        assert not NoticeList.objects.exists()


# --- who is told ---


def told(case):
    found = Notification.objects.filter(type__startswith="deviations.serious").select_related("recipient")
    return {notification.recipient.given_name: notification.type for notification in found}


def test_representative_hse_manager_and_top_leader_are_told_once_without_what_happened(cast):
    with tenant(cast.fjellvik):
        case = report(cast, "Foten ble knust i heisen.")
        declare(cast, case)
        assert told(case) == dict.fromkeys(["Kari", "Sunniva", "Ragnhild"], "deviations.serious")
        ids = Notification.objects.filter(type="deviations.serious").values("pk")
        assert Delivery.objects.filter(notification__in=ids, channel="email").count() == 3
        # Not to be muted, and no night is kept for it.
        assert is_critical(Notification.objects.filter(type="deviations.serious").first())
    from hms.notifications.tasks import deliver

    deliver(cast.fjellvik.pk)
    about = [message for message in mail.outbox if cast.kari.email in message.to[0]]
    assert about
    assert not any("knust" in message.body + message.subject for message in mail.outbox)


def test_nobody_is_told_of_a_confidential_case_by_its_number(cast):
    with tenant(cast.fjellvik):
        case = report(cast, about_my_manager=True)
        handler = case.handling.assignee
        declare(cast, case, by=handler)
        assert set(told(case).values()) == {"deviations.serious_elsewhere"}
        assert "Kari" in told(case)
        assert cast.amir.given_name not in told(case)
        notes = Notification.objects.filter(type="deviations.serious_elsewhere")
        assert not any(case.number in str(notification.parameters) for notification in notes)
        assert NoticeList.objects.get().assignment.is_confidential


def test_nobody_is_told_of_whistleblowing(cast):
    with tenant(cast.fjellvik):
        services.add_receiver(
            employee=cast.tor_erik, position=1, is_outside_line=True, starts_on=timezone.localdate(), by=cast.admin
        )
        case = report(cast)
        services.make_whistleblowing(case, by=cast.amir, reason="Varsling.")
        declare(cast, case, by=cast.tor_erik)
        assert told(case) == {}
        assert NoticeList.objects.get().assignment.assignee == cast.tor_erik


def test_what_becomes_whistleblowing_is_taken_from_everybody(cast, client):
    with tenant(cast.fjellvik):
        services.add_receiver(
            employee=cast.tor_erik, position=1, is_outside_line=True, starts_on=timezone.localdate(), by=cast.admin
        )
        case = report(cast)
        injure(cast, case, outcome=InjuryOutcome.SERIOUS, employee=cast.ingrid)
        services.make_whistleblowing(case, by=cast.amir, reason="Varsling.")
        assert told(case) == {}
        for task in Assignment.objects.filter(kind="action"):
            assert (task.assignee, task.is_confidential, task.title) == (cast.tor_erik, True, case.number)
    for who in (cast.sunniva, cast.vigdis, cast.kari, cast.amir):
        client.force_login(who.user)
        page = client.get("/fjellvik/skader/").content.decode()
        assert "Senga traff foten" not in page
        assert client.get(url(case)).status_code == 404
    client.force_login(cast.tor_erik.user)
    assert 'id="notices"' in client.get(url(case)).content.decode()


def test_the_critical_ladder_chases_it_and_nobody_can_mute_it(cast, client):
    """Day by day: the handler on the day, then the manager, then the HSE manager and the top leader."""
    with tenant(cast.fjellvik):
        case = report(cast)
        declare(cast, case)
        task = NoticeList.objects.get().assignment
        # The day after is a Saturday or a Sunday as well as any other.
        days = [timezone.localtime() + datetime.timedelta(days=days) for days in (1, 3)]
        for day in days:
            sweep(day.replace(hour=12))
        steps = set(task.reminders.values_list("offset_days", "recipient"))
    assert {(1, "assignee"), (1, "manager"), (3, "hse_manager"), (3, "top_leader")} <= steps


# --- doing it ---


def test_each_thing_is_kept_with_time_person_and_receipt(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        declare(cast, case)
    client.force_login(cast.amir.user)
    assert client.get(url(case, "melding/labour_call/")).status_code == 200
    file = SimpleUploadedFile("kvittering.txt", b"Mottatt")
    answer = client.post(
        url(case, "melding/labour_call/"), sent(done_by=cast.sunniva.pk, reference="Snakket med vakta", files=file)
    )
    assert answer.status_code == 303
    page = client.get(url(case)).content.decode()
    assert "Snakket med vakta" in page
    assert "Sunniva Bakke" in page
    assert "kvittering.txt" in page
    with tenant(cast.fjellvik):
        notice = Notice.objects.get(kind="labour_call")
        assert (notice.done_by, notice.settled_by) == (cast.sunniva, cast.amir)
        case.refresh_from_db()
        assert case.open_notices == 3
        attachment = Attachment.objects.get(name="kvittering.txt")
    path = f"/fjellvik/filer/{attachment.pk}/kvittering.txt"
    for who, status in ((cast.amir, 200), (cast.kari, 200), (cast.ingrid, 404), (cast.tor_erik, 404)):
        client.force_login(who.user)
        answer = client.get(path)
        b"".join(answer.streaming_content) if answer.streaming else None
        assert answer.status_code == status, who


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"done_at": "{future}"}, "done_at"),
        ({"done_at": "{before}"}, "done_at"),
        ({"done_at": "i går"}, "done_at"),
        ({"done_at": ""}, "done_at"),
        ({"done_by": ""}, "done_by"),
        ({"reference": ""}, "reference"),
        ({"reference": "Født 01010750160"}, "reference"),
    ],
)
def test_a_receipt_that_cannot_be_right_is_refused(cast, client, fields, field):
    now = timezone.localtime()
    with tenant(cast.fjellvik):
        case = report(cast, occurred_on=now.date(), occurred_at_time=datetime.time(0, 0))
        declare(cast, case)
    client.force_login(cast.amir.user)
    moments = {
        "future": (now + HOUR).strftime("%Y-%m-%dT%H:%M"),
        "before": (now - datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
    }
    fields = {name: value.format(**moments) for name, value in fields.items()}
    answer = client.post(url(case, "melding/police_call/"), sent(done_by=cast.amir.pk) | fields)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    with tenant(cast.fjellvik):
        assert not Notice.objects.filter(settled_at__isnull=False).exists()


def test_the_service_and_the_database_refuse_a_wrong_time_too(cast):
    with tenant(cast.fjellvik):
        case = report(cast)
        declare(cast, case)
        notice = Notice.objects.select_related("deviation").first()
        for moment in (timezone.now() + HOUR, timezone.now() - datetime.timedelta(days=400)):
            with pytest.raises(services.WrongTime):
                services.settle(notice, by=cast.amir, done_at=moment, done_by=cast.amir, reference="A")
        for broken in (
            {"done_at": timezone.now()},
            {"settled_at": timezone.now()},
            {"done_at": timezone.now() + HOUR, "done_by": cast.amir, "settled_at": timezone.now()},
            {"not_called_for": "Nei"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Notice.objects.filter(pk=notice.pk).update(**broken)


def test_what_does_not_apply_needs_a_reason(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        declare(cast, case)
    client.force_login(cast.amir.user)
    assert client.post(url(case, "melding/rep_copy/ikke/"), {"text": " "}).status_code == 422
    answer = client.post(url(case, "melding/rep_copy/ikke/"), {"text": "Vi har avtale om ordning uten verneombud."})
    assert answer.status_code == 303
    assert "avtale om ordning uten verneombud" in client.get(url(case)).content.decode()
    with tenant(cast.fjellvik):
        case.refresh_from_db()
        assert case.open_notices == 3


def test_when_everything_is_done_the_task_is_too_and_a_mistake_can_be_put_right(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        declare(cast, case)
        settle_all(cast, case)
        task = NoticeList.objects.get().assignment
        assert task.state == TaskState.DONE
    client.force_login(cast.amir.user)
    answer = client.post(url(case, "melding/labour_letter/"), sent(done_by=cast.amir.pk, reference="AR900"))
    assert answer.status_code == 303
    with tenant(cast.fjellvik):
        assert Notice.objects.get(kind="labour_letter").reference == "AR900"
        # Something more is found out later: a task of its own.
        declare(cast, case, is_serious=False, is_electric=True)
        task = NoticeList.objects.get().assignment
        assert task.state == TaskState.OPEN


@pytest.mark.parametrize("who", ["kari", "ingrid", "tor_erik", "piotr", "admin"])
def test_only_those_who_handle_the_case_settle(cast, client, who):
    with tenant(cast.fjellvik):
        case = report(cast)
        declare(cast, case)
    client.force_login(getattr(cast, who).user)
    for tail in ("melding/labour_call/", "melding/labour_call/ikke/"):
        assert client.post(url(case, tail), sent(done_by=cast.amir.pk, text="x")).status_code in {403, 404}
    with tenant(cast.fjellvik):
        assert not Notice.objects.filter(settled_at__isnull=False).exists()


def test_what_is_not_on_the_checklist_is_not_found(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        declare(cast, case)
    client.force_login(cast.amir.user)
    for kind in ("electrical", "nabo"):
        assert client.get(url(case, f"melding/{kind}/")).status_code == 404


def test_the_reporter_is_not_shown_the_checklist(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        declare(cast, case)
    client.force_login(cast.ingrid.user)
    page = client.get(url(case)).content.decode()
    assert 'id="notices"' not in page
    assert 'id="injuries"' not in page


# --- closing ---


def test_the_case_cannot_be_closed_before_authorities_are_told(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        declare(cast, case)
        with pytest.raises(InvalidTransition):
            services.close(case, by=cast.amir, answer="Takk.")
        # Whatever way it is tried.
        with pytest.raises(IntegrityError), transaction.atomic():
            Deviation.objects.filter(pk=case.pk).update(state="closed", answer="Takk.", closed_at=timezone.now())
    client.force_login(cast.amir.user)
    answer = client.post(url(case, "lukk/"), {"text": "Takk for at du sa fra."})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Takk for at du sa fra." in page
    assert re.search(r"Myndighetene må varsles|Authorities must be notified", page)
    with tenant(cast.fjellvik):
        settle_all(cast, case)
    assert client.post(url(case, "lukk/"), {"text": "Takk."}).status_code == 303


def test_a_receipt_is_not_changed_once_the_case_is_closed(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        declare(cast, case)
        settle_all(cast, case)
        services.close(case, by=cast.amir, answer="Takk.")
    client.force_login(cast.amir.user)
    assert client.post(url(case, "melding/police_call/"), sent(done_by=cast.amir.pk)).status_code == 409
    assert client.post(url(case, "melding/police_call/ikke/"), {"text": "Nei"}).status_code == 409


def test_a_hidden_reporter_who_represents_the_others_is_told_as_they_are(cast):
    with tenant(cast.fjellvik):
        case = services.report(
            organisation=cast.fjellvik, unit=cast.solbakken, description="Fall", severity=2,
            reporter_kind=ReporterKind.HIDDEN, reporter=Employee.objects.get(pk=cast.kari.pk),
        ).deviation  # fmt: skip
        declare(cast, case)
        assert "Kari" in told(case)
