"""Kinds, categories, languages, routines and posters: what a report says besides what happened."""

import contextlib
import importlib
import re
import zlib

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deviations import selectors, services
from deviations.enums import Category, ReporterKind, ReportKind, RoutineCover, Severity, State
from deviations.models import CaseCategory, CaseTranslation, Deviation
from deviations.posters import WORDS, make_poster
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.organisations.errors import Refused
from hms.organisations.services import renew_report_token
from hms.reports.kinds import ReportGone
from hms.reports.models import ReportJob
from hms.reports.pdf import PdfUnavailable, engine
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report, url
from tests.deviations.test_reporting import form, the_case

POLISH = "Poręcz na schodach B jest luźna."
ARABIC = "الدرابزين غير ثابت"


def pages_in(pdf: bytes) -> int:
    """How many pages a PDF has, also when its objects are packed together."""
    parts = [pdf]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompress(packed))
    return sum(len(re.findall(rb"/Type\s*/Page\b", part)) for part in parts)


def text_of(response) -> str:
    return response.content.decode()


# --- kinds ---


def test_without_a_choice_it_is_an_unsafe_condition(cast, client):
    client.force_login(cast.ingrid.user)
    assert client.post("/fjellvik/meld/", form(cast)).status_code == 303
    assert the_case(cast).kind == ReportKind.UNSAFE_CONDITION


def test_a_kind_that_does_not_exist_is_refused_and_a_chosen_one_kept(cast, client):
    client.force_login(cast.ingrid.user)
    for wrong in ("praise", "nonsense"):
        assert client.post("/fjellvik/meld/", form(cast, kind=wrong)).status_code == 422
    assert client.post("/fjellvik/meld/", form(cast, kind="near_miss")).status_code == 303
    assert the_case(cast).kind == ReportKind.NEAR_MISS


def test_praise_asks_for_no_severity_and_goes_to_the_manager_as_good_news(cast, client):
    client.force_login(cast.ingrid.user)
    page = text_of(client.get("/fjellvik/meld/?slag=ros"))
    assert "Hvem gjorde hva bra?" in page
    assert 'name="severity"' not in page
    data = form(cast, description="Piotr ryddet hele lageret.")
    del data["severity"]
    sent = client.post("/fjellvik/meld/?slag=ros", data, follow=True)
    assert "Rosen er sendt" in text_of(sent)
    case = the_case(cast)
    assert (case.kind, case.severity, case.handling.assignee) == (ReportKind.PRAISE, Severity.MINOR, cast.amir)
    with tenant(cast.fjellvik):
        told = set(Notification.objects.values_list("type", "recipient__given_name"))
    assert told == {("assignments.assigned", "Amir"), ("deviations.receipt", "Ingrid")}


def test_praise_is_closed_with_a_thank_you_and_without_a_plan(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, "Piotr ryddet hele lageret.", kind=ReportKind.PRAISE)
    client.force_login(cast.amir.user)
    page = text_of(client.get(url(case)))
    assert "Gode nyheter" in page
    assert "Lag en plan" not in page
    thanks = "Takk for at du sa fra. Jeg har gitt det videre."
    assert thanks in text_of(client.get(url(case, "lukk/")))
    assert client.post(url(case, "lukk/"), {"text": ""}).status_code == 422
    assert client.post(url(case, "lukk/"), {"text": thanks}).status_code == 303
    now = the_case(cast)
    assert (now.state, now.answer, now.plan_id) == (State.CLOSED, thanks, None)


def test_a_suggestion_is_told_the_representative_as_one(cast):
    with tenant(cast.fjellvik):
        report(cast, "Sett opp en benk ved inngangen.", kind=ReportKind.SUGGESTION, severity=Severity.VERY_SERIOUS)
        case = Deviation.objects.get()
        types = set(Notification.objects.values_list("type", flat=True))
    assert case.severity == Severity.MINOR
    assert "deviations.suggested" in types
    assert "deviations.reported" not in types


