"""The demo is a life that the product could have lived: every case's events lead to its state."""

import datetime
import itertools
import tempfile
from collections import defaultdict
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.test import TestCase, override_settings
from django.utils import timezone
from stdnum.no import orgnr

from dashboard.demo.load import load
from dashboard.demo.situations import all_situations
from deviations.enums import Category, Cause, Ending, LinkKind, ReporterKind, State
from deviations.models import (
    CaseLink,
    Deviation,
    GoodExample,
    Hearing,
    HoursWorked,
    Injury,
    NavReport,
    NoticeList,
    Rating,
    WorkStop,
)
from deviations.selectors import helpfulness, names_in, reporters_words_in, visible_to
from hms.accounts.demo import DEMO_PASSWORD, SIGN_INS
from hms.accounts.models import User
from hms.actions.enums import ControlLevel, Opinion, PlanState
from hms.actions.models import ActionPlan, Statement
from hms.actions.selectors import has_open_actions
from hms.assignments.enums import Kind
from hms.assignments.enums import State as AssignmentState
from hms.assignments.models import Assignment
from hms.assignments.selectors import free_for
from hms.audit.models import Event
from hms.files.models import Attachment
from hms.notifications.models import Delivery, Notification
from hms.notifications.rendering import render
from hms.notifications.selectors import dead_addresses
from hms.organisations.enums import Role
from hms.organisations.models import Employee, Membership, Organisation, RoleHolding, Unit
from hms.tenancy.scope import tenant
from routines.models import Routine
from routines.selectors import adoption_of, news_for, shared_templates


def test_the_written_situations_use_known_words() -> None:
    """A slip of the pen in a text file must not reach the database."""
    for situation in all_situations():
        assert situation.category in Category.values, situation.reports
        assert set(situation.causes) <= set(Cause.values), situation.reports
        assert {measure.level for measure in situation.actions} <= set(ControlLevel.values), situation.reports
        assert situation.answer.strip(), situation.reports
    municipal = [situation for situation in all_situations() if situation.kinds != ["construction"]]
    assert len(municipal) >= 90
    assert len(all_situations()) - len(municipal) >= 30


