"""Whatever people write is kept as they wrote it, shown as text, and never breaks a page, a search or a comparison."""

import json
import re

import pytest
from django.utils.html import escape

from hms.tenancy.scope import tenant
from routines.comparing import compare, only_changes
from routines.diffing import apply, delta
from routines.markdown import headings, plain, render
from routines.models import Draft, Question
from tests.deviations.test_hostile_text import FILE, OURS
from tests.routines.helpers import begin, publish, url
from tests.thorough import some

HARMFUL = re.compile(
    r"<(script|iframe|object|embed|svg|style|form|input)\b|\son\w+\s*=\s*[\"']?\w+\(|href=\"(javascript|data|vbscript):",
    re.IGNORECASE,
)
MARKS = ["# ", "- ", "1. ", "> ", "`", "[", "![x](", "| a |\n|-|\n| ", "```\n", "<a href='", "&#", "[x](rutine:", "**"]


def written(texts: list[str]) -> list[str]:
    """Each as it is, and inside everything that means something in Markdown."""
    return texts + [mark + text for text in texts for mark in MARKS]


def harmless(texts: list[str]) -> None:
    for text in written(texts):
        html = render(text, {})
        # What was typed stands there as words: only real tags could do harm.
        tags = "".join(re.findall(r"<[^>]*>", html))
        assert not HARMFUL.search(tags), text
        plain(text)
        headings(text)
        assert apply("Før\n" + text, delta("Før\n" + text, text)) == text
        rows = only_changes(compare("Før\n\n" + text, text + "\n\nEtter", {}))
        assert not HARMFUL.search("".join(re.findall(r"<[^>]*>", "".join(row.html for row in rows)))), text


def whole_way(cast, client, texts: list[str]) -> None:
    with tenant(cast.fjellvik):
        routine = begin(cast, text="")
        asked_about = publish(cast, title="I kraft")
    client.force_login(cast.amir.user)
    for text in texts:
        with tenant(cast.fjellvik):
            revision = Draft.objects.get(routine=routine).revision
        sent = {"title": "Tittel", "text": text, "valid_from": "", "revision": revision}
        assert client.post(url(routine, "utkast/skriv/"), sent).status_code == 303, text
        with tenant(cast.fjellvik):
            assert Draft.objects.get(routine=routine).text == text.replace("\r\n", "\n").replace("\r", "\n")
        for tail in ("utkast/", "utkast/skriv/"):
            page = client.get(url(routine, tail))
            assert page.status_code == 200, text
            assert "<script>alert" not in page.content.decode()
        assert client.post(url(routine, "utkast/vis/"), {"text": text}).status_code == 200
        assert client.get("/fjellvik/rutiner/", {"q": text[:200]}).status_code == 200, text
        short = text[:1000].strip()
        assert client.post(url(asked_about, "sporsmal/"), {"text": short}).status_code == (303 if short else 422), text
    with tenant(cast.fjellvik):
        question = Question.objects.order_by("id").first()
    shown = client.get(url(asked_about, f"sporsmal/{question.pk}/")).content.decode()
    assert escape(question.text) in shown


def test_our_own_collection(cast, client):
    harmless(OURS)
    whole_way(cast, client, OURS)


@pytest.mark.parametrize("title", OURS)
def test_any_title_has_an_address_of_its_own(cast, client, title):
    title = " ".join(title[:160].split())
    client.force_login(cast.sunniva.user)
    form = {"title": title, "category": "fire", "unit": cast.solbakken.pk, "owner": cast.sunniva.pk}
    addresses = {client.post("/fjellvik/rutiner/ny/", form).headers["Location"] for _ in range(2)}
    assert len(addresses) == 2
    for address in addresses:
        assert client.get(address).status_code == 200


@pytest.mark.realdata
@pytest.mark.skipif(FILE is None, reason="the reference files do not lie beside this checkout")
def test_the_big_list_of_naughty_strings(cast, client):
    values = [item["value"] for item in json.loads(FILE.read_text("utf-8"))]
    texts = [value for value in values if value.strip() and "\0" not in value]
    assert len(texts) > 200
    harmless(texts)
    whole_way(cast, client, some(texts[::9], every=3))