def test_praise_by_qr_code_can_be_anonymous_too(cast, client):
    address = f"/fjellvik/meld/?sted={cast.solbakken.report_token}"
    page = text_of(client.get(address))
    assert f"?sted={cast.solbakken.report_token}&amp;slag=ros" in page
    data = form(cast, who="anonymous")
    del data["severity"]
    assert client.post(f"{address}&slag=ros", data).status_code == 200
    case = the_case(cast)
    assert (case.kind, case.reporter_kind, case.reporter) == (ReportKind.PRAISE, ReporterKind.ANONYMOUS, None)


def test_the_list_filters_by_kind_category_and_routine(cast, client):
    with tenant(cast.fjellvik):
        report(cast, "Nesten påkjørt i porten.", kind=ReportKind.NEAR_MISS, category=Category.TRAFFIC)
        report(cast, "Rutinen for nøkler er uklar.", routine_cover=RoutineCover.UNCLEAR, routine_name="Nøkkelrutine")
    client.force_login(cast.amir.user)

    def titles(query: str) -> list[str]:
        return re.findall(r'class="title">\s*<a[^>]*>([^<]+)<', text_of(client.get(f"/fjellvik/avvik/?{query}")))

    assert titles("kind=near_miss") == titles("category=traffic") == ["Nesten påkjørt i porten"]
    assert titles("routine_cover=unclear") == ["Rutinen for nøkler er uklar"]
    # What is not understood is left out, and the page says so.
    assert len(titles("")) == len(titles("kind=nonsense")) == 2


def test_older_cases_get_the_kind_their_category_tells(cast):
    migration = importlib.import_module("deviations.migrations.0004_reporting_anywhere")
    with tenant(cast.fjellvik):
        praise = report(cast, category=Category.PRAISE)
        fire = report(cast, category=Category.FIRE)
    with tenant(cast.havbris):
        injury = services.report(
            organisation=cast.havbris, unit=cast.havbris_unit, description="Kuttet seg.", severity=2,
            reporter_kind=ReporterKind.EMPLOYEE, reporter=cast.olav, category=Category.INJURY,
        ).deviation  # fmt: skip
    migration.kinds_from_categories(apps, None)
    with tenant(cast.fjellvik):
        assert Deviation.objects.get(pk=praise.pk).kind == ReportKind.PRAISE
        assert Deviation.objects.get(pk=fire.pk).kind == ReportKind.UNSAFE_CONDITION
    with tenant(cast.havbris):
        assert Deviation.objects.get(pk=injury.pk).kind == ReportKind.INJURY


# --- categories ---


def categories_url(key: str = "") -> str:
    return f"/fjellvik/innstillinger/kategorier/{key and key + '/'}"


def test_a_renamed_category_keeps_its_key_and_its_cases(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, category=Category.SECURITY)
    client.force_login(cast.admin.user)
    changed = client.post(categories_url("security"), {"name": "Tyveri og hærverk", "is_active": "on"})
    assert changed.status_code == 303
    client.force_login(cast.amir.user)
    assert "Tyveri og hærverk" in text_of(client.get(url(case)))
    assert "Tyveri og hærverk" in text_of(client.get(url(case, "vurder/")))
    assert "Tyveri og hærverk" in text_of(client.get("/fjellvik/avvik/"))
    assert the_case(cast).category == "security"
    with tenant(cast.havbris):
        assert selectors.category_names()["security"] != "Tyveri og hærverk"


def test_a_category_out_of_use_cannot_be_chosen_but_stays_where_it_is(cast, client):
    with tenant(cast.fjellvik):
        has_it = report(cast, category=Category.CHEMICAL)
        other = report(cast, "Noe annet.")
        services.change_category("chemical", name="", is_active=False, by=cast.admin)
        keys = dict(selectors.category_choices())
        assert "chemical" not in keys
        assert "chemical" in dict(selectors.category_choices(also="chemical"))
    client.force_login(cast.amir.user)
    data = {"title": "T", "severity": 2, "version": 1, "category": "chemical"}
    assert client.post(url(other, "vurder/"), data).status_code == 422
    assert client.post(url(has_it, "vurder/"), data).status_code == 303
    assert 'value="chemical"' in text_of(client.get("/fjellvik/avvik/")), "older cases are found"


