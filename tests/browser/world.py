"""Something of everything in Fjellvik, so that every page has something to show."""

import datetime
import uuid
from dataclasses import replace
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from deviations import services as cases
from deviations.enums import CommentVisibility, ReporterKind, Severity
from deviations.importing import services as case_imports
from deviations.injury_enums import InjuryOutcome
from deviations.models import Deviation, Notice
from hms.actions import services as plans
from hms.actions.enums import ActionKind, Opinion
from hms.actions.models import Action
from hms.assignments import services as assignments
from hms.assignments.feeds import make_feed
from hms.assignments.models import ActionLink, Assignment
from hms.assignments.target import Target
from hms.core.tabular import read_table
from hms.files.services import attach
from hms.notifications.enums import DeadReason
from hms.notifications.models import DeadAddress
from hms.notifications.rules import fingerprint
from hms.notifications.selectors import address_of
from hms.organisations.services import absences, groups, imports, invitations, setup, units
from hms.reports.models import ReportJob
from hms.tenancy.scope import tenant
from hms.tenancy.storage import store
from routines import services as routines
from routines.exchange.bringing import Brought
from routines.library import templates
from tests.cast import Cast, make_employee
from tests.deviations.helpers import add_action, report
from tests.routines import helpers as written
from tests.routines.kin import havbris_under_fjellvik
from tests.training.helpers import make, teach
from training import services as trainings

LONG = "Rekkverket i trapp B løsnet da jeg tok i det, og hele feltet mot Arbeidsmiljøutvalgssekretariatet er løst."


