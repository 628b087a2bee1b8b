"""A reporter whose name only the receiver knows: who sees it, where, and what a hand-over does."""

import re
import uuid

import pytest
from django.utils import timezone

from deviations import documents, selectors, services
from deviations.enums import ReporterKind
from deviations.models import Comment, Deviation, HiddenReporter
from hms.actions import services as plans
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.notifications.models import Notification
from hms.organisations.enums import Role
from hms.organisations.models import Absence
from hms.tenancy.scope import tenant
from tests.cast import hold, make_employee
from tests.deviations.helpers import add_action, report, url

NAME = "Ingrid"


def hidden(cast, text="Jeg ble presset til å jobbe alene.", **fields):
    """A case that Ingrid reports with her name hidden; Amir receives it."""
    fields = {"reporter": cast.ingrid, "unit": cast.solbakken, "severity": 2, "place": "Vaktrommet", **fields}
    return services.report(
        organisation=cast.fjellvik, description=text, reporter_kind=ReporterKind.HIDDEN, **fields
    ).deviation


def seen(client, person, case) -> str:
    client.force_login(person.user)
    return client.get(url(case)).content.decode()


# --- role by role, field by field ---

READERS = ("amir", "helene", "sunniva", "kari", "vigdis", "ragnhild", "tor_erik", "inspector")
# What each may read of the reporter: of somebody open, by name without sign-in, hidden, anonymous.
MATRIX = {
    "amir": ("Ingrid Solheim", "Utenfor Usignert", "Ingrid Solheim", "Anonym"),
    "helene": ("Ingrid Solheim", "Utenfor Usignert", "Melder skjult", "Anonym"),
    "sunniva": ("Ingrid Solheim", "Utenfor Usignert", "Melder skjult", "Anonym"),
    "kari": ("Ingrid Solheim", "Utenfor Usignert", "Melder skjult", "Anonym"),
    "vigdis": ("Ingrid Solheim", "Utenfor Usignert", "Melder skjult", "Anonym"),
    "ragnhild": ("Ingrid Solheim", "Utenfor Usignert", "Melder skjult", "Anonym"),
    # Owns an action in the case.
    "tor_erik": ("Ingrid Solheim", "", "Melder skjult", "Anonym"),
    "inspector": ("Ingrid Solheim", "", "Melder skjult", "Anonym"),
}


@pytest.mark.parametrize("reader", READERS)
def test_each_role_reads_of_the_reporter_what_it_may_and_no_more(cast, client, reader):
    with tenant(cast.fjellvik):
        inspector = make_employee(cast.fjellvik, "Iver Tilsyn", cast.kommune)
        hold(inspector, Role.INSPECTOR, ends_on=timezone.localdate())
        person = inspector if reader == "inspector" else getattr(cast, reader)
        named = {"reporter_kind": ReporterKind.NAMED, "reporter_name": "Utenfor Usignert"}
        cases = [
            report(cast), report(cast, **named), hidden(cast), report(cast, reporter_kind=ReporterKind.ANONYMOUS),
        ]  # fmt: skip
        for case in cases:
            services.receive(case, by=cast.amir)
            add_action(cast, case)
        shown = [selectors.reporter_shown_to(person, case).label for case in cases]
        assert tuple(shown) == MATRIX[reader]
        for case, label in zip(cases, MATRIX[reader], strict=True):
            facts = dict(documents.case_context(case, person)[0]["facts"])
            assert facts.get("Melder", "") == label
    for case, label in zip(cases, MATRIX[reader], strict=True):
        page = seen(client, person, case)
        assert case.number in page
        for name in ("Ingrid", "Utenfor Usignert"):
            assert (name in page) == (name in label), (case.reporter_kind, name)


def test_nothing_that_is_written_of_the_case_names_a_hidden_reporter(cast):
    with tenant(cast.fjellvik):
        case = hidden(cast)
        services.comment(case, by=cast.ingrid, text="Det skjedde igjen.", visibility="reporter")
        services.add_details(case, by=cast.ingrid, text="I går også.")
        services.close(case, by=cast.amir, answer="Vi endrer vaktplanen.")
        services.reopen(case, by=cast.ingrid, reason="Det er ikke endret.")
        assert case.reporter_id is None
        assert HiddenReporter.objects.get(deviation=case).employee == cast.ingrid
        assert not Event.objects.filter(actor=cast.ingrid).exists()
        assert not Comment.objects.filter(author=cast.ingrid).exists()
        assert Comment.objects.filter(is_from_reporter=True).count() == 3
        assert not case.history.filter(history_user_id=cast.ingrid.pk).exists()
        others = Notification.objects.exclude(recipient=cast.ingrid)
        assert others.exists()
        assert not others.filter(parameters__icontains=NAME).exists()


