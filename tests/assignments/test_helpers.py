"""Co-helpers: they see and say, and answer for nothing."""

import datetime
import io

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from hms.assignments import selectors, services
from hms.assignments.enums import NoteKind
from hms.assignments.escalation import Line
from hms.assignments.models import Assignment, Helper, Note
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.files.models import Attachment
from hms.notifications.models import Notification
from hms.organisations import services as organisations
from hms.tenancy.scope import tenant

LIST = "/fjellvik/oppgaver/"


def as_(employee):
    client = Client()
    client.force_login(employee.user)
    return client


def told(type_key):
    return [n.recipient.given_name for n in Notification.objects.filter(type=f"assignments.{type_key}").order_by("id")]


@pytest.fixture
def helped(cast, give):
    """Tor Erik's task, with which Ingrid helps."""
    task = give()
    with tenant(cast.fjellvik):
        services.add_helper(task, cast.ingrid, by=cast.amir)
    return task


def test_a_helper_is_told_once_and_sees_the_task(cast, helped):
    with tenant(cast.fjellvik):
        services.add_helper(helped, cast.ingrid, by=cast.tor_erik)
        assert told("helper_added") == ["Ingrid"]
        assert Helper.objects.count() == Event.objects.filter(verb="assignment.helper_added").count() == 1
        assert helped in selectors.visible_to(cast.ingrid)
        assert list(selectors.helped_by(cast.ingrid)) == [helped]
        assert selectors.my_open_count(cast.ingrid) == 0
        # The ladder knows the assignee alone.
        assert Line(timezone.localdate()).readers(helped) == [cast.tor_erik]
    page = as_(cast.ingrid).get(f"{LIST}?vis=hjelper").content.decode()
    assert helped.title in page
    assert "Tor Erik Moen er ansvarlig" in page
    assert "Ingrid Solheim" in as_(cast.tor_erik).get(f"{LIST}{helped.pk}/").content.decode()


def test_a_helper_says_something_with_a_picture(cast, helped):
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(stream, "JPEG")
    stream.seek(0)
    stream.name = "trapp.jpg"
    client = as_(cast.ingrid)
    data = {"text": "Boltene ligger i bua", "photos": [stream]}
    assert client.post(f"{LIST}{helped.pk}/kommentar/", data).status_code == 303
    with tenant(cast.fjellvik):
        note = Note.objects.get()
        assert (note.kind, note.author, note.text) == (NoteKind.COMMENT, cast.ingrid, "Boltene ligger i bua")
        assert Attachment.objects.get().owner_id == helped.pk
        assert told("helper_commented") == ["Tor Erik"]
        assert "Boltene" not in str(list(Event.objects.values_list("data", flat=True)))
    assert "Boltene ligger i bua" in as_(cast.tor_erik).get(f"{LIST}{helped.pk}/").content.decode()
    empty = client.post(f"{LIST}{helped.pk}/kommentar/", {"text": " "})
    assert empty.status_code == 422
    assert empty.context["comment_form"].errors.keys() == {"text"}


def test_a_helper_answers_for_nothing(cast, helped):
    client = as_(cast.ingrid)
    address = f"{LIST}{helped.pk}/"
    assert 'name="answer"' not in client.get(address).content.decode()
    assert client.post(address, {"answer": "done"}).status_code == 403
    assert client.get(f"{address}overlat/").status_code == 403
    assert client.get(f"{address}frist/").status_code in {200, 403}
    assert client.get(f"{address}hjelp/").status_code == 403
    assert client.post(f"{address}hjelp/{cast.ingrid.pk}/fjern/").status_code == 403
    with tenant(cast.fjellvik):
        helped.refresh_from_db()
        assert helped.state == "open"


