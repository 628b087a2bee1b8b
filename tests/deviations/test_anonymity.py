"""Anonymous means anonymous: whoever reads the whole database afterwards finds neither who nor when."""

import datetime
import io
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from smtplib import SMTPRecipientsRefused

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from PIL import Image

from deviations import services
from deviations.injury_enums import InjuryOutcome
from deviations.models import Deviation, Notice
from hms.accounts.models import User
from hms.notifications import services as mail_services
from hms.notifications import tasks as mail_tasks
from hms.notifications.models import Delivery
from hms.organisations.models import Membership
from hms.tenancy.scope import tenant
from tests.cast import make_employee
from tests.conftest import as_owner
from tests.deviations.helpers import report
from tests.deviations.injury_words import injure

ADDRESS = "203.0.113.77"
AGENT = "Telefonen-til-Nils/7.1"
USER_ID, EMPLOYEE_ID = 871_234_561, 871_234_562
# A mail that waits knows when it will be sent, which is not when it was reported.
WAITING = {"notifications_delivery"}


@pytest.fixture
def nils(cast):
    """Somebody whose every trace can be told from everything else."""
    with as_owner(), tenant(cast.fjellvik):
        person = make_employee(cast.fjellvik, "Nilsemann Øvrebø", cast.solbakken, user=False, id=EMPLOYEE_ID)
        person.user = User.objects.create_user("nilsemann@fjellvik.example", "riktig hest batteri stift", id=USER_ID)
        person.email = "nilsemann@fjellvik.example"
        person.save()
        Membership.objects.create(user=person.user, organisation=cast.fjellvik)
    return person