def test_paper_for_an_inspector_does_not_name_a_hidden_reporter_though_its_maker_knows(cast):
    with tenant(cast.fjellvik):
        case = hidden(cast)
        own, inspector = (
            dict(documents.case_context(case, cast.amir, as_inspector=as_inspector)[0]["facts"])["Melder"]
            for as_inspector in (False, True)
        )
    assert (own, inspector) == ("Ingrid Solheim", "Melder skjult")


def test_rating_and_consent_of_a_hidden_reporter_name_nobody(cast, client):
    with tenant(cast.fjellvik):
        case = hidden(cast)
        services.close(case, by=cast.amir, answer="Vi endrer vaktplanen.")
        texts = {"title": "To på vakt", "problem": "Alenevakt.", "done": "To på vakt.", "better": "Trygt."}
        example = services.write_example(case, by=cast.amir, texts=texts)
        services.ask_for_consent(example, by=cast.amir)
    client.force_login(cast.ingrid.user)
    assert client.post(url(case, "hjalp/"), {"helped": "yes", "may_share": "on"}).status_code == 303
    with tenant(cast.fjellvik):
        example.refresh_from_db()
        assert example.consent == "given"
        services.publish(example, by=cast.amir)
    assert client.post(f"/fjellvik/gode-eksempler/{example.pk}/trekk/").status_code == 303
    with tenant(cast.fjellvik):
        example.refresh_from_db()
        assert example.state == "withdrawn"
        assert not Event.objects.filter(actor=cast.ingrid).exists()
        assert not example.history.filter(history_user_id=cast.ingrid.pk).exists()
        types = set(Notification.objects.filter(recipient=cast.ingrid).values_list("type", flat=True))
    assert types >= {"deviations.consent_asked", "deviations.example_published"}
    assert NAME not in seen(client, cast.helene, case)


def test_the_page_of_others_names_nobody_after_the_reporter_has_written_answered_and_reopened(cast, client):
    with tenant(cast.fjellvik):
        case = hidden(cast)
        services.comment(case, by=cast.ingrid, text="Det skjedde igjen.", visibility="reporter")
        services.close(case, by=cast.amir, answer="Vi endrer vaktplanen.")
        services.reopen(case, by=cast.ingrid, reason="Det er ikke endret.")
    for person in (cast.helene, cast.sunniva, cast.kari, cast.vigdis, cast.ragnhild):
        page = seen(client, person, case)
        assert "Det skjedde igjen." in page
        assert NAME not in page
        assert "Melder skjult" in page
        client.force_login(person.user)
        for path in ("", "avvik/?status=all", "oppgaver/", "varsler/", "avvik/?q=Ingrid&status=all"):
            page = client.get(f"/fjellvik/{path}").content.decode()
            for asked in ("q=Ingrid", 'value="Ingrid"', "Søk: «Ingrid»"):
                page = page.replace(asked, "")
            assert NAME not in page


def test_hidden_reporter_follows_adds_and_reopens_as_any_reporter(cast, client):
    client.force_login(cast.ingrid.user)
    sent = client.post(
        "/fjellvik/meld/",
        {
            "description": "Presset til å jobbe alene.", "severity": "2", "who": "hidden", "unit": cast.solbakken.pk,
            "idempotency_key": str(uuid.uuid4()),
        },
        follow=True,
    )  # fmt: skip
    page = sent.content.decode()
    assert "Amir Hosseini" in page
    assert "receipt_code" not in page
    with tenant(cast.fjellvik):
        case = Deviation.objects.get()
        assert Notification.objects.filter(recipient=cast.ingrid, type="deviations.receipt").exists()
    assert case.number in client.get("/fjellvik/avvik/?mine=1&status=all").content.decode()
    assert case.number in client.get("/fjellvik/").content.decode()
    assert client.post(url(case, "mer/"), {"text": "Mer om det."}).status_code == 303
    with tenant(cast.fjellvik):
        services.close(case, by=cast.amir, answer="Ordnet.")
    assert client.post(url(case, "gjenapne/"), {"text": "Nei."}).status_code == 303
    assert "Amir Hosseini" in client.get(url(case)).content.decode()


# --- handing over, standing in ---