# Piotr leads Tor Erik, Ragnhild leads everybody, Sunniva is the HSE manager.
@pytest.mark.parametrize(
    ("who", "add", "comment"),
    [
        ("tor_erik", 200, 403), ("amir", 200, 403), ("piotr", 200, 403), ("ragnhild", 200, 403),
        ("sunniva", 200, 403), ("ingrid", 403, 303), ("kari", 404, 404), ("helene", 404, 404), ("admin", 404, 404),
    ],
)  # fmt: skip
def test_who_may_ask_for_help_and_who_may_comment(cast, helped, who, add, comment):
    client = as_(getattr(cast, who))
    assert client.get(f"{LIST}{helped.pk}/hjelp/").status_code == add
    assert client.post(f"{LIST}{helped.pk}/kommentar/", {"text": "Hei"}).status_code == comment
    if add == 200:
        assert client.post(f"{LIST}{helped.pk}/hjelp/", {"employee": cast.kari.pk}).status_code == 303
        assert client.post(f"{LIST}{helped.pk}/hjelp/{cast.ingrid.pk}/fjern/").status_code == 303
        with tenant(cast.fjellvik):
            assert [helper.employee for helper in selectors.helpers_of(helped)] == [cast.kari]


def test_helpers_stay_when_it_is_passed_on_and_when_it_is_done(cast, helped):
    with tenant(cast.fjellvik):
        services.add_helper(helped, cast.piotr, by=cast.amir)
        services.hand_over(helped, to=cast.piotr, by=cast.amir)
        # Who has the work does not help with it too.
        assert [helper.employee for helper in selectors.helpers_of(helped)] == [cast.ingrid]
        services.complete(helped, by=cast.piotr)
        helper = selectors.helpers_of(helped).get()
        with pytest.raises(InvalidTransition):
            services.remove_helper(helper, by=cast.amir)
        assert not selectors.helped_by(cast.ingrid).exists()
    assert as_(cast.ingrid).post(f"{LIST}{helped.pk}/kommentar/", {"text": "Hei"}).status_code == 409


def test_who_has_left_helps_no_more_and_is_in_the_record(cast, helped):
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    with tenant(cast.fjellvik):
        organisations.end_employment(cast.ingrid, last_day=yesterday, by=cast.admin)
        assert not selectors.helpers_of(helped).exists()
        services.complete(helped, by=cast.tor_erik)
        assert selectors.helpers_of(helped).get().employee == cast.ingrid


def test_with_what_is_confidential_only_those_help_who_may_know(cast, give, unit_source):
    from hms.organisations.models import Employee

    # The «case» is the requester, and everybody may know of people; a case that nobody may know of is not registered.
    task = give(confidential=True)
    with tenant(cast.fjellvik):
        task._root_object = Assignment.objects.get(pk=task.pk)
        with pytest.raises(ValueError, match="may know"):
            services.add_helper(task, cast.ingrid, by=cast.amir)
        task = Assignment.objects.get(pk=task.pk)
        task._root_object = Employee.objects.get(pk=cast.amir.pk)
        services.add_helper(task, cast.ingrid, by=cast.amir)
        assert task in selectors.visible_to(cast.ingrid)
        row = Notification.objects.get(type="assignments.helper_added")
        assert row.parameters["title"] == row.parameters["mail_title"] == ""


def test_what_becomes_confidential_is_helped_with_by_nobody(cast, helped):
    with tenant(cast.fjellvik):
        services.make_confidential(helped, title="2026-0001")
        assert not Helper.objects.exists()
        assert helped not in selectors.visible_to(cast.ingrid)


def test_whoever_it_is_about_cannot_be_asked(cast, give, unit_source):
    unit_source(kept_from=lambda assignment: {cast.ingrid.pk})
    task = give()
    with tenant(cast.fjellvik), pytest.raises(ValueError, match="may know"):
        services.add_helper(task, cast.ingrid, by=cast.amir)
    response = as_(cast.amir).post(f"{LIST}{task.pk}/hjelp/", {"employee": cast.ingrid.pk})
    assert response.status_code == 422


def test_helpers_of_another_organisation_are_not_there(cast, helped):
    with tenant(cast.havbris):
        assert not Helper.objects.exists()
    assert as_(cast.amir).post(f"{LIST}{helped.pk}/hjelp/", {"employee": cast.olav.pk}).status_code == 422
