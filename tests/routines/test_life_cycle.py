"""A routine's life: written, looked through, approved, in force, out of force."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from hms.assignments.enums import Kind
from hms.assignments.models import Assignment
from hms.audit.transitions import InvalidTransition
from hms.organisations.models import RoleHolding
from hms.tenancy.scope import tenant
from routines import services
from routines.enums import DraftState, Opinion, State
from routines.errors import NotReady, StaleDraft
from routines.models import Draft, Review, Routine, Version
from tests.routines.helpers import TEXT, begin, draft_of, pass_through, publish, review_as, url


@pytest.fixture
def inside(cast):
    with tenant(cast.fjellvik):
        yield


def test_from_a_blank_page_to_read_and_understood(cast, client, django_capture_on_commit_callbacks):
    """The whole way in the browser's terms: author, safety representative, approver, reader."""
    client.force_login(cast.amir.user)
    form = {
        "title": "Stikkskader og blodsøl", "category": "first_aid", "unit": cast.solbakken.pk, "owner": cast.amir.pk,
    }  # fmt: skip
    assert (
        client.post("/fjellvik/rutiner/ny/", form).headers["Location"].endswith("/stikkskader-og-blodsol/utkast/skriv/")
    )
    base = "/fjellvik/rutiner/stikkskader-og-blodsol/"
    page = client.get(base + "utkast/skriv/")
    assert page.status_code == 200
    sent = {"title": "Stikkskader og blodsøl", "text": TEXT, "valid_from": "", "revision": 1}
    assert client.post(base + "utkast/skriv/", sent).status_code == 303
    assert "Skyll med rennende vann" in client.get(base + "utkast/").content.decode()
    assert client.post(base + "utkast/send/", {"revision": 2, "due_on": timezone.localdate()}).status_code == 303
    client.force_login(cast.kari.user)
    assert client.post(base + "utkast/uttalelse/", {"opinion": "endorse"}).status_code == 303
    client.force_login(cast.helene.user)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(base + "utkast/godkjenn/", {"note": ""}).status_code == 303
    client.force_login(cast.ingrid.user)
    page = client.get(base).content.decode()
    assert "La såret blø" in page
    assert "Lest og forstått" in page
    assert "Stikkskader" in client.get("/fjellvik/rutiner/?vis=meg").content.decode()
    assert client.post(base + "lest/", {"version": 1}).status_code == 303
    page = client.get(base).content.decode()
    assert "Du bekreftet versjon 1" in page
    with tenant(cast.fjellvik):
        assert Assignment.objects.get(kind=Kind.READ, assignee=cast.ingrid).state == "done"


def test_routine_is_not_seen_before_it_is_in_force(cast, client):
    with tenant(cast.fjellvik):
        routine = begin(cast)
    client.force_login(cast.ingrid.user)
    assert client.get(url(routine)).status_code == 404
    assert client.get(url(routine, "utkast/")).status_code == 404
    assert "Stikkskader" not in client.get("/fjellvik/rutiner/").content.decode()
    client.force_login(cast.sunniva.user)
    assert client.get(url(routine)).status_code == 200


def test_reviewer_sees_the_draft_and_a_stranger_does_not(cast, inside, client):
    routine = begin(cast)
    draft = draft_of(routine)
    services.send(draft, by=cast.amir, revision=1, reviewers=[cast.ingrid])
    client.force_login(cast.ingrid.user)
    assert client.get(url(routine, "utkast/")).status_code == 200
    assert client.get(url(routine, "utkast/skriv/")).status_code == 403
    assert client.get(url(routine, "utkast/godkjenn/")).status_code == 403
    client.force_login(cast.tor_erik.user)
    assert client.get(url(routine, "utkast/")).status_code == 404


def test_safety_representative_is_always_asked_where_the_law_says(cast, inside):
    routine = begin(cast)
    draft = draft_of(routine)
    services.send(draft, by=cast.amir, revision=1)
    assert [review.reviewer for review in Review.objects.all()] == [cast.kari]
    assert Assignment.objects.get(kind=Kind.REVIEW).assignee == cast.kari


def test_without_representative_nobody_approves_without_a_reason(cast, inside):
    RoleHolding.objects.filter(employee__in=[cast.kari, cast.vigdis]).delete()
    draft = draft_of(begin(cast))
    services.send(draft, by=cast.amir, revision=1)
    draft.refresh_from_db()
    assert draft.state == DraftState.APPROVAL
    with pytest.raises(NotReady):
        services.approve(draft, by=cast.helene)
    services.approve(draft, by=cast.helene, note="Valget er i januar.")
    assert Version.objects.get().approved_by == cast.helene


def test_disagreement_must_be_answered(cast, inside):
    draft = draft_of(begin(cast))
    services.send(draft, by=cast.amir, revision=1)
    review_as(cast.kari, draft, Opinion.DISAGREE, "Fem minutter er for lite.")
    draft.refresh_from_db()
    assert draft.state == DraftState.REVIEW
    services.to_approval(draft, by=cast.amir)
    with pytest.raises(NotReady):
        services.approve(draft, by=cast.helene)
    services.approve(draft, by=cast.helene, note="Bedriftshelsetjenesten sier fem.")
    assert Routine.objects.get().state == State.PUBLISHED