def test_own_category_belongs_to_one_organisation(cast, client):
    client.force_login(cast.admin.user)
    assert client.post(categories_url("ny"), {"name": "Sykkel og sparkesykkel"}).status_code == 303
    with tenant(cast.fjellvik):
        key = CaseCategory.objects.get().key
        assert len(key) <= 20
        assert Event.objects.filter(verb="category.added", actor=cast.admin).count() == 1
        assert [category.key for category in selectors.categories()][-2:] == [key, "other"]
    with tenant(cast.havbris):
        assert key not in selectors.category_names()
    client.force_login(cast.olav.user)
    assert client.get(f"/havbris/innstillinger/kategorier/{key}/").status_code == 404
    assert client.post(f"/havbris/innstillinger/kategorier/{key}/", {"name": "Mitt"}).status_code == 404


@pytest.mark.parametrize("name", ["Brann", "brann", "  ", "SYKKEL"])
def test_names_that_are_taken_or_empty_are_refused(cast, client, name):
    with tenant(cast.fjellvik):
        services.add_category(name="Sykkel", by=cast.admin)
    client.force_login(cast.admin.user)
    response = client.post(categories_url("ny"), {"name": name})
    assert response.status_code == 422
    assert "id_name_error" in text_of(response)
    with tenant(cast.fjellvik):
        assert CaseCategory.objects.count() == 1


def test_standard_name_comes_back_and_nothing_is_written_twice(cast):
    with tenant(cast.fjellvik):
        for _again in range(2):
            services.change_category("fire", name="Brann og røyk", is_active=True, by=cast.admin)
        assert Event.objects.filter(verb="category.changed").count() == 1
        services.change_category("fire", name="", is_active=True, by=cast.admin)
        assert selectors.category_names()["fire"] == "Brann"
        with pytest.raises(LookupError):
            services.change_category("nonsense", name="X", is_active=True, by=cast.admin)
        own = services.add_category(name="Egen", by=cast.admin)
        with pytest.raises(Refused):
            services.change_category(own.key, name="", is_active=True, by=cast.admin)


@pytest.mark.parametrize("role", ["ingrid", "amir", "kari", "sunniva"])
def test_only_administrators_keep_the_categories(cast, client, role):
    client.force_login(getattr(cast, role).user)
    for address in (categories_url(), categories_url("fire"), categories_url("ny")):
        assert client.get(address).status_code == 403
    assert client.post(categories_url("fire"), {"name": "Mitt"}).status_code == 403
    with tenant(cast.fjellvik):
        assert not CaseCategory.objects.exists()


# --- routines ---


def test_reporter_and_handler_say_whether_a_routine_covered_it(cast, client):
    client.force_login(cast.ingrid.user)
    sent = form(cast, routine_cover="missing", routine_name="")
    assert client.post("/fjellvik/meld/", sent).status_code == 303
    case = the_case(cast)
    client.force_login(cast.amir.user)
    data = {
        "title": "T", "severity": 2, "version": 1, "kind": "near_miss", "language": "nb",
        "routine_cover": "not_followed", "routine_name": "Renhold av varemottak",
    }  # fmt: skip
    assert client.post(url(case, "vurder/"), data).status_code == 303
    page = text_of(client.get(url(case)))
    assert "Renhold av varemottak" in page
    assert "Ja, men den ble ikke fulgt" in page
    now = the_case(cast)
    assert (now.routine_cover, now.kind) == (RoutineCover.NOT_FOLLOWED, ReportKind.NEAR_MISS)


