"""Somebody reports anonymously to the running system: then all that it keeps is searched for whom and when."""

import datetime
import re

import pytest
from django.utils import timezone
from PIL import Image

from deviations.models import Deviation
from hms.notifications.models import Delivery
from hms.tenancy.scope import tenant
from tests.browser.people import PHONE
from tests.browser.site import wait_for
from tests.deviations.test_anonymity import everything

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AGENT, MAKER, NAME = "Zymurgitelefon/7.1", "Zymurgifoto", "zymurgi-bilde"
WORDS = "Kvakksalveri bak lageret, skrevet av noen som ikke vil nevnes."
# That somebody signed in looked at a page, whatever they did there.
VISITS = {"django_session", "usersessions_usersession"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d")


@pytest.fixture
def photo(tmp_path):
    exif = Image.Exif()
    exif[0x010F] = MAKER
    path = tmp_path / f"{NAME} 14.03.jpg"
    Image.new("RGB", (900, 700), "#335544").save(path, exif=exif)
    return str(path)


def kept() -> dict[str, set[str]]:
    return {table: rows for table, rows in everything().items() if table not in VISITS}


def test_nothing_that_is_kept_tells_who_or_when(cast, site, person, photo):
    somebody = person(cast.ingrid, **{**PHONE, "user_agent": AGENT})
    somebody.open("/fjellvik/meld/")
    session = next(cookie["value"] for cookie in somebody.context.cookies() if cookie["name"].endswith("sessionid"))
    before, logged = kept(), {name: len(site.log(name)) for name in ("web", "worker")}
    since = timezone.now() - datetime.timedelta(minutes=5)
    somebody.fill(description=WORDS)
    somebody.choose("severity", 3)
    somebody.choose("who", "anonymous")
    somebody.page.set_input_files("input[type=file]", photo)
    assert somebody.press(".sendbar button") == 200
    code = somebody.see(".code").inner_text()

    def is_sent() -> bool:
        with tenant(cast.fjellvik):
            return Delivery.objects.exists() and not Delivery.objects.exclude(state="sent").exists()

    # Very serious: the worker has sent it already.
    wait_for(is_sent, "the mails to be sent")
    site.settle()
    with tenant(cast.fjellvik):
        number = Deviation.objects.get(description=WORDS).number

    who = [AGENT, MAKER, NAME, session, code, cast.ingrid.email, "127.0.0.1"]
    written = [(table, row) for table, rows in kept().items() for row in rows - before[table]]
    assert {"deviations_deviation", "deviations_historicaldeviation", "audit_event", "files_attachment",
            "notifications_delivery"} <= {table for table, _row in written}  # fmt: skip
    assert [row for row in written if any(needle in row[1] for needle in who)] == []
    now = timezone.now()
    assert [
        row
        for row in written
        if any(since <= datetime.datetime.fromisoformat(moment) <= now for moment in MOMENT.findall(row[1]))
    ] == []
    stored = list((site.folder / "files").glob("*/*"))
    assert len(stored) == 2
    for path in [*stored, *(path.parent for path in stored)]:
        assert path.stat().st_mtime < since.timestamp() - 3600 or timezone.localtime().hour == 0
        assert NAME not in path.name
    content = b"".join(path.read_bytes() for path in stored)
    assert not [needle for needle in who if needle.encode() in content]
    for name, length in logged.items():
        new = site.log(name)[length:].decode(errors="replace")
        assert not [needle for needle in (*who, WORDS, number) if needle in new], new
