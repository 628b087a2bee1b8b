"""Each way to report, from the phone to the answer: who is told what of the reporter, and how the reporter hears back.

Somebody who gives a name without signing in is the visitor of `test_story`.
"""

import re
from dataclasses import dataclass

import pytest

from deviations.enums import ReporterKind
from deviations.models import Deviation
from hms.tenancy.scope import tenant
from tests.browser.people import PHONE
from tests.deviations.helpers import url

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHAT = "Det lekker vann fra taket ved vaktrommet."
ASKS = "Hvor mye vann er det?"
SAYS = "Ei bøtte i timen."
ANSWER = "Taket er tettet, og himlingen er byttet."


@dataclass(frozen=True)
class Kind:
    """A way to report.

    Attributes:
        kind: what is stored.
        is_signed_in: whether Ingrid is signed in, or has scanned the code on the wall.
        seen_by_receiver: what Amir, who receives it, reads of the reporter.
        seen_by_others: what Helene, his manager, reads.
        has_code: whether it is followed with a receipt code.
    """

    kind: ReporterKind
    is_signed_in: bool
    seen_by_receiver: str
    seen_by_others: str
    has_code: bool


KINDS = {
    "signed in": Kind(ReporterKind.EMPLOYEE, True, "Ingrid Solheim", "Ingrid Solheim", False),
    "known to the receiver": Kind(ReporterKind.HIDDEN, True, "Ingrid Solheim", "Melder skjult", False),
    "anonymous, signed in": Kind(ReporterKind.ANONYMOUS, True, "Anonym", "Anonym", True),
    "anonymous, from the wall": Kind(ReporterKind.ANONYMOUS, False, "Anonym", "Anonym", True),
}


@pytest.mark.parametrize("way", KINDS.values(), ids=KINDS.keys())
def test_from_the_phone_to_the_answer(cast, person, way):
    reporter = person(cast.ingrid if way.is_signed_in else None, **PHONE)
    tail = "" if way.is_signed_in else f"?sted={cast.solbakken.report_token}"
    assert reporter.open(f"/fjellvik/meld/{tail}") == 200
    reporter.fill(description=WHAT)
    reporter.choose("severity", 2)
    reporter.choose("who", way.kind)
    assert reporter.press(".sendbar button") == 200
    code = reporter.see(".code").inner_text() if way.has_code else ""
    assert bool(code) == way.has_code
    with tenant(cast.fjellvik):
        case = Deviation.objects.get()
    assert case.reporter_kind == way.kind

    def follow() -> None:
        """Open the case as its reporter does."""
        if not way.has_code:
            assert reporter.open(url(case)) == 200
            return
        assert reporter.open("/fjellvik/f/") == 200
        reporter.fill(code=code)
        assert reporter.press() == 200

    # The receiver takes it, asks, and is answered.
    amir, helene = person(cast.amir), person(cast.helene)
    amir.open(url(case))
    assert amir.reads(way.seen_by_receiver)
    amir.press('form[action$="/ta/"] button')
    amir.open(url(case, "svar/"))
    amir.fill(text=ASKS)
    amir.press()
    follow()
    assert reporter.reads(ASKS)
    if not way.has_code:
        reporter.open(url(case, "kommentar/"))
    reporter.fill(text=SAYS)
    reporter.press("main form:has([name=text]) button[type=submit]")
    assert reporter.reads(SAYS)

    # His manager sees the case, and of the reporter what was agreed.
    helene.open(url(case))
    assert helene.reads(SAYS)
    assert helene.reads(way.seen_by_others)
    assert ("Ingrid" in helene.page.content()) == ("Ingrid" in way.seen_by_others)

    # It is closed with an answer, which the reporter reads and has a word on.
    amir.open(url(case))
    assert amir.reads(SAYS)
    assert ("Ingrid" in amir.page.content()) == ("Ingrid" in way.seen_by_receiver)
    amir.press('main a.ds-button[href$="/lukk/"]')
    amir.fill(text=ANSWER)
    amir.press()
    follow()
    assert reporter.reads(ANSWER)
    reporter.choose("helped", "yes")
    reporter.press("main form:has([name=helped]) button[type=submit]")
    assert re.search(r"Du sa: ?Ja", reporter.see("main").inner_text())
    helene.open(url(case))
    assert ("Ingrid" in helene.page.content()) == ("Ingrid" in way.seen_by_others)