def test_owner_does_not_approve_their_own_text(cast, inside, client):
    routine = begin(cast)
    draft = draft_of(routine)
    services.send(draft, by=cast.amir, revision=1)
    review_as(cast.kari, draft)
    client.force_login(cast.amir.user)
    assert client.post(url(routine, "utkast/godkjenn/"), {"note": ""}).status_code == 403
    draft.refresh_from_db()
    assert draft.approval.assignee == cast.helene


def test_named_approver_goes_before_the_superior(cast, inside):
    routine = begin(cast)
    services.change_routine(routine, by=cast.amir, approver=cast.sunniva)
    assert services.approver_of(routine, author=cast.amir) == cast.sunniva
    # Not when they wrote it themself.
    assert services.approver_of(routine, author=cast.sunniva) == cast.helene


def test_what_was_said_of_an_earlier_text_does_not_stand(cast, inside):
    draft = draft_of(begin(cast))
    services.send(draft, by=cast.amir, revision=1)
    review_as(cast.kari, draft)
    services.send_back(draft, by=cast.helene, reason="Telefonnummeret mangler.")
    draft.refresh_from_db()
    services.save_draft(draft, by=cast.amir, revision=draft.revision, text=TEXT + "\n116 117\n")
    services.send(draft, by=cast.amir, revision=draft.revision)
    draft.refresh_from_db()
    assert draft.state == DraftState.REVIEW
    assert Review.objects.filter(draft=draft, round=2, answered_at__isnull=True).count() == 1
    old = Review.objects.get(draft=draft, round=1)
    with pytest.raises(InvalidTransition):
        services.answer_review(old, by=cast.kari, opinion=Opinion.DISAGREE, comment="Nei")


def test_text_stands_still_while_others_look_at_it(cast, inside):
    draft = draft_of(begin(cast))
    services.send(draft, by=cast.amir, revision=1)
    with pytest.raises(InvalidTransition):
        services.save_draft(draft, by=cast.amir, revision=1, text="Noe annet")


def test_empty_draft_is_not_sent(cast, inside):
    draft = draft_of(begin(cast, text="  \n"))
    with pytest.raises(NotReady):
        services.send(draft, by=cast.amir, revision=1)


def test_new_version_must_say_what_is_new(cast, inside):
    routine = publish(cast)
    draft = services.begin_draft(routine, by=cast.amir)
    with pytest.raises(NotReady):
        services.send(draft, by=cast.amir, revision=draft.revision)


@pytest.mark.parametrize("verb", ["approve", "to_approval", "send"])
def test_verbs_do_nothing_twice(cast, inside, verb):
    draft = draft_of(begin(cast))
    pass_through(cast, draft)
    draft.refresh_from_db()
    calls = {
        "approve": lambda: services.approve(draft, by=cast.helene),
        "to_approval": lambda: services.to_approval(draft, by=cast.amir),
        "send": lambda: services.send(draft, by=cast.amir, revision=draft.revision),
    }
    with pytest.raises(InvalidTransition):
        calls[verb]()
    assert Version.objects.count() == 1


