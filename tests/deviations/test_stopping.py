"""The safety representative stops dangerous work (aml. section 6-3): who may, who is told, what it holds up, who lifts."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from deviations import rules, services
from deviations.enums import LiftBasis
from deviations.models import Deviation, WorkStop
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.organisations.enums import Role
from hms.organisations.models import RoleHolding, SafetyArea, SafetyAreaUnit
from hms.tenancy.scope import tenant
from tests.cast import hold, make_employee
from tests.deviations.helpers import report, url

WHAT = "Arbeid på stilaset"


@pytest.fixture
def case(cast):
    with tenant(cast.fjellvik):
        return report(cast)


def body(**fields):
    since = timezone.localtime() - datetime.timedelta(minutes=5)
    return {"what": WHAT, "place": "Trapp B", "since": since.strftime("%Y-%m-%dT%H:%M")} | fields


def stop(cast, case, **fields) -> WorkStop:
    fields = {"by": cast.kari, "what": WHAT, "place": "Trapp B", "since": timezone.now()} | fields
    return services.stop_work(case, **fields)


def test_only_those_who_represent_the_area_stop_work(cast, client, case):
    with tenant(cast.fjellvik):
        other_area = SafetyArea.objects.create(name="Teknisk")
        SafetyAreaUnit.objects.create(safety_area=other_area, unit=cast.teknisk)
        stranger = make_employee(cast.fjellvik, "Nils Nabo", cast.teknisk)
        hold(stranger, Role.SAFETY_REP, safety_area=other_area)
        inspector = make_employee(cast.fjellvik, "Iver Tilsyn", cast.kommune)
        hold(inspector, Role.INSPECTOR, ends_on=timezone.localdate())
    address = url(case, "stans/")
    for who, status in (
        (cast.ingrid, 403), (cast.amir, 403), (cast.helene, 403), (cast.sunniva, 403), (cast.ragnhild, 403),
        (inspector, 403), (stranger, 404), (cast.tor_erik, 404), (cast.admin, 404), (cast.olav, 404),
    ):  # fmt: skip
        client.force_login(who.user)
        assert client.get(address).status_code == status, who.name
        assert client.post(address, body()).status_code == status, who.name
        with tenant(cast.fjellvik), pytest.raises(InvalidTransition):
            stop(cast, case, by=who)
    for who in (cast.kari, cast.vigdis):
        client.force_login(who.user)
        assert client.get(address).status_code == 200
        assert address in client.get(url(case)).content.decode()
    with tenant(cast.fjellvik):
        assert not WorkStop.objects.exists()


def test_the_employer_is_told_at_once_and_it_stands_on_the_case(cast, client, case):
    client.force_login(cast.kari.user)
    tomorrow = (timezone.localtime() + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(url(case, "stans/"), body(what="")).status_code == 422
    assert client.post(url(case, "stans/"), body(since=tomorrow)).status_code == 422
    assert client.post(url(case, "stans/"), body()).status_code == 303
    assert client.post(url(case, "stans/"), body()).status_code == 409
    with tenant(cast.fjellvik):
        told = Notification.objects.filter(type="deviations.work_stopped")
        assert {one.recipient for one in told} == {cast.amir, cast.sunniva, cast.ragnhild}
        assert all(one.parameters["critical"] for one in told)
        assert not told.filter(parameters__icontains="stilas").exists()
        assert Event.objects.filter(verb="work.stopped", actor=cast.kari).count() == 1
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkStop.objects.create(
                deviation=case, what="x", place="x", since=timezone.now(), stopped_by=cast.kari
            )  # fmt: skip
    for person in (cast.amir, cast.ingrid, cast.kari):
        client.force_login(person.user)
        assert WHAT in client.get(url(case)).content.decode()
        assert "Arbeid er stanset" in client.get("/fjellvik/avvik/").content.decode()


def test_nothing_is_closed_over_a_stop(cast, client, case):
    with tenant(cast.fjellvik):
        stop(cast, case)
        for verb in (services.reject, services.withdraw_case):
            with pytest.raises(InvalidTransition):
                verb(case, by=cast.amir, reason="x")
        with pytest.raises(InvalidTransition):
            services.close(case, by=cast.amir, answer="x")
        with pytest.raises(InvalidTransition):
            services.merge(case, into=report(cast), by=cast.amir, reason="x")
    client.force_login(cast.amir.user)
    assert client.post(url(case, "lukk/"), {"text": "x"}).status_code == 422


def test_the_representative_lifts_it_and_the_employer_only_on_the_authoritys_decision(cast, client, case):
    with tenant(cast.fjellvik):
        stopped = stop(cast, case)
        for who, basis in (
            (cast.amir, LiftBasis.SAFE), (cast.sunniva, LiftBasis.SAFE), (cast.ingrid, LiftBasis.SAFE),
            (cast.ingrid, LiftBasis.AUTHORITY), (cast.tor_erik, LiftBasis.AUTHORITY), (cast.ragnhild, LiftBasis.SAFE),
        ):  # fmt: skip
            with pytest.raises(InvalidTransition):
                services.lift_stop(stopped, by=who, basis=basis, reason="x")
        with pytest.raises(InvalidTransition):
            services.lift_stop(stopped, by=cast.kari, basis=LiftBasis.SAFE, reason=" ")
    address = url(case, "stans/opphev/")
    for who, status in ((cast.ingrid, 403), (cast.tor_erik, 404), (cast.admin, 404), (cast.olav, 404)):
        client.force_login(who.user)
        assert client.post(address, {"basis": "safe", "reason": "x"}).status_code == status
    client.force_login(cast.amir.user)
    assert client.post(address, {"basis": "safe", "reason": "Jeg synes det er trygt."}).status_code == 422
    assert client.post(address, {"basis": "authority", "reason": "Vedtak 12/2026."}).status_code == 303
    assert client.post(address, {"basis": "authority", "reason": "Vedtak 12/2026."}).status_code == 409
    with tenant(cast.fjellvik):
        stopped.refresh_from_db()
        assert (stopped.lifted_by, stopped.basis) == (cast.amir, LiftBasis.AUTHORITY)
        told = Notification.objects.filter(type="deviations.work_resumed")
        assert {one.recipient for one in told} == {cast.kari, cast.sunniva, cast.ragnhild}
        again = stop(cast, case)
        services.lift_stop(again, by=cast.vigdis, basis=LiftBasis.SAFE, reason="Sikret.")
        assert rules.active_stop(case) is None
        services.close(case, by=cast.amir, answer="Sikret.")
    assert "Vedtak 12/2026." in client.get(url(case)).content.decode()


def test_a_manager_the_case_is_about_is_not_told_of_it(cast):
    with tenant(cast.fjellvik):
        case = report(cast, about_my_manager=True)
        services.grant_access(case, to=cast.kari, by=cast.helene)
        stop(cast, Deviation.objects.get(pk=case.pk))
        told = {one.recipient for one in Notification.objects.filter(type="deviations.work_stopped")}
        assert cast.amir not in told
        assert {cast.helene, cast.sunniva, cast.ragnhild} <= told


def test_a_representative_whose_time_is_over_stops_nothing(cast, case):
    with tenant(cast.fjellvik):
        yesterday = timezone.localdate() - datetime.timedelta(days=1)
        RoleHolding.objects.filter(employee=cast.kari).update(ends_on=yesterday)
        with pytest.raises(InvalidTransition):
            stop(cast, case)


def test_whistleblowing_knows_no_representative_and_its_receivers_lift(cast):
    with tenant(cast.fjellvik):
        case = report(cast)
        stopped = stop(cast, case)
        services.add_receiver(
            employee=cast.tor_erik, position=1, is_outside_line=True, starts_on=timezone.localdate(), by=cast.admin
        )
        services.make_whistleblowing(case, by=cast.amir, reason="Varsling.")
        before = Notification.objects.count()
        stopped = WorkStop.objects.select_related("deviation__unit").get()
        with pytest.raises(InvalidTransition):
            services.lift_stop(stopped, by=cast.kari, basis=LiftBasis.SAFE, reason="x")
        services.lift_stop(stopped, by=cast.tor_erik, basis=LiftBasis.SAFE, reason="Sikret.")
        assert Notification.objects.count() == before