def test_the_name_does_not_follow_the_case_until_the_reporter_says_so(cast, client):
    with tenant(cast.fjellvik):
        case = hidden(cast)
        services.hand_over(case, to=cast.helene, by=cast.amir)
        asked = Notification.objects.get(type="deviations.other_handler")
        assert asked.recipient == cast.ingrid
    assert NAME not in seen(client, cast.helene, case)
    # Nobody else can say yes for her.
    for person in (cast.helene, cast.amir, cast.sunniva, cast.kari):
        client.force_login(person.user)
        assert client.post(url(case, "identitet/")).status_code == 403
    client.force_login(cast.admin.user)
    assert client.post(url(case, "identitet/")).status_code == 404
    client.force_login(cast.ingrid.user)
    assert client.get(url(case, "identitet/")).status_code == 405
    assert "Helene" in client.get(url(case)).content.decode()
    assert client.post(url(case, "identitet/")).status_code == 303
    # A second time there is nothing left to say.
    assert client.post(url(case, "identitet/")).status_code == 403
    assert NAME in seen(client, cast.helene, case)
    assert NAME not in seen(client, cast.sunniva, case)


def test_taking_the_case_from_the_receiver_shows_no_name(cast, client):
    with tenant(cast.fjellvik):
        case = hidden(cast)
        services.receive(case, by=cast.sunniva)
    assert NAME not in seen(client, cast.sunniva, case)


def test_a_deputy_of_the_receiver_does_not_see_the_name(cast, client):
    with tenant(cast.fjellvik):
        case = hidden(cast)
        today = timezone.localdate()
        Absence.objects.create(employee=cast.amir, deputy=cast.piotr, starts_on=today, ends_on=today)
    client.force_login(cast.piotr.user)
    for path in (url(case), f"/fjellvik/oppgaver/{case.handling_id}/", "/fjellvik/oppgaver/"):
        assert NAME not in client.get(path).content.decode()


def test_the_access_list_of_a_confidential_case_does_not_show_the_name(cast, client):
    with tenant(cast.fjellvik):
        case = hidden(cast)
        services.set_confidential(case, by=cast.amir)
        services.grant_access(case, to=cast.kari, by=cast.amir)
    page = seen(client, cast.kari, case)
    assert case.number in page
    assert NAME not in page


def test_opening_ones_own_confidential_case_leaves_no_name_in_its_history(cast, client):
    with tenant(cast.fjellvik):
        case = hidden(cast)
        services.set_confidential(case, by=cast.amir)
    seen(client, cast.ingrid, case)
    with tenant(cast.fjellvik):
        assert Event.objects.get(verb="deviation.opened").actor is None


def test_who_has_been_told_calls_a_hidden_reporter_the_reporter(cast, client):
    with tenant(cast.fjellvik):
        case = hidden(cast)
        services.answer(case, by=cast.amir, text="Takk, jeg ser på det.")
    told = re.search(r'id="sent".*?</ul>', seen(client, cast.sunniva, case), re.S)
    assert told is not None
    assert "Melderen" in told[0]
    assert NAME not in told[0]


def test_a_hidden_safety_representative_is_told_like_the_others(cast):
    """Being the only one who is not told would give her away."""
    with tenant(cast.fjellvik):
        case = hidden(cast, reporter=cast.kari)
        told = Notification.objects.filter(type="deviations.reported", about_id=case.pk)
        assert [each.recipient for each in told] == [cast.kari]


def test_a_leader_does_not_receive_what_they_report_hidden(cast):
    with tenant(cast.fjellvik):
        assert hidden(cast, reporter=cast.amir).handling.assignee == cast.helene


def test_sharing_a_name_is_refused_for_what_is_not_hidden_or_closed(cast):
    with tenant(cast.fjellvik):
        open_case = report(cast)
        with pytest.raises(InvalidTransition):
            services.share_identity(open_case, by=cast.ingrid)
        case = hidden(cast)
        services.close(case, by=cast.amir, answer="Ordnet.")
        with pytest.raises(InvalidTransition):
            services.share_identity(case, by=cast.ingrid)


def test_a_plan_and_its_mails_do_not_name_a_hidden_reporter(cast):
    with tenant(cast.fjellvik):
        case = hidden(cast)
        services.receive(case, by=cast.amir)
        action = add_action(cast, case)
        plans.send_to_safety_rep(action.plan, to=cast.kari, by=cast.amir)
        told = Notification.objects.exclude(recipient=cast.ingrid)
        assert not told.filter(parameters__icontains=NAME).exists()
