"""What cases have in common: numbers counted by hand, and what nobody may work out from them."""

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deviations import services
from deviations.enums import Category, Cause, ReporterKind, Severity
from deviations.models import Deviation
from deviations.selectors import trends
from deviations.selectors.trends import Months
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report

OSLO = ZoneInfo("Europe/Oslo")
YEAR = Months(datetime.date(2026, 1, 1), datetime.date(2026, 11, 1))


def at(month, day, hour=10):
    return datetime.datetime(2026, month, day, hour, tzinfo=OSLO)


@pytest.fixture
def clock(cast):
    with time_machine.travel(at(10, 1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def happen(cast, clock):
    """Reports in Fjellvik at a moment."""

    def happen(moment, number=1, *, causes=(), **fields):
        clock.move_to(moment)
        with tenant(cast.fjellvik), timezone.override(OSLO):
            cases = [report(cast, **fields) for _number in range(number)]
            if causes:
                Deviation.objects.filter(pk__in=[case.pk for case in cases]).update(causes=list(causes))
            return cases

    return happen


def numbers(cells):
    return {cell.value: cell.number for cell in cells}


def ask(cast, who, what, *args, unit=None, months=YEAR, **more):
    with tenant(cast.fjellvik), timezone.override(OSLO):
        employee = type(who).objects.get(pk=who.pk)
        return what(trends.scope_of(employee, months, unit=unit), *args, **more)


def page(client, who, query=""):
    client.force_login(who.user)
    return client.get(f"/fjellvik/avvik/trender/{query}")


def test_numbers_by_hand(cast, happen, clock):
    # Monday 5 October, Tuesday 6, Saturday 10; one in September; one in another unit.
    happen(at(10, 5), 2, causes=[Cause.TRAINING, Cause.ROUTINE], category=Category.FIRE, place="Trapp B")
    happen(at(10, 6), causes=[Cause.TRAINING], severity=Severity.MINOR, place=" trapp b ")
    happen(at(10, 10), category=Category.FIRE, place="Kjøkken", occurred_at_time=datetime.time(23, 30))
    happen(at(9, 7), unit=cast.teknisk, severity=Severity.VERY_SERIOUS, occurred_at_time=datetime.time(0, 5), place="")
    happen(at(10, 12), about_my_manager=True)
    seen = {name: ask(cast, cast.sunniva, what) for name, what in {
        "total": trends.total_of, "month": trends.by_month, "cause": trends.by_cause, "day": trends.by_weekday,
        "hours": trends.by_hours, "place": trends.by_place,
    }.items()}  # fmt: skip
    assert seen["total"] == 5
    months = numbers(seen["month"])
    assert (months[datetime.date(2026, 9, 1)], months[datetime.date(2026, 10, 1)], sum(months.values())) == (1, 4, 5)
    assert len(months) == 10
    assert numbers(seen["cause"]) == {Cause.TRAINING: 3, Cause.ROUTINE: 2}
    assert numbers(seen["day"]) == {1: 3, 2: 1, 3: 0, 4: 0, 5: 0, 6: 1, 7: 0}
    assert numbers(seen["hours"]) == {0: 1, 3: 0, 6: 0, 9: 0, 12: 0, 15: 0, 18: 0, 21: 1}
    assert numbers(seen["place"]) == {"trapp b": 3, "kjøkken": 1}
    assert numbers(ask(cast, cast.sunniva, trends.tally, "category")) == {Category.FIRE: 3}
    assert numbers(ask(cast, cast.sunniva, trends.tally, "severity")) == {1: 1, 2: 3, 3: 1}


def test_a_unit_has_the_units_below_it_and_not_its_neighbours(cast, happen):
    happen(at(10, 5), 2)
    happen(at(10, 5), unit=cast.helse)
    happen(at(10, 5), 4, unit=cast.teknisk)
    assert ask(cast, cast.sunniva, trends.total_of, unit=cast.helse) == 3
    assert ask(cast, cast.sunniva, trends.total_of, unit=cast.solbakken) == 2
    assert ask(cast, cast.sunniva, trends.total_of, unit=cast.kommune) == 7
    # Who leads one unit gets nothing of another, whatever the caller lets them ask for.
    assert ask(cast, cast.amir, trends.total_of, unit=cast.teknisk) == 0
    assert [row.unit for row in ask(cast, cast.amir, trends.by_unit)] == [cast.solbakken]
    assert [row.number for row in ask(cast, cast.helene, trends.by_unit)] == [2, 1]


@pytest.mark.parametrize(("count", "shown"), [(4, None), (5, 5)])
def test_fewer_than_five_are_nobodys_to_see(cast, happen, count, shown):
    happen(at(10, 5), count, unit=cast.teknisk, category=Category.VIOLENCE, place="Vaktrommet")
    assert ask(cast, cast.vigdis, trends.total_of) == count
    assert ask(cast, cast.kari, trends.total_of) == shown
    assert numbers(ask(cast, cast.kari, trends.tally, "category")) == {Category.VIOLENCE: shown}
    # A place that is kept back is not named either.
    assert numbers(ask(cast, cast.kari, trends.by_place)) == ({"vaktrommet": 5} if shown else {})


def test_what_is_hidden_cannot_be_worked_out_from_the_total(cast, happen):
    happen(at(10, 5), 9, unit=cast.teknisk, category=Category.FIRE)
    happen(at(10, 5), 6, unit=cast.teknisk, category=Category.TRAFFIC)
    happen(at(10, 5), 1, unit=cast.teknisk, category=Category.VIOLENCE)
    # Sixteen in all: with only «violence» hidden, it would be one.
    assert ask(cast, cast.tor_erik, trends.total_of) is not None
    seen = numbers(ask(cast, cast.tor_erik, trends.tally, "category"))
    assert seen == {Category.FIRE: 9, Category.TRAFFIC: None, Category.VIOLENCE: None}


def test_what_one_knows_already_is_taken_from_what_is_shown(cast, happen):
    # Amir sees his own four; the one elsewhere would be the difference to five.
    happen(at(10, 5), 4, category=Category.FIRE)
    happen(at(10, 5), 1, unit=cast.teknisk, category=Category.FIRE)
    assert ask(cast, cast.amir, trends.total_of) is None
    assert ask(cast, cast.amir, trends.total_of, unit=cast.solbakken) == 4
    assert numbers(ask(cast, cast.amir, trends.tally, "category")) == {Category.FIRE: None}
    # Whoever has reported one of five knows of that one.
    happen(at(10, 6), 1, unit=cast.teknisk, reporter=cast.tor_erik)
    assert ask(cast, cast.tor_erik, trends.total_of) == 6


@pytest.mark.parametrize(("hidden", "told"), [(4, 0), (5, 5)])
def test_confidential_cases_are_in_no_breakdown(cast, happen, hidden, told):
    happen(at(10, 5), hidden, about_my_manager=True, category=Category.PSYCHOSOCIAL)
    for who in (cast.sunniva, cast.amir, cast.ingrid, cast.ragnhild):
        assert ask(cast, who, trends.total_of) == 0
        assert ask(cast, who, trends.tally, "category") == []
        assert ask(cast, who, trends.confidential_in) == told


def test_the_page_of_a_unit_that_is_not_mine_is_everybodys_page(cast, client, happen, clock):
    happen(at(10, 5), 4, unit=cast.teknisk, category=Category.VIOLENCE, place="Vaktrommet", reporter=cast.piotr)
    clock.move_to(at(11, 2))
    for who, query in [
        (cast.ingrid, ""), (cast.ingrid, f"?unit={cast.teknisk.pk}"), (cast.amir, f"?unit={cast.teknisk.pk}"),
        (cast.tor_erik, f"?unit={cast.teknisk.pk}&period=2026"), (cast.admin, f"?unit={cast.teknisk.pk}"),
    ]:  # fmt: skip
        shown = page(client, who, query)
        assert shown.status_code == 200
        text = shown.content.decode()
        assert "vaktrommet" not in text.lower()
        assert not shown.context["scope"].is_exact
        # No way to the cases, and no number of theirs.
        assert "begin=2026" not in text
        assert shown.context["total"] is None
        assert all(bar.number in (None, 0) for chart in shown.context["charts"] for bar in chart.bars)


@pytest.mark.parametrize("query", ["?unit=x", "?unit=99999999999999999999", "?period=1066", "?period=x&unit=-1"])
def test_nonsense_in_the_address_is_left_out(cast, client, query):
    assert page(client, cast.sunniva, query).status_code == 200


def test_another_organisation_sees_nothing(cast, client, happen):
    happen(at(10, 5), 6)
    client.force_login(cast.olav.user)
    assert client.get("/fjellvik/avvik/trender/").status_code == 404
    shown = client.get(f"/havbris/avvik/trender/?unit={cast.solbakken.pk}")
    assert shown.status_code == 200
    assert shown.context["total"] == 0


def test_everybody_elses_totals_are_whole_months_of_one_year(cast, client, happen, clock):
    happen(at(10, 5), 6)
    happen(at(11, 2), 6)
    clock.move_to(at(11, 3))
    totals = page(client, cast.ingrid, "?period=3")
    assert (totals.context["months"].begin, totals.context["months"].last) == (
        datetime.date(2026, 1, 1), datetime.date(2026, 10, 31),
    )  # fmt: skip
    # Those are her own reports, so there is nothing to guess.
    assert totals.context["total"] == 6
    exact = page(client, cast.sunniva, "?period=3")
    assert (exact.context["months"].begin, exact.context["total"]) == (datetime.date(2026, 9, 1), 12)
    clock.move_to(datetime.datetime(2027, 1, 15, 10, tzinfo=OSLO))
    new_year = page(client, cast.ingrid)
    assert new_year.context["months"].begin == datetime.date(2026, 1, 1)
    assert new_year.context["months"].last == datetime.date(2026, 12, 31)


def test_every_bar_leads_to_as_many_cases_as_it_says(cast, client, happen, clock):
    happen(at(10, 5), 3, causes=[Cause.TRAINING], category=Category.FIRE, place="Trapp B")
    happen(at(10, 31, 23), 2, place="Bad", occurred_at_time=datetime.time(22, 10))
    happen(at(9, 30, 23), unit=cast.helse)
    happen(at(10, 8), 2, unit=cast.teknisk, causes=[Cause.TRAINING])
    clock.move_to(at(11, 3))
    for query in ("", f"?unit={cast.helse.pk}"):
        shown = page(client, cast.sunniva, query)
        bars = [bar for chart in [shown.context["by_month"], *shown.context["charts"]] for bar in chart.bars]
        followed = 0
        for bar in bars:
            if bar.number:
                listed = client.get(bar.url)
                assert listed.context["shown_total"] == bar.number, (bar.label, bar.url)
                followed += 1
        assert followed > 8
        assert client.get(shown.context["list_url"]).context["shown_total"] == shown.context["total"]


def test_the_picture_and_the_table_say_the_same(cast, client, happen, clock):
    happen(at(10, 5), 7)
    happen(at(9, 7), 2)
    clock.move_to(at(11, 3))
    text = page(client, cast.sunniva).content.decode()
    drawing = text[text.index('<svg class="columns"') :]
    drawing = drawing[: drawing.index("</svg>")]
    drawn = [int(number) for number in re.findall(r'class="n">(\d+)<', drawing)]
    table = text[text.index('<table class="ds-table bars">') :]
    table = table[: table.index("</table>")]
    assert drawn == [int(number) for number in re.findall(r'<td class="num">(\d+)</td>', table)]
    assert sorted(drawn)[-2:] == [2, 7]
    assert "style=" not in drawing


def test_first_answers_and_ratings_by_unit(cast, happen, clock):
    # Friday to Monday is one working day, Monday to Wednesday two; one waits.
    [first] = happen(at(10, 9))
    [second] = happen(at(10, 12))
    happen(at(10, 13))
    for case, moment in ((first, at(10, 12)), (second, at(10, 14))):
        clock.move_to(moment)
        with tenant(cast.fjellvik):
            services.answer(Deviation.objects.get(pk=case.pk), by=cast.amir, text="Takk")
    clock.move_to(at(10, 30))
    assert ask(cast, cast.sunniva, trends.answers_in).median == 1.5
    assert ask(cast, cast.sunniva, trends.answers_in).due == 3
    # Two answers would tell somebody else whose they were.
    assert ask(cast, cast.tor_erik, trends.answers_in) is None
    [row] = ask(cast, cast.amir, trends.by_unit)
    assert (row.answers.median, row.helped) == (1.5, None)


@pytest.mark.parametrize(("rated", "shown"), [(4, None), (5, 60)])
def test_whether_it_helped_is_said_of_five_at_least(cast, happen, clock, rated, shown):
    cases = happen(at(10, 5), rated)
    with tenant(cast.fjellvik):
        for number, case in enumerate(cases):
            services.close(case, by=cast.amir, answer="Rettet")
            services.rate(case, by=cast.ingrid, helped="yes" if number < 3 else "no")
    for who in (cast.sunniva, cast.amir, cast.ingrid):
        said = ask(cast, who, trends.helpfulness_in)
        assert (said and said.percent) == shown
    [row] = ask(cast, cast.amir, trends.by_unit)
    assert (row.helped and row.helped.percent) == shown


def test_losses_are_for_those_who_see_the_cases(cast, client, happen, clock):
    cases = happen(at(10, 5), 2)
    with tenant(cast.fjellvik):
        services.estimate_cost(cases[0], by=cast.amir, amount=12_000, lost_days=3)
        services.estimate_cost(cases[1], by=cast.amir, amount=500, lost_days=None)
    clock.move_to(at(11, 2))
    losses = page(client, cast.amir, f"?unit={cast.solbakken.pk}").context["losses"]
    assert (losses.amount, losses.lost_days) == (12_500, 3)
    assert page(client, cast.ingrid).context["losses"].amount is None


def test_the_page_costs_the_same_however_much_there_is(cast, client, happen, clock):
    def queries(who):
        page(client, who)
        with CaptureQueriesContext(connection) as captured:
            page(client, who)
        return len(captured)

    happen(at(10, 5), 2, causes=[Cause.TRAINING], category=Category.FIRE, occurred_at_time=datetime.time(9))
    happen(at(10, 5), about_my_manager=True)
    clock.move_to(at(11, 2))
    before = [queries(who) for who in (cast.sunniva, cast.amir, cast.ingrid)]
    for number, unit in enumerate([cast.teknisk, cast.helse, cast.kommune]):
        happen(
            at(10, 6 + number), 3, unit=unit, causes=[Cause.ROUTINE], category=Category.TRAFFIC, place=f"Rom {number}"
        )
        happen(at(9, 6 + number), 2, unit=unit, reporter_kind=ReporterKind.ANONYMOUS)
    clock.move_to(at(11, 2))
    assert [queries(who) for who in (cast.sunniva, cast.amir, cast.ingrid)] == before


def test_it_is_in_the_menu_of_those_who_lead_or_represent(cast, client):
    for who, is_there in [(cast.amir, True), (cast.kari, True), (cast.ragnhild, True), (cast.ingrid, False)]:
        client.force_login(who.user)
        assert ('/fjellvik/avvik/trender/"' in client.get("/fjellvik/").content.decode()) is is_there
