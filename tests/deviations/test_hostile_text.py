"""Whatever people write is kept as they wrote it, shown as text, and never breaks a page, a search or a mail."""

import uuid

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.html import escape

from deviations import services
from deviations.models import Comment, Deviation
from hms.actions.models import Action
from hms.assignments import services as assignments
from hms.assignments.models import Note
from hms.notifications.tasks import deliver
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report, url
from tests.deviations.hostile import FILE, OURS, WHY_NOT, world
from tests.thorough import some


def whole_way(cast, client, texts: list[str], *, answers: int) -> None:
    """Every text as report, comment and search; some as an action, an answer from the mail, and the mail itself."""
    client.force_login(cast.ingrid.user)
    for text in texts:
        form = {
            "description": text, "place": text[:160], "severity": "2", "who": "employee", "unit": cast.solbakken.pk,
            "idempotency_key": str(uuid.uuid4()),
        }  # fmt: skip
        assert client.post("/fjellvik/meld/", form).status_code == 303, text
    with tenant(cast.fjellvik):
        kept = list(Deviation.objects.order_by("sequence").values_list("description", "place"))
        assert kept == [(text, text[:160].strip()) for text in texts]
        case = report(cast)
    client.force_login(cast.sunniva.user)
    for text in texts[:: max(1, len(texts) // (3 * answers))]:
        assert client.get("/fjellvik/avvik/", {"q": text[:200], "status": "all"}).status_code == 200, text
    for text in texts:
        said = {"text": text, "visibility": "internal"}
        assert client.post(url(case, "kommentar/"), said).status_code == (303 if len(text) <= 5000 else 422), text
    page = client.get(url(case)).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    with tenant(cast.fjellvik):
        comments = list(Comment.objects.order_by("id").values_list("text", flat=True))
        assert comments == [text for text in texts if len(text) <= 5000]
        first = Deviation.objects.order_by("sequence").first()
    assert all(escape(line) in page for text in comments for line in text.splitlines() if line.strip())
    assert client.get("/fjellvik/avvik/?status=all").status_code == 200
    assert escape(texts[0][:60]) in client.get(url(first)).content.decode()
    to_the_owner(cast, client, texts[:: max(1, len(texts) // answers)])


def to_the_owner(cast, client, texts: list[str]) -> None:
    """As an action's title, in the mail about it, and in the answer from that mail."""
    texts = [text[:160].strip() for text in texts]
    with tenant(cast.fjellvik):
        case = report(cast, "Et rekkverk.")
        plan = services.start_plan(case, by=cast.amir)
    client.force_login(cast.amir.user)
    for text in texts:
        action = {
            "title": text, "responsible": cast.tor_erik.pk, "due_on": timezone.localdate(), "kind": "immediate"
        }  # fmt: skip
        assert client.post(f"/fjellvik/tiltak/plan/{plan.pk}/nytt/", action).status_code == 303, text
    with tenant(cast.fjellvik):
        assert list(Action.objects.order_by("id").values_list("title", flat=True)) == texts
        newest = Action.objects.select_related("assignment").order_by("id").last()
        token = assignments.create_link(newest.assignment, to=cast.tor_erik)
    mail.outbox.clear()
    deliver(cast.fjellvik.pk)
    sent = {message.subject: message for message in mail.outbox if message.to == [cast.tor_erik.email]}
    for text in texts:
        message = next(found for subject, found in sent.items() if subject.endswith(" ".join(text.split())))
        assert "\nBcc:" not in message.message().as_string().partition("\n\n")[0]
        html = message.alternatives[0].content
        assert "<script>alert" not in html
        assert "<img src=x" not in html
    client.logout()
    for text in texts:
        stuck = {"answer": "stuck", "comment": text}
        assert client.post(f"/fjellvik/t/{token}/", stuck).status_code == 303, text
    with tenant(cast.fjellvik):
        assert list(Note.objects.order_by("id").values_list("text", flat=True)) == texts


@pytest.fixture(autouse=True)
def mails_in_memory(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_hostile_texts(cast, client):
    whole_way(cast, client, OURS, answers=12)


@pytest.mark.realdata
@pytest.mark.skipif(FILE is None, reason=WHY_NOT)
def test_the_worlds_naughty_strings(cast, client):
    texts = some(world(), every=4)
    assert len(texts) > 50
    whole_way(cast, client, texts, answers=20)


@pytest.mark.parametrize("field", ["description", "place", "reporter_name"])
def test_nul_is_a_bad_request(cast, client, field):
    form = {"description": "x", "severity": "2", "who": "named", "unit": cast.solbakken.pk, "reporter_name": "Per"}
    address = f"/fjellvik/meld/?sted={cast.solbakken.report_token}"
    assert client.post(address, form | {field: "a\0b"}).status_code == 400


def test_text_at_the_limit_is_taken_and_over_it_is_kept_for_shortening(cast, client):
    client.force_login(cast.ingrid.user)
    form = {"severity": "2", "who": "employee", "unit": cast.solbakken.pk}
    assert client.post("/fjellvik/meld/", form | {"description": "å" * 10_000}).status_code == 303
    refused = client.post("/fjellvik/meld/", form | {"description": "å" * 10_001})
    assert refused.status_code == 422
    assert "å" * 10_001 in refused.content.decode()