def test_version_is_never_changed_or_removed(cast, inside):
    version = publish(cast).current
    for attempt in (
        lambda: Version.objects.filter(pk=version.pk).update(text="Noe annet"),
        lambda: Version.objects.filter(pk=version.pk).delete(),
        version.save,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    version.refresh_from_db()
    assert version.text == TEXT


def test_not_even_the_databases_owner_changes_a_version(cast, inside):
    version = publish(cast).current
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("UPDATE routines_version SET text = 'x' WHERE id = %s", [version.pk])


def test_scheduled_version_waits_for_its_day(cast, inside):
    later = timezone.localdate() + datetime.timedelta(days=5)
    routine = publish(cast, valid_from=later)
    assert routine.state == State.DRAFT
    assert services.publish_due(later - datetime.timedelta(days=1)) == 0
    assert services.publish_due(later) == 1
    routine.refresh_from_db()
    assert routine.state == State.PUBLISHED
    assert routine.current.valid_from == later
    assert services.publish_due(later) == 0


def test_approved_version_can_be_taken_back_before_its_day(cast, inside):
    later = timezone.localdate() + datetime.timedelta(days=5)
    routine = publish(cast, valid_from=later)
    services.send_back(draft_of(routine), by=cast.amir, reason="Vi venter med denne.")
    assert services.publish_due(later) == 0
    assert not Version.objects.exists()


def test_older_version_is_taken_up_as_a_draft(cast, inside):
    routine = publish(cast)
    publish(cast, routine, text="Ny tekst\n")
    first = Version.objects.get(number=1)
    draft = services.begin_draft(routine, by=cast.amir, base=first)
    assert draft.text == TEXT
    assert draft.base == first
    # A draft that is open is not written over.
    assert services.begin_draft(routine, by=cast.amir) == draft


def test_archived_routine_is_read_and_not_asked_for(cast, inside, client):
    routine = publish(cast)
    services.turn()
    services.archive(routine, by=cast.amir, reason="Erstattet av en annen.")
    services.turn()
    assert not Assignment.objects.filter(state="open", kind=Kind.READ).exists()
    assert not Assignment.objects.filter(state__in=["open", "planned"], kind=Kind.REVISE).exists()
    client.force_login(cast.ingrid.user)
    assert "Erstattet av en annen" in client.get(url(routine)).content.decode()
    assert client.get(url(routine, "v/1/")).status_code == 200
    assert "Stikkskader" not in client.get("/fjellvik/rutiner/").content.decode()
    assert "Stikkskader" in client.get("/fjellvik/rutiner/?vis=arkiv").content.decode()
    assert client.post(url(routine, "lest/"), {"version": 1}).status_code == 409
    services.bring_back(routine, by=cast.sunniva)
    assert Routine.objects.get().state == State.PUBLISHED


def test_owner_is_asked_to_revise_in_time(cast, inside):
    routine = publish(cast)
    due = routine.revision.due_on
    assert due > timezone.localdate() + datetime.timedelta(days=360)
    assert services.start_revisions(due - datetime.timedelta(days=90)) == 0
    assert services.start_revisions(due - datetime.timedelta(days=30)) == 1
    task = Assignment.objects.get(kind=Kind.REVISE)
    assert (task.state, task.assignee) == ("open", cast.amir)
    services.still_right(routine, by=cast.amir, comment="Ringt legevakta og sjekket nummeret.")
    task.refresh_from_db()
    assert task.state == "done"
    assert Assignment.objects.get(kind=Kind.REVISE, state="planned").due_on > timezone.localdate()


def test_two_who_write_at_once_lose_nothing(cast, client):
    with tenant(cast.fjellvik):
        routine = begin(cast)
    client.force_login(cast.amir.user)
    sent = {"title": routine.title, "text": "Amirs tekst", "valid_from": "", "revision": 1}
    assert client.post(url(routine, "utkast/skriv/"), sent).status_code == 303
    client.force_login(cast.sunniva.user)
    answer = client.post(url(routine, "utkast/skriv/"), {**sent, "text": "Sunnivas tekst"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Amirs" in page
    assert "Sunnivas tekst" in page
    assert "Amir Hosseini" in page
    # What is autosaved tells, and overwrites nothing.
    assert client.post(url(routine, "utkast/lagre/"), {**sent, "text": "Sunnivas tekst"}).status_code == 422
    with tenant(cast.fjellvik):
        assert draft_of(routine).text == "Amirs tekst"
    # Having seen both, she saves what she has put together.
    assert client.post(url(routine, "utkast/skriv/"), {**sent, "text": "Begge", "revision": 2}).status_code == 303


def test_own_text_sent_twice_is_no_conflict(cast, inside):
    draft = draft_of(begin(cast))
    assert services.save_draft(draft, by=cast.amir, revision=1, text="Ny")
    assert not services.save_draft(draft, by=cast.amir, revision=1, text="Ny")
    with pytest.raises(StaleDraft):
        services.save_draft(draft, by=cast.sunniva, revision=1, text="Ny")


def test_only_leaders_begin_routines_and_only_where_they_lead(cast, client):
    client.force_login(cast.ingrid.user)
    assert client.get("/fjellvik/rutiner/ny/").status_code == 403
    client.force_login(cast.piotr.user)
    form = {"title": "Fallsikring", "category": "equipment", "owner": cast.piotr.pk}
    assert client.post("/fjellvik/rutiner/ny/", {**form, "unit": cast.solbakken.pk}).status_code == 422
    assert client.post("/fjellvik/rutiner/ny/", {**form, "unit": cast.teknisk.pk}).status_code == 303
    with tenant(cast.fjellvik):
        assert Draft.objects.get().author == cast.piotr


def test_another_organisation_sees_nothing(cast, client):
    with tenant(cast.fjellvik):
        routine = publish(cast)
    client.force_login(cast.olav.user)
    assert client.get(url(routine)).status_code == 404
    assert client.get(f"/havbris/rutiner/{routine.slug}/").status_code == 404
    assert "Stikkskader" not in client.get("/havbris/rutiner/?q=stikkskader").content.decode()


@pytest.mark.parametrize(
    ("tail", "data"),
    [
        ("forvalt/", {}), ("gjelder/", {}), ("arkiver/", {"reason": "x"}), ("hent-fram/", {}), ("utkast/nytt/", {}),
        ("lesere/purr/", {}), ("lesere/ark/", {}), ("lesere/papir/", {}), ("revider/", {}),
    ],
)  # fmt: skip
def test_readers_change_nothing_about_a_routine(cast, client, tail, data):
    with tenant(cast.fjellvik):
        routine = publish(cast)
    client.force_login(cast.ingrid.user)
    assert client.post(url(routine, tail), data).status_code == 403