class World:
    """Cases in every state, tasks, links, imports: made by the cast through the services."""

    def __init__(self, cast: Cast, picture: str) -> None:
        self.cast = cast
        self.today = timezone.localdate()
        self.affiliation = havbris_under_fjellvik(cast)
        with tenant(cast.fjellvik):
            self._cases(picture)
            self._links()
            self._settings()
            self._imports()
            self._reports()
            self._views()
            self._around()
            self._routines()
            self._trainings()

    # --- cases ---

    def _case(self, text: str, **fields: Any) -> Deviation:
        case = report(self.cast, text, **fields)
        cases.receive(case, by=self.cast.amir)
        return case

    def _sent(self, text: str, **fields: Any) -> Action:
        action = add_action(self.cast, self._case(text), **fields)
        plans.send_to_safety_rep(action.plan, to=self.cast.kari, by=self.cast.amir)
        return action

    def _decided(self, text: str, **fields: Any) -> Action:
        action = self._sent(text, **fields)
        plans.give_statement(action.plan, opinion=Opinion.APPROVE, comment="Bra.", by=self.cast.kari)
        plans.decide(action.plan, organisation=self.cast.fjellvik, by=self.cast.amir)
        action.assignment.refresh_from_db()
        return action

    def _cases(self, picture: str) -> None:
        cast = self.cast
        self.new = report(cast, LONG, severity=Severity.VERY_SERIOUS)
        with open(picture, "rb") as file:
            attach(SimpleUploadedFile("trapp.jpg", file.read()), owner=self.new, by=cast.ingrid)
        self.file = attach(SimpleUploadedFile("notat.txt", b"Hei"), owner=self.new, by=cast.ingrid)
        self.taken = self._case("Lyset i gangen blinker.")
        cases.analyse(
            self.taken, by=cast.amir, version=self.taken.version,
            why=["Røret er gammelt", "Ingen bytter rør"], causes=["equipment", "routine"],
        )  # fmt: skip
        cases.draw_fishbone(
            self.taken, by=cast.amir, version=self.taken.version,
            bones={"equipment": ["Røret er gammelt"], "routine": ["Ingen bytter rør", "Ingen liste"], "human": ["Glemt"]},
        )  # fmt: skip
        cases.estimate_cost(self.taken, by=cast.amir, amount=12_000, lost_days=2)
        cases.comment(self.taken, by=cast.amir, text="Til Kari", visibility=CommentVisibility.INTERNAL)
        cases.comment(self.taken, by=cast.amir, text="Vi er på saken", visibility=CommentVisibility.REPORTER)
        self.draft = add_action(cast, self._case("Døra slår igjen."))
        self.waiting = self._sent("Gulvet i vaskerommet er glatt.")
        self.disagreed = self._sent("Løftet i rom 4 stopper.")
        self.dissent = plans.give_statement(
            self.disagreed.plan, opinion=Opinion.DISAGREE, comment="Det holder ikke.", by=cast.kari
        )
        self.at_work = self._decided("Brannslokkeren mangler.", title="Heng opp ny brannslokker")
        self.wished = self._decided("Stigen er knekt.", title="Kjøp ny stige")
        assignments.request_extension(
            self.wished.assignment, new_due_on=self.today + datetime.timedelta(days=12), reason="Venter på varer",
            by=cast.tor_erik, via="link",
        )  # fmt: skip
        self.finished = self._decided("Vinduet lar seg ikke lukke.")
        assignments.complete(self.finished.assignment, by=cast.tor_erik, comment="Ny hasp.")
        self.closed = self._case("Matta i inngangen ligger løst.")
        cases.close(self.closed, by=cast.amir, answer="Matta er limt fast.")
        self.example = cases.write_example(
            self.closed, by=cast.amir, texts={
                "title": "Ingen snubler i inngangen", "problem": "Ei matte lå løst.", "done": "Vi limte den fast.",
                "better": "Man kan gå trygt inn.",
            },
        )  # fmt: skip
        cases.keep_consent(self.example, yes=True, by=cast.ingrid)
        cases.publish(self.example, by=cast.amir)
        asked_about = self._case("Hylla i lageret hang løst.")
        cases.close(asked_about, by=cast.amir, answer="Hylla er festet.")
        self.asked = cases.write_example(
            asked_about, by=cast.amir, texts={
                "title": "Hylla henger trygt", "problem": "Hylla hang løst.", "done": "Vi festet den.", "better": "",
            },
        )  # fmt: skip
        cases.ask_for_consent(self.asked, by=cast.amir)
        self.asked_about = asked_about
        self.receiver = cases.add_receiver(
            employee=cast.tor_erik, position=1, is_outside_line=False, starts_on=self.today, by=cast.admin
        )
        self.whistle = self._case("Om innkjøpene.")
        cases.make_whistleblowing(self.whistle, by=cast.amir, reason="Dette er varsling.")
        self.hidden = self._case("Vi er for få på natta.", reporter_kind=ReporterKind.HIDDEN)
        self.secret = self._case("Om lederen min.")
        cases.set_confidential(self.secret, by=cast.amir)
        self.serious = self._case("En hånd kom i klem i porten.")
        self.injury = cases.record_injury(
            self.serious, by=cast.amir, employee=cast.tor_erik, person_kind="employee", occupation="Vaktmester",
            occurred_on=self.today, work="Kjørte porten ned", course="Hånda kom i klem", causes="Fotocella var tildekket",
            harm="bruise", outcome=InjuryOutcome.SERIOUS, is_electric=True,
        )  # fmt: skip
        called = Notice.objects.get(deviation=self.serious, kind="labour_call")
        cases.settle(called, by=cast.amir, done_at=timezone.now(), done_by=cast.amir, reference="Snakket med vakta")
        attach(SimpleUploadedFile("kvittering.txt", b"Hei"), owner=called, by=cast.amir)
        cases.set_aside(
            Notice.objects.get(deviation=self.serious, kind="rep_copy"), by=cast.amir, reason="Verneombudet sendte den selv."
        )  # fmt: skip
        harmed = cases.record_injury(
            self.taken, by=cast.amir, name="Jonas Vikar", person_kind="hired_in", occurred_on=self.today,
            work="Bar kasser", course="Snublet i terskelen", harm="sprain", outcome=InjuryOutcome.FIRST_AID,
        )  # fmt: skip
        cases.start_nav_report(harmed, by=cast.amir)
        for month in range(1, self.today.month + 1):
            cases.enter_hours(by=cast.sunniva, unit=None, year=self.today.year, month=month, hours=41_000)
        anonymous = cases.report(
            organisation=cast.fjellvik, unit=cast.solbakken, description="Mørkt på parkeringsplassen.",
            severity=Severity.MINOR, reporter_kind=ReporterKind.ANONYMOUS,
        )  # fmt: skip
        self.anonymous, self.code = anonymous.deviation, anonymous.receipt_code
        cases.comment(self.anonymous, by=cast.amir, text="Hvor?", visibility=CommentVisibility.REPORTER)

    def case_of(self, action: Action) -> Deviation:
        return Deviation.objects.get(plan_id=action.plan_id)

    # --- the rest ---

    def _links(self) -> None:
        to = self.cast.tor_erik
        self.link = assignments.create_link(self.at_work.assignment, to=to)
        self.waiting_link = assignments.create_link(self.wished.assignment, to=to)
        self.expired_link = assignments.create_link(self.wished.assignment, to=to)
        expired = ActionLink.objects.order_by("pk").last()
        ActionLink.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - datetime.timedelta(days=1))
        done = self._decided("Krana drypper.", title="Skift pakning")
        self.revoked_link = assignments.create_link(done.assignment, to=to)
        assignments.complete(done.assignment, by=to)
        secret = add_action(self.cast, self.secret)
        assignments.start(secret.assignment, by=self.cast.amir)
        self.secret_link = assignments.create_link(secret.assignment, to=to)
        self.feed = make_feed(to)
        assignments.add_helper(self.at_work.assignment, self.cast.kari, by=self.cast.amir)
        self.group = groups.create_group(name="Brannvernledere", unit=self.cast.solbakken, by=self.cast.admin)
        self.members = [groups.add_member(self.group, person, by=self.cast.admin) for person in (to, self.cast.kari)]
        self.free = plans.add_action(
            self.draft.plan, title="Prøv brannalarmen", kind=ActionKind.IMMEDIATE, offered_to=Target(group=self.group),
            due_on=self.today + datetime.timedelta(days=9), by=self.cast.amir,
        )  # fmt: skip
        self.free_link = assignments.create_link(self.free.assignment, to=to)
        DeadAddress.objects.create(
            employee=self.cast.piotr, address_hash=fingerprint(address_of(self.cast.piotr)), reason=DeadReason.REFUSED,
            status_code="5.1.1",
        )  # fmt: skip

    def _settings(self) -> None:
        cast, week = self.cast, datetime.timedelta(days=7)
        self.period = setup.add_quiet_period(
            label="Fellesferie", starts_on=self.today, ends_on=self.today + week, by=cast.admin
        )
        self.absence = absences.register_absence(
            cast.piotr, starts_on=self.today, ends_on=self.today + week, deputy=cast.tor_erik, by=cast.admin
        )
        self.newcomer = make_employee(cast.fjellvik, "Nora Berg", cast.solbakken, user=False)
        self.invitation = invitations.invite(self.newcomer, by=cast.admin, send=False)
        self.invitation_token = invitations.renew_token(self.invitation)
        self.retired = units.create_unit(name="Gamle brakka", parent=cast.teknisk, by=cast.admin)
        units.retire_unit(self.retired, by=cast.admin)

    def _imports(self) -> None:
        people = "Navn;E-post;Avdeling\nLiv Dal;liv@fjellvik.example;Helse\nUten avdeling;;Finnes ikke\n"
        self.people_import = imports.keep_table(
            read_table(people.encode()), kind="people", file_name="ansatte.csv", by=self.cast.admin
        )
        rows = "Dato;Beskrivelse;Alvor;Farge\n01.02.2026;Glatt trapp;Høy;rød\nikke en dato;Løs list;Lav;blå\n"
        self.case_imports = []
        for state in ("uploaded", "planned", "imported"):
            batch = case_imports.upload(rows.encode(), file_name=f"{state}.csv", by=self.cast.sunniva)
            self.case_imports.append(batch)
        options = {"unit": self.cast.kommune.pk, "severity": 1, "values": {"severity": {"Høy": "3", "Lav": "1"}}}
        for batch in self.case_imports[1:]:
            case_imports.set_plan(batch, mapping=batch.mapping, options=options)
        case_imports.start(self.case_imports[2], by=self.cast.sunniva, in_background=False)
        case_imports.import_now(self.case_imports[2])

    def _reports(self) -> None:
        later = timezone.now() + datetime.timedelta(hours=1)
        common = {"kind": "deviations.case", "requested_by": self.cast.amir, "language": "nb", "expires_at": later}
        common["parameters"] = {"number": self.taken.number}
        ended = {"ended_at": timezone.now()}
        self.reports = [
            ReportJob.objects.create(**common),
            ReportJob.objects.create(
                **common, **ended, state="done", name="sak.pdf", storage_key=store(ContentFile(b"%PDF-")), size=5
            ),
            ReportJob.objects.create(**common, **ended, state="failed", problem="error"),
            ReportJob.objects.create(**common, **ended, state="cancelled"),
        ]

    def _views(self) -> None:
        amir, sunniva = self.cast.amir, self.cast.sunniva
        self.view = cases.save_view(by=amir, name="Alvorlige på Solbakken", query={"severity": "3"})
        cases.save_view(by=amir, name="Venter lenge", query={"sort": "frist", "status": "overdue"})
        cases.save_view(by=amir, name="En enhet som er borte", query={"unit": "999999999"})
        cases.follow(amir, self.view, "daily")
        cases.choose_start(
            sunniva, cases.save_view(by=sunniva, name="Brann", query={"category": "fire"}, is_for_all=True)
        )

    def _around(self) -> None:
        """Ends that are no solution, what surrounds a case, and many changed at once."""
        cast, by = self.cast, {"by": self.cast.amir}
        self.rejected, self.withdrawn, self.merged = (self._case(f"Rart lys {word}.") for word in ("A", "B", "C"))
        cases.reject(self.rejected, reason="Lyset skal være slik.", **by)
        cases.withdraw_case(self.withdrawn, by=cast.ingrid, reason="Jeg så feil.")
        self.around = self._case("Døra til lageret står og slår.", place="Lager", category="equipment")
        cases.comment(self.merged, text="Samme dør.", visibility=CommentVisibility.INTERNAL, **by)
        cases.merge(self.merged, into=self.around, reason="Samme dør.", **by)
        linked, _suggested = (self._case(f"Døra {word}.", place="Lager") for word in ("smeller", "kniper"))
        cases.link(self.around, other=linked, kind="recurrence", **by)
        self.part = cases.split(
            self.around, title="Lyset på lageret", description="Det er mørkt.", unit=cast.solbakken, severity=1, **by
        )
        ask = {"question": "Hvordan er døra hengt?", "due_on": self.today + datetime.timedelta(days=5), **by}
        self.hearing = cases.ask_for_view(self.around, asked=cast.tor_erik, shows_case=True, **ask)
        answered = cases.ask_for_view(self.around, asked=cast.kari, shows_case=False, **ask)
        cases.answer_hearing(answered, by=cast.kari, text="Med to hengsler.")
        stop = cases.stop_work(
            self.around, by=cast.kari, what="Truckkjøring i porten", place="Lager", since=timezone.now()
        )
        cases.lift_stop(stop, by=cast.kari, basis="safe", reason="Det er satt opp speil.")
        self.stopped = self._case("Stillaset svaier.", severity=Severity.VERY_SERIOUS)
        cases.stop_work(
            self.stopped, by=cast.kari, what="Alt arbeid på stillaset", place="Vestveggen", since=timezone.now()
        )
        self.late = self._decided("Håndtaket er løst.", title="Bytt håndtak")
        Assignment.objects.filter(pk=self.late.assignment_id).update(
            due_on=self.today - datetime.timedelta(days=3)
        )  # fmt: skip
        seen = [cases.Seen(case.pk, case.version, case.handling.assignee_id) for case in (linked, self.rejected)]
        self.change = cases.bulk_categorise(cases=seen, category="fire", key=uuid.uuid4(), **by)

    def _routines(self) -> None:
        """One in force with two versions and readers who have come so far, one in the archive, drafts on their way."""
        cast, text = self.cast, written.TEXT
        self.routine = written.publish(
            cast, text=f"{text}\n## Hvem gjør hva\n\n| Hvem | Hva |\n|-|-|\n| Du | melder |\n"
        )
        routines.turn()
        routines.confirm(self.routine, cast.ingrid, version=1)
        changed = text.replace("fem minutter", "ti minutter").replace(
            "3. Meld avvik.", "3. [ ] Meld **avvik** samme dag."
        )
        asked = {
            "control_question": "Hvor lenge skyller du?", "control_answers": ["Ett minutt", "Ti minutter"],
            "control_right": 1, "control_why": "Se «Etterpå».",
        }  # fmt: skip
        after = "\n## Etterpå\n\n> Snakk med lederen din.\n\n`116 117`\n"
        written.publish(cast, self.routine, text=changed + after, **asked)
        routines.turn()
        self.question = routines.ask_owner(self.routine, by=cast.ingrid, text="Gjelder det helgene?")
        self.answered = routines.ask_owner(self.routine, by=cast.kari, text="Hvorfor klor?")
        routines.answer_question(self.answered, by=cast.amir, text="Det dreper virus.")
        self.retired_routine = written.publish(cast, title="Gammel brannrutine")
        routines.archive(self.retired_routine, by=cast.amir, reason="Erstattet.")
        self.writing = written.begin(cast, title="Fall hos beboere")
        draft = written.draft_of(self.writing)
        # Half written: its page says what is missing.
        routines.save_draft(draft, by=cast.amir, revision=draft.revision, control_question="Hvem ringer du?")
        brought = Brought("Fall", "# Først\n\n1. Ring\n\n| a | b |\n|-|-|\n| 1 | 2 |\n", [], ["Makroer er utelatt."])
        routines.bring_in(written.draft_of(self.writing), brought, by=cast.amir, file_name="fall.docx")
        self.rule, aside = routines.adopt_laws(["aml-3-1", "aml-7"], by=cast.sunniva, owner=cast.amir)
        routines.change_requirement(self.rule, by=cast.sunniva, routines=[self.routine, self.retired_routine])
        routines.set_aside(aside, by=cast.sunniva, reason="Vi er for få.")
        self.rule_aside = aside
        routines.cover_point(6, by=cast.sunniva, text="Hver høst.", routines=[self.routine, self.retired_routine])
        self.in_review = written.begin(cast, title="Vold og trusler")
        draft = written.draft_of(self.in_review)
        routines.send(draft, by=cast.amir, revision=draft.revision, reviewers=[cast.tor_erik])
        self.in_approval = written.begin(cast, title="Alenearbeid", needs_safety_rep=False)
        routines.change_routine(self.in_approval, by=cast.amir, approver=cast.ragnhild)
        draft = written.draft_of(self.in_approval)
        routines.send(draft, by=cast.amir, revision=draft.revision)
        routines.keep_favourite(self.routine, cast.amir, wanted=True)
        self.shared = written.publish(cast, title="Varmt arbeid", text=written.TEXT)
        routines.share(self.shared, by=cast.amir)
        # From the library: as shipped; from an older edition with a place both changed; from one that is withdrawn.
        people = {"unit": cast.solbakken, "owner": cast.amir, "by": cast.amir, "language": "nb"}
        self.adopted = routines.adopt(templates()["forstehjelp"], **people)
        shipped = templates()["brann"]
        older = shipped.texts["nb"].text.replace("Gå, ikke løp.", "Skynd deg.")
        self.behind = routines.adopt(
            replace(shipped, version=0, texts={"nb": replace(shipped.texts["nb"], text=older)}), **people
        )
        draft = written.draft_of(self.behind)
        routines.save_draft(
            draft, by=cast.amir, revision=draft.revision, text=older.replace("Skynd deg.", "Ta med rullestolen.")
        )
        # In English, which what matters has left behind, and in nynorsk on its way.
        self.translated = written.publish(cast, title="Løft og forflytning")
        written.translate(cast, self.translated, title="Lifting", text="# First\n\n1. Ask for help.\n")
        written.publish(cast, self.translated, text=changed)
        routines.begin_draft(self.translated, by=cast.amir, language="nn")
        self.orphaned = routines.adopt(replace(templates()["ran"], key="trukket-tilbake"), **people)

    def _trainings(self) -> None:
        """One that runs out soon for somebody, has run out for another, was taken back for a third; uses of a routine."""
        cast = self.cast
        self.training = make(cast, "Varme arbeider", about="Sveising og sliping.", routines=[self.routine.pk])
        soon = teach(self.training, cast.ingrid, by=cast.amir, days_ago=330)
        late = teach(self.training, cast.tor_erik, by=cast.piotr, days_ago=900)
        wrong = teach(self.training, cast.kari, by=cast.amir)
        trainings.withdraw(wrong[0], by=cast.amir, reason="Feil person.")
        trainings.add_proof(soon[0], [SimpleUploadedFile("kursbevis.txt", b"Bevis")], by=cast.ingrid)
        self.completions = [*soon, *late, *wrong]
        self.retired_training = make(cast, "Gammelt kurs", validity_months=None, owner=cast.amir)
        teach(self.retired_training, cast.ingrid, by=cast.amir)
        trainings.change_training(self.retired_training, by=cast.sunniva, is_active=False)
        trainings.look_through(today=self.today)
        parts = [{"kind": "unit", "unit": cast.solbakken}, {"kind": "training", "training_id": self.training.pk}]
        routines.set_audience(self.routine, parts, by=cast.amir)
        told = {"used_on": self.today, "unit": cast.solbakken, "by": cast.kari}
        self.uses = [
            routines.log_use(self.routine, kind="round", worked="well", people=3, **told),
            routines.log_use(self.routine, kind="drill", worked="unclear", note="Hvor er boksen?", **told),
            routines.log_use(self.routine, kind="meeting", worked="not_followed", **told),
            routines.log_use(self.routine, kind="other", worked="better", note="Kortere.", **told),
            routines.log_use(self.routine, kind="training", worked="well", people=9, **told),
        ]
        routines.follow_up_use(self.uses[3], by=cast.amir, outcome="Kortet ned.")
        routines.withdraw_use(self.uses[4], by=cast.kari)