@override_settings(DEMO=True)
class DemoTest(TestCase):
    """Everything is loaded once; the questions are asked as the serving role."""

    now: datetime.datetime
    first: list[tuple]

    @classmethod
    def setUpTestData(cls) -> None:
        # Late in the evening, when the mails that a newcomer should find are oldest.
        yesterday = timezone.localtime() - datetime.timedelta(days=1)
        cls.now = yesterday.replace(hour=23, minute=50)
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        storages = settings.STORAGES | {
            "default": {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": folder},
            }
        }
        with override_settings(
            STORAGES=storages, PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"], DEMO=True
        ):
            with transaction.atomic():
                load(cls.now)
                cls.first = _told()
                transaction.set_rollback(True)
            load(cls.now)
        cls.fjellvik = Organisation.objects.get(slug="fjellvik")
        cls.havbris = Organisation.objects.get(slug="havbris")

    def setUp(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'SET ROLE "{settings.APP_ROLE}"')
            self.addCleanup(self._reset_role)

    @staticmethod
    def _reset_role() -> None:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")

    def test_a_municipality_and_a_builder(self) -> None:
        sizes = {}
        for organisation in (self.fjellvik, self.havbris):
            assert orgnr.is_valid(organisation.organisation_number)
            with tenant(organisation):
                sizes[organisation.slug] = (
                    Unit.objects.count(),
                    Employee.objects.count(),
                    Deviation.objects.count(),
                )
        assert sizes == {"fjellvik": (25, 407, 322), "havbris": (7, 40, 60)}

    def test_a_company_follows_what_the_municipality_shares(self) -> None:
        company = Organisation.objects.get(slug="fjellvik-vekst")
        with tenant(company):
            routine = Routine.objects.get()
            news = news_for(routine, adoption_of(routine))
            assert news is not None
            assert not news.merged.conflicts
            assert "også i ferien" in news.merged.text()
            assert "på tavla ved stempleuret" in news.merged.text()
            assert list(shared_templates()) == [routine.slug]
        with tenant(self.havbris):
            assert shared_templates() == {}

    def test_the_same_on_every_load(self) -> None:
        self._reset_role()
        assert _told() == self.first

    def test_events_lead_to_the_state_of_everything(self) -> None:
        for organisation in (self.fjellvik, self.havbris):
            with tenant(organisation):
                self._walk(Deviation, State.NEW)
                self._walk(ActionPlan, PlanState.DRAFT)
                self._walk(Assignment, None)

    def _walk(self, model: type[models.Model], start: str | None) -> None:
        moves = defaultdict(list)
        for event in Event.objects.filter(object_type=model._meta.label_lower, data__has_key="from").order_by(
            "at", "id"
        ):
            if event.verb != "assignment.due_date_changed" and event.verb != "assignment.extension_requested":
                moves[event.object_id].append((event.data["from"], event.data["to"]))
        for obj in model.objects.all():
            state = start or (moves[obj.pk][0][0] if moves[obj.pk] else obj.state)
            for was, to in moves[obj.pk]:
                assert was == state, (obj, moves[obj.pk])
                assert to in model.MOVES[was], (obj, was, to)
                state = to
            assert state == obj.state, (obj, moves[obj.pk])

    def test_reporters_have_said_what_they_think_and_others_learn(self) -> None:
        for organisation, least in ((self.fjellvik, 60), (self.havbris, 10)):
            with tenant(organisation):
                ratings = Rating.objects.select_related("deviation")
                assert ratings.count() >= least
                for rating in ratings:
                    assert rating.deviation.state == State.CLOSED
                    assert rating.closed_at == rating.deviation.closed_at
                    assert not rating.deviation.is_confidential
                assert helpfulness(Deviation.objects.all()).percent > 50
                examples = GoodExample.objects.select_related("deviation__rating")
                assert examples
                for example in examples:
                    assert example.deviation.rating.may_share
                    texts = " ".join([example.title, example.problem, example.done, example.better])
                    assert names_in(texts, example.deviation) == []
                    assert reporters_words_in(texts, example.deviation) == ""

    def test_every_closed_case_is_answered_and_finished(self) -> None:
        for organisation in (self.fjellvik, self.havbris):
            with tenant(organisation):
                closed = Deviation.objects.filter(state=State.CLOSED, ending="").select_related("handling", "plan")
                assert closed
                for case in closed:
                    assert len(case.answer) > 40
                    assert not has_open_actions(case.plan)
                    assert case.handling.state == AssignmentState.DONE
                    assert case.received_at <= case.first_answered_at <= case.closed_at
                assert all(
                    case.handling.state == AssignmentState.OPEN
                    for case in Deviation.objects.exclude(state=State.CLOSED).select_related("handling")
                )

    def test_nothing_is_in_the_future_or_before_the_report(self) -> None:
        for organisation in (self.fjellvik, self.havbris):
            with tenant(organisation):
                assert not Event.objects.filter(at__gt=self.now).exists()
                assert not Notification.objects.filter(created_at__gt=self.now).exists()
                reported = dict(Deviation.objects.values_list("id", "reported_at"))
                for event in Event.objects.filter(root_type="deviations.deviation"):
                    assert event.at >= reported[event.root_id]

    def test_numbers_follow_the_dates(self) -> None:
        with tenant(self.fjellvik):
            cases = list(Deviation.objects.order_by("year", "sequence").values_list("reported_at", flat=True))
        # An anonymous report is blurred to the day.
        days = [moment.date() for moment in cases]
        assert all(earlier <= later + datetime.timedelta(days=1) for earlier, later in itertools.pairwise(days))

    def test_every_state_of_the_work_is_there(self) -> None:
        with tenant(self.fjellvik):
            assert set(Deviation.objects.values_list("state", flat=True)) == set(State.values)
            assert set(ActionPlan.objects.values_list("state", flat=True)) >= {
                PlanState.DRAFT, PlanState.SENT, PlanState.RUNNING, PlanState.DONE, PlanState.CLOSED,
            }  # fmt: skip
            assert set(Deviation.objects.values_list("reporter_kind", flat=True)) == {
                ReporterKind.EMPLOYEE, ReporterKind.NAMED, ReporterKind.ANONYMOUS,
            }  # fmt: skip
            dissent = Statement.objects.filter(opinion=Opinion.DISAGREE)
            assert {bool(statement.reply) for statement in dissent} == {True, False}
            assert Event.objects.filter(verb="deviation.reopened").count() >= 2
            today = timezone.localdate()
            assert Assignment.objects.filter(kind=Kind.ACTION, state=AssignmentState.OPEN, due_on__lt=today).exists()
            assert Attachment.objects.count() == 3
        with tenant(self.havbris):
            assert set(Deviation.objects.values_list("state", flat=True)) == set(State.values)

    def test_the_injured_are_in_the_register_and_authorities_are_being_told(self) -> None:
        for organisation, least in ((self.fjellvik, 15), (self.havbris, 2)):
            with tenant(organisation):
                injuries = Injury.objects.select_related("deviation")
                assert injuries.count() >= least
                assert all(injury.deviation.received_at <= injury.recorded_at <= self.now for injury in injuries)
                assert not any(injury.deviation.is_confidential for injury in injuries)
                for case in Deviation.objects.all():
                    assert case.open_notices == case.notices.filter(settled_at=None).count()
                for report in NavReport.objects.select_related("assignment"):
                    assert report.is_settled == (report.assignment.state == AssignmentState.DONE)
                assert HoursWorked.objects.filter(unit=None).count() == 12 + self.now.month - 1
        with tenant(self.fjellvik):
            checklist = NoticeList.objects.select_related("assignment").get(is_serious=True)
            assert checklist.assignment.state == AssignmentState.OPEN
            assert checklist.assignment.is_critical
            told = Notification.objects.filter(type="deviations.serious").values_list(
                "recipient__given_name", flat=True
            )
            assert {"Sunniva", "Ragnhild"} <= set(told)

    def test_cases_end_in_other_ways_too_and_have_others_around_them(self) -> None:
        with tenant(self.fjellvik):
            ended = {case.ending: case for case in Deviation.objects.exclude(ending="").select_related("handling")}
            assert set(ended) == set(Ending.values)
            assert all(case.handling.state == AssignmentState.DONE for case in ended.values())
            assert ended[Ending.MERGED].merged_into.title == "Løst rekkverk i trapp B"
            assert CaseLink.objects.filter(kind=LinkKind.RECURRENCE).exists()
            assert Hearing.objects.get().is_open
        with tenant(self.havbris):
            assert WorkStop.objects.get().lifted_at is None
            assert Notification.objects.filter(type="deviations.work_stopped").exists()

    def test_the_hand_rail_waits_for_kari(self) -> None:
        with tenant(self.fjellvik):
            case = Deviation.objects.get(title="Løst rekkverk i trapp B")
            assert case.plan.state == PlanState.SENT
            assert case.plan.statement_assignment.assignee.given_name == "Kari"
            actions = {
                action.title: (action.assignment.assignee.given_name, action.assignment.state)
                for action in case.plan.actions.select_related("assignment__assignee")
            }
            assert actions == {
                "Sperr trapp B og sett opp skilt": ("Tor Erik", AssignmentState.DONE),
                "Fest rekkverket med nye skruer og test det": ("Tor Erik", AssignmentState.OPEN),
                "Sjekk at trapp A er fri så lenge trapp B er sperret": ("Amir", AssignmentState.OPEN),
                "Lag sjekkliste for ferdig arbeid": ("Amir", AssignmentState.PLANNED),
            }
            free = Assignment.objects.get(title__startswith="Sjekk at trapp A")
            assert free.open_offer.name == "Brannvernledere"
            assert free in free_for(Employee.objects.get(given_name="Ingrid", family_name="Solheim"))
            assert Attachment.objects.filter(owner_id=case.pk, owner_kind="deviations.deviation").exists()

    def test_confidential_cases_are_closed_to_others(self) -> None:
        with tenant(self.fjellvik):
            about = Deviation.objects.get(concerns__isnull=False)
            assert about.concerns.given_name == "Astrid"
            assert about.handling.assignee.given_name == "Jan Petter"
            assert about not in visible_to(about.concerns)
            senior = Employee.objects.get(given_name="Vigdis")
            for case in Deviation.objects.filter(is_confidential=True):
                assert case not in visible_to(senior)
                assert case.title not in {case.handling.title, case.plan.title if case.plan else ""}
                # An ordinary case may have been named before it was made confidential.
                told = Event.objects.filter(root_id=case.pk, root_type="deviations.deviation", at__gt=case.received_at)
                assert all(case.title not in str(event.data) for event in told)

    def test_nobody_is_named_behind_an_anonymous_case(self) -> None:
        with tenant(self.fjellvik):
            for case in Deviation.objects.filter(reporter_kind=ReporterKind.ANONYMOUS):
                said = Event.objects.get(
                    object_type="deviations.deviation", object_id=case.pk, verb="deviation.reported"
                )
                assert said.actor is None
                assert timezone.localtime(case.reported_at).hour == 0
                assert case.receipt_hash
                assert not Notification.objects.filter(type="deviations.receipt", about_id=case.pk).exists()

    def test_only_fresh_messages_wait_to_be_sent(self) -> None:
        for organisation in (self.fjellvik, self.havbris):
            with tenant(organisation):
                # Leaders have had their summaries on the first morning of the week and of the month.
                waiting = Delivery.objects.filter(state="queued").select_related("notification")
                waiting = waiting.exclude(notification__type__startswith="summaries.")
                assert 1 <= waiting.count() <= 30
                assert all(self.now - row.notification.created_at < datetime.timedelta(hours=17) for row in waiting)
                assert Notification.objects.count() > 5 * waiting.count()

    def test_one_address_does_not_work_and_it_is_nobodys_that_a_newcomer_plays(self) -> None:
        with tenant(self.fjellvik):
            [dead] = dead_addresses()
            assert dead.employee.email not in {address for address, _who in SIGN_INS}
            states = list(
                Delivery.objects.filter(notification__recipient=dead.employee).values_list("state", flat=True)
            )
            assert sorted(states) == ["bounced", "bounced", "failed", "failed"]
            assert Notification.objects.get(type="notifications.dead_addresses").recipient.given_name == "Bjarte"

    def test_kari_and_tor_erik_have_mail_to_answer(self) -> None:
        with tenant(self.fjellvik):
            plan = ActionPlan.objects.get(title="Løst rekkverk i trapp B")
            asked = Delivery.objects.get(
                notification__about_id=plan.statement_assignment_id, notification__about_type="assignments.assignment"
            )
            assert render(asked).to == ["kari.lunde@fjellvik.example"]
            task = Assignment.objects.get(title="Fest rekkverket med nye skruer og test det")
            delivery = Delivery.objects.get(
                notification__about_id=task.pk, notification__about_type="assignments.assignment"
            )
            mail = render(delivery)
        assert mail.to == ["tor.erik.moen@fjellvik.example"]
        assert "/fjellvik/t/" in mail.body

    def test_leaders_have_had_their_summaries(self) -> None:
        with tenant(self.fjellvik):
            told = Delivery.objects.filter(notification__type__startswith="summaries.").select_related(
                "notification__recipient__user", "notification__organisation"
            )
            sent = {(row.notification.type, row.notification.recipient.given_name): row for row in told}
            played = {("summaries.week", "Amir"), ("summaries.week", "Ragnhild"), ("summaries.month", "Ragnhild")}
            # The leader who is away has a deputy, who is told when there is something.
            assert played <= set(sent) <= played | {("summaries.week", "Linnea")}
            assert all("/fjellvik/oppsummering/" in render(sent[name]).body for name in played)
            assert Notification.objects.filter(type="summaries.week").count() > 10

    def test_the_sign_ins_work_and_one_belongs_to_both(self) -> None:
        for address, _who in SIGN_INS:
            assert User.objects.get(email=address).check_password(DEMO_PASSWORD)
        consultant = User.objects.get(email="elin.fosseng@friskbht.example")
        assert set(Membership.objects.filter(user=consultant).values_list("organisation__slug", flat=True)) == {
            "fjellvik",
            "havbris",
        }
        for organisation in (self.fjellvik, self.havbris):
            with tenant(organisation):
                assert RoleHolding.objects.get(role=Role.CONSULTANT).ends_on is not None

    def test_loading_again_does_nothing(self) -> None:
        self._reset_role()
        before = Deviation.objects.count()
        out = StringIO()
        call_command("load_demo", stdout=out)
        assert "already" in out.getvalue()
        assert Deviation.objects.count() == before


@override_settings(DEMO=False)
def test_nothing_invented_is_loaded_outside_a_demo() -> None:
    with pytest.raises(CommandError, match="not a demo"):
        call_command("load_demo")


def _told() -> list[tuple]:
    """What a person would see of all cases, without the ids of the day."""
    return list(
        Deviation.objects.order_by("organisation__slug", "year", "sequence").values_list(
            "organisation__slug", "year", "sequence", "title", "reported_at", "state", "plan__state", "reporter__email",
            "handling__due_on", "closed_at", "version",
        )
    )  # fmt: skip