def everything() -> dict[str, set[str]]:
    """All rows of all tables as JSON text, read as the owner."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        tables = [row[0] for row in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            found[table] = {row[0] for row in cursor.fetchall()}
    return found


class Traces:
    """What was written meanwhile."""

    rows: list[tuple[str, str]]
    began: datetime.datetime
    ended: datetime.datetime

    def naming(self, *needles: str) -> list[tuple[str, str]]:
        return [row for row in self.rows if any(needle and needle in row[1] for needle in needles)]

    def telling_the_time(self) -> list[tuple[str, str]]:
        """Rows with a moment of the time when it was written."""
        moments = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d)"')
        return [
            (table, text)
            for table, text in self.rows
            if any(
                self.began <= datetime.datetime.fromisoformat(moment) <= self.ended for moment in moments.findall(text)
            )
        ]


@contextmanager
def written() -> Iterator[Traces]:
    before, traces = everything(), Traces()
    # PostgreSQL's own now() is the transaction's beginning, which is before this in a test.
    traces.began = timezone.now() - datetime.timedelta(minutes=5)
    yield traces
    traces.ended = timezone.now()
    traces.rows = [(table, text) for table, rows in everything().items() for text in rows - before[table]]


def photo() -> SimpleUploadedFile:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x9C9D] = "Nilsemann Øvrebø".encode("utf-16-le")
    exif[0x013B] = "Nilsemann"
    Image.new("RGB", (40, 30), "red").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("Nilsemann 2026-11-23 14.03.jpg", out.getvalue(), "image/jpeg")


def form(cast, **fields):
    return {
        "description": "Sjefen slo.", "place": "Vaktrommet", "severity": "2", "who": "anonymous",
        "unit": cast.solbakken.pk, "idempotency_key": str(uuid.uuid4()),
    } | fields  # fmt: skip


@pytest.fixture
def browser(client):
    """The test client, as a phone with an address and a name of its own."""
    client.defaults |= {"REMOTE_ADDR": ADDRESS, "HTTP_X_FORWARDED_FOR": ADDRESS, "HTTP_USER_AGENT": AGENT}
    return client


def code_of(response) -> str:
    return re.search(r'class="code">([A-Z0-9-]+)<', response.content.decode()).group(1)


@pytest.mark.parametrize("about_manager", [False, True], ids=["ordinary", "about the manager"])
@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "QR"])
def test_a_report_leaves_no_trace_of_whom_or_when(cast, nils, browser, caplog, signed_in, about_manager):
    if signed_in:
        browser.force_login(nils.user)
    session_key = browser.session.session_key or ""
    address = f"/fjellvik/meld/?sted={cast.solbakken.report_token}"
    # What a signed-in or careless person sends along must not stick either.
    sent = form(cast, photos=photo(), reporter_name="Nilsemann", reporter_email="nilsemann@fjellvik.example")
    if about_manager:
        sent["about_my_manager"] = "on"
    with written() as traces:
        response = browser.post(address, sent)
    assert response.status_code == 200
    tables = {table for table, _text in traces.rows}
    assert {"deviations_deviation", "audit_event", "notifications_notification", "files_attachment"} <= tables
    assert "deviations_historicaldeviation" in tables
    who = (str(USER_ID), str(EMPLOYEE_ID), "ilsemann", "Øvrebø", session_key, ADDRESS, AGENT, code_of(response))
    assert traces.naming(*who) == []
    assert [row for row in traces.telling_the_time() if row[0] not in WAITING] == []
    assert all(needle not in caplog.text for needle in who if needle)
    # Nor in what is stored as files.
    stored = list(_stored_files())
    assert stored
    # Nothing of the day is later than its beginning, also in the hour after midnight.
    midnight = timezone.localtime(traces.began).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    assert all(moment <= midnight for moment in _file_times())
    assert not any(b"ilsemann" in content or "Nilsemann".encode("utf-16-le") in content for content in stored)


def _stored_files() -> Iterator[bytes]:
    for path in Path(settings.STORAGES["default"]["OPTIONS"]["location"]).rglob("*"):
        if path.is_file():
            yield path.read_bytes()


def _file_times() -> Iterator[float]:
    folder = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    for path in folder.glob("*/**"):
        yield path.stat().st_mtime
        yield from (each.stat().st_mtime for each in path.iterdir())


@pytest.mark.parametrize("severity", [1, 2, 3])
@pytest.mark.parametrize("works", [True, False], ids=["sent", "refused"])
def test_once_the_mails_are_sent_the_outbox_knows_the_day_and_no_more(cast, browser, monkeypatch, severity, works):
    if not works:
        # For good: the receiving server says that there is no such person.
        monkeypatch.setattr(mail_services, "MAX_ATTEMPTS", 1)
        monkeypatch.setattr("hms.notifications.senders.prepare", _refuse)
    with written() as traces:
        browser.post(f"/fjellvik/meld/?sted={cast.solbakken.report_token}", form(cast, severity=str(severity)))
        with tenant(cast.fjellvik):
            waiting = Delivery.objects.filter(state="queued")
            if severity < 3:
                # Some time after, so that the minute it comes says nothing.
                soon = timezone.now() + datetime.timedelta(minutes=9)
                assert waiting.exists()
                assert not waiting.filter(next_attempt_at__lt=soon).exists()
            waiting.update(next_attempt_at=timezone.now())
        mail_tasks.deliver(cast.fjellvik.pk)
    with tenant(cast.fjellvik):
        assert set(Delivery.objects.values_list("state", flat=True)) == {"sent" if works else "failed"}
    assert traces.telling_the_time() == []
    if works:
        assert {timezone.localtime(parsedate_to_datetime(each.message()["Date"])).time() for each in mail.outbox} == {
            datetime.time(0)
        }


def _refuse(delivery):
    raise SMTPRecipientsRefused({"x": (550, b"no such person")})


def test_others_mails_go_at_once_and_keep_their_time(cast):
    with tenant(cast.fjellvik):
        before = timezone.now()
        report(cast)
        assert not Delivery.objects.filter(day_only=True).exists()
        assert not Delivery.objects.filter(next_attempt_at__gt=timezone.now()).exists()
        assert not Delivery.objects.filter(due_at__lt=before).exists()


def test_their_own_pages_do_not_know_of_it(cast, nils, browser):
    browser.force_login(nils.user)
    browser.post("/fjellvik/meld/", form(cast))
    with tenant(cast.fjellvik):
        number = Deviation.objects.get().number
    for page in ("", "avvik/?status=all", "avvik/?mine=1&status=all", "varsler/", "oppgaver/", "profil/"):
        shown = browser.get(f"/fjellvik/{page}").content.decode()
        assert number not in shown
        assert "Sjefen slo" not in shown
    assert browser.get(f"/fjellvik/avvik/{number}/").status_code == 404
    assert browser.get(f"/fjellvik/meld/kvittering/{number}/").status_code == 404


@pytest.mark.parametrize("verb", ["reply", "reopen", "withdraw"])
def test_writing_with_the_receipt_code_while_signed_in_names_nobody(cast, nils, browser, verb):
    browser.force_login(nils.user)
    code = code_of(browser.post("/fjellvik/meld/", form(cast)))
    with tenant(cast.fjellvik):
        case = Deviation.objects.get()
        services.receive(case, by=cast.amir)
        if verb == "reopen":
            services.close(case, by=cast.amir, answer="Vi har snakket sammen.")
    with written() as traces:
        response = browser.post("/fjellvik/f/", {"code": code, "text": "Det hender ennå.", "verb": verb})
    assert response.status_code == 200
    assert "deviations_comment" in {table for table, _text in traces.rows}
    assert traces.naming(str(USER_ID), str(EMPLOYEE_ID), "ilsemann", code) == []
    # What others did in the case keeps its time: those rows stand beside the anonymous ones.
    mine = [row for row in traces.telling_the_time() if row[0] not in WAITING]
    changed = {"deviations_deviation", "deviations_historicaldeviation", "assignments_assignment"}
    assert [row for row in mine if row[0] not in changed] == []
    with tenant(cast.fjellvik):
        newest = case.history.order_by("-history_id").first()
        if verb != "reply":
            assert newest.state == ("in_progress" if verb == "reopen" else "closed")
            assert newest.history_user_id is None
            assert timezone.localtime(newest.history_date).time() == datetime.time(0)


@pytest.mark.parametrize("verb", ["reopen", "rate"])
def test_what_somebody_anonymous_does_of_a_merged_case_leaves_the_day(cast, nils, browser, verb):
    browser.force_login(nils.user)
    code = code_of(browser.post("/fjellvik/meld/", form(cast)))
    with tenant(cast.fjellvik):
        case = Deviation.objects.get()
        main = report(cast)
        services.merge(case, into=main, by=cast.amir, reason="Det samme.")
        services.close(Deviation.objects.get(pk=main.pk), by=cast.amir, answer="Vi har snakket sammen.")
    sent = {"code": code, "verb": verb, **({"text": "Det hender ennå."} if verb == "reopen" else {"helped": "no"})}
    with written() as traces:
        assert browser.post("/fjellvik/f/", sent).status_code == 200
    assert {"deviations_comment", "deviations_rating"} & {table for table, _text in traces.rows}
    assert traces.naming(str(USER_ID), str(EMPLOYEE_ID), "ilsemann", code) == []
    # What others did in the case keeps its time: those rows stand beside the anonymous ones.
    changed = {"deviations_deviation", "deviations_historicaldeviation", "assignments_assignment", "deviations_rating"}
    assert [row for row in traces.telling_the_time() if row[0] not in WAITING | changed] == []
    with tenant(cast.fjellvik):
        newest = main.history.order_by("-history_id").first()
        if verb == "reopen":
            assert (newest.state, newest.history_user_id) == ("in_progress", None)
            assert timezone.localtime(newest.history_date).time() == datetime.time(0)


def test_what_somebody_anonymous_writes_stands_in_the_order_it_was_written(cast, browser):
    address = f"/fjellvik/meld/?sted={cast.solbakken.report_token}"
    code = code_of(browser.post(address, form(cast)))
    with tenant(cast.fjellvik):
        case = Deviation.objects.get()
        services.answer(case, by=cast.amir, text="Hva skjedde?")
    page = browser.post("/fjellvik/f/", {"code": code, "text": "Han slo i bordet."}).content.decode()
    assert page.index("Hva skjedde?") < page.index("Han slo i bordet.")


def test_documents_that_may_name_their_author_are_not_taken_as_photos(cast, browser):
    pdf = SimpleUploadedFile("rapport.pdf", b"%PDF-1.4\n/Author (Nilsemann)\n%%EOF", "application/pdf")
    address = f"/fjellvik/meld/?sted={cast.solbakken.report_token}"
    response = browser.post(address, form(cast, photos=pdf))
    assert response.status_code == 422
    with tenant(cast.fjellvik):
        assert not Deviation.objects.exists()


@pytest.mark.parametrize("kind", ["hidden", "anonymous"])
def test_an_injured_reporter_is_named_in_no_row_of_the_injury(cast, nils, kind):
    with tenant(cast.fjellvik):
        case = services.report(
            organisation=cast.fjellvik, unit=cast.solbakken, description="Jeg falt.", severity=2, reporter_kind=kind,
            reporter=nils,
        ).deviation  # fmt: skip
        services.receive(case, by=cast.amir)
        with written() as traces:
            serious = injure(cast, case, is_reporter=True, outcome=InjuryOutcome.SERIOUS, is_electric=True)
            services.change_absence(
                serious, by=cast.amir, version=1, absence="days", absent_days=4, absent_from=None, absent_until=None
            )
            if kind == "hidden":
                # The receiver, who knows, may as well choose the name.
                injure(cast, case, employee=nils, outcome=InjuryOutcome.MEDICAL)
            for notice in Notice.objects.filter(deviation=case).select_related("deviation"):
                services.settle(notice, by=cast.amir, done_at=timezone.now(), done_by=cast.amir, reference="A")
    tables = {table for table, _text in traces.rows}
    assert {
        "deviations_injury", "deviations_historicalinjury", "deviations_notice", "deviations_navreport", "audit_event",
        "notifications_notification", "assignments_assignment",
    } <= tables  # fmt: skip
    assert traces.naming(str(USER_ID), str(EMPLOYEE_ID), "ilsemann", "Øvrebø") == []