def test_assessing_keeps_what_the_form_did_not_ask(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, kind=ReportKind.VIOLENCE, language="pl", routine_cover=RoutineCover.UNCLEAR)
    client.force_login(cast.amir.user)
    assert client.post(url(case, "vurder/"), {"title": "Ny", "severity": 2, "version": 1}).status_code == 303
    now = the_case(cast)
    assert (now.kind, now.language, now.routine_cover) == (ReportKind.VIOLENCE, "pl", RoutineCover.UNCLEAR)


def test_routine_findings_are_for_those_who_may_see_the_case(cast):
    with tenant(cast.fjellvik):
        found = report(cast, routine_cover=RoutineCover.UNCLEAR, routine_name="Nøkkelrutine")
        report(cast, routine_cover=RoutineCover.FOLLOWED, routine_name="Nøkkelrutine")
        secret = report(cast, routine_cover=RoutineCover.MISSING, about_my_manager=True)
        assert list(selectors.routine_findings(cast.sunniva, routine="nøkkel")) == [found]
        assert secret not in selectors.routine_findings(cast.sunniva)
        assert list(selectors.routine_findings(cast.tor_erik)) == []


# --- languages ---


def test_a_report_in_arabic_stands_as_written_from_the_right_with_a_translation_beside(cast, client):
    client.force_login(cast.ingrid.user)
    assert client.post("/fjellvik/meld/", form(cast, description=ARABIC, language="ar")).status_code == 303
    case = the_case(cast)
    client.force_login(cast.amir.user)
    assert f'lang="ar" dir="rtl">{ARABIC}' in text_of(client.get(url(case)))
    assert client.get(url(case, "oversett/")).status_code == 200
    data = {"language": "nb", "text": "Rekkverket er løst."}
    for _again in range(2):
        assert client.post(url(case, "oversett/"), data).status_code == 303
    page = text_of(client.get(url(case)))
    assert f'lang="ar" dir="rtl">{ARABIC}' in page
    assert 'lang="nb" dir="ltr">Rekkverket er løst.' in page
    assert the_case(cast).description == ARABIC
    with tenant(cast.fjellvik):
        assert Event.objects.filter(verb="deviation.translated").count() == 1
        assert CaseTranslation.objects.get().translated_by == cast.amir


def test_only_the_handler_translates_and_only_while_the_case_is_open(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast, POLISH, language="pl")
    data = {"language": "nb", "text": "Rekkverket er løst."}
    for role, status in (("ingrid", 403), ("kari", 403), ("piotr", 404)):
        user = getattr(cast, role).user
        if user is not None:
            client.force_login(user)
            assert client.post(url(case, "oversett/"), data).status_code == status, role
    client.force_login(cast.olav.user)
    assert client.post(url(case, "oversett/"), data).status_code == 404
    with tenant(cast.fjellvik):
        services.close(case, by=cast.amir, answer="Rettet.")
        with pytest.raises(InvalidTransition):
            services.translate(case, by=cast.amir, **data)
        assert not CaseTranslation.objects.exists()


def test_the_form_suggests_the_language_one_reads_it_in(cast, client):
    client.force_login(cast.ingrid.user)
    assert '<option value="nb" selected>' in text_of(client.get("/fjellvik/meld/"))
    assert client.post("/fjellvik/meld/", form(cast, language="tlh")).status_code == 422


# --- posters ---


def test_poster_speaks_the_languages_that_were_chosen(cast, client):
    client.force_login(cast.amir.user)
    address = reverse("deviations:poster", args=["fjellvik", cast.solbakken.pk])
    page = text_of(client.get(f"{address}?sprak=nb&sprak=pl&storrelse=ark"))
    assert WORDS["nb"].heading in page
    assert f'lang="pl">{WORDS["pl"].heading}' in page
    assert WORDS["en"].heading not in page
    for query in ("", "?sprak=tlh", "?sprak=nb&storrelse=x"):
        assert WORDS["nb"].heading in text_of(client.get(address + query))
    client.force_login(cast.ingrid.user)
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("size", ["ark", "merker"])
@pytest.mark.parametrize("languages", [["nb"], ["nb", "nn", "en", "pl"]])
def test_poster_pdf_is_one_page_however_many_languages(cast, size, languages):
    try:
        engine()
    except PdfUnavailable:
        pytest.skip("no PDF library works on this machine")
    with tenant(cast.fjellvik):
        parameters = {"unit": cast.solbakken.pk, "languages": languages, "size": size}
        made = make_poster(parameters, cast.amir)
    assert made.content.startswith(b"%PDF-")
    assert pages_in(made.content) == 1


def test_poster_pdf_is_asked_for_and_refused_to_others(cast, client):
    address = reverse("deviations:poster_pdf", args=["fjellvik", cast.solbakken.pk])
    client.force_login(cast.amir.user)
    assert client.post(address, {"sprak": ["nb", "pl"], "storrelse": "merker"}).status_code == 303
    with tenant(cast.fjellvik):
        job = ReportJob.objects.get()
        assert job.parameters == {"unit": cast.solbakken.pk, "languages": ["nb", "pl"], "size": "merker"}
        with pytest.raises(ReportGone):
            make_poster(job.parameters, cast.ingrid)
    with tenant(cast.havbris), pytest.raises(ReportGone):
        make_poster(job.parameters, cast.olav)
    client.force_login(cast.ingrid.user)
    assert client.post(address, {"sprak": "nb"}).status_code == 403


def test_a_renewed_code_says_so_to_whoever_scans_the_former(cast, client):
    old = cast.solbakken.report_token
    with tenant(cast.fjellvik):
        renew_report_token(cast.solbakken, by=cast.admin)
    answer = client.get(f"/fjellvik/meld/?sted={old}")
    assert answer.status_code == 404
    assert "Denne plakaten er ikke lenger i bruk" in text_of(answer)
    assert client.post(f"/fjellvik/meld/?sted={old}", form(cast, who="anonymous")).status_code == 404
    client.force_login(cast.ingrid.user)
    signed_in = client.get(f"/fjellvik/meld/?sted={old}")
    assert signed_in.status_code == 200
    assert "Koden på plakaten er byttet ut" in text_of(signed_in)


# --- without coverage ---


def test_a_form_sent_again_with_more_text_loses_nothing(cast, client):
    client.force_login(cast.ingrid.user)
    data = form(cast)
    more = data | {"description": data["description"] + " Det gjelder hele gangen."}
    for sent in (data, more, more):
        assert client.post("/fjellvik/meld/", sent).status_code == 303
    case = the_case(cast)
    assert case.description == data["description"]
    with tenant(cast.fjellvik):
        assert [comment.text for comment in selectors.comments_for(case, None)] == [more["description"]]


def test_the_page_for_no_coverage_knows_nobody(cast, client):
    client.force_login(cast.ingrid.user)
    page = text_of(client.get("/frakoblet/"))
    for word in ("Ingrid", "Fjellvik", "csrf", cast.ingrid.user.email):
        assert word not in page
    assert not re.search(r"<script(?![^>]*src=)|style=|<form[^>]*method=\"post", page)


def test_the_service_worker_has_a_version_and_files_of_ours(client, db):
    script = text_of(client.get("/sw.js"))
    shell = re.match(r"const SHELL = (\{.*\});\n", script)
    assert shell
    assert '"page": "/frakoblet/"' in shell[1]
    assert re.search(r'"version": "[0-9a-f]{12}"', shell[1])


def test_a_list_of_many_kinds_costs_no_more_queries(cast, client):
    client.force_login(cast.amir.user)
    costs = []
    for kind in (ReportKind.NEAR_MISS, ReportKind.PRAISE):
        with tenant(cast.fjellvik):
            report(cast, kind=kind)
        with CaptureQueriesContext(connection) as asked:
            client.get("/fjellvik/avvik/")
        costs.append(len(asked))
    assert costs[0] == costs[1]
