"""The ways into a case: its report, its handling, its dialogue, its ends, and what goes with it."""

import datetime
import uuid
from typing import Any

from django.utils import timezone

from deviations import forms, services
from deviations.enums import Cause, LiftBasis, ReporterKind
from deviations.forms.causes import FishboneForm
from deviations.forms.examples import ExampleForm
from deviations.forms.hearings import AskForm, ViewForm
from deviations.forms.links import MergeForm
from deviations.forms.moving import MoveForm, SplitForm
from deviations.forms.overdue import MissedActionForm
from deviations.forms.rating import RatingForm
from deviations.forms.stopping import LiftForm, StopForm
from deviations.models import (
    CaseCategory,
    CaseTranslation,
    Comment,
    Deviation,
    GoodExample,
    Hearing,
    Rating,
    Reclassification,
    SavedView,
    WhistleblowingReceiver,
    WhistleblowingSettings,
    WorkStop,
)
from hms.assignments.models import Assignment
from tests.cast import Cast
from tests.deviations.helpers import add_action, report, url
from tests.deviations.hostile_ways import (
    Kept,
    Scene,
    Way,
    a_case,
    below,
    closed,
    colleague,
    last,
    newest,
    of_case,
    pages,
    refreshed,
    with_code,
)

SAID = Kept(last(Comment, "text"), pdf="amir")
REPORT = {"severity": "2", "kind": "unsafe_condition"}


def one_line(text: str) -> str:
    return " ".join(text.split())


def each_line(text: str) -> str:
    return "\n".join(one_line(line) for line in text.splitlines() if line.strip())


def _of_unit(scene: Scene) -> dict[str, Any]:
    return {"unit": scene.cast.solbakken.pk, "idempotency_key": str(uuid.uuid4())}


def _version(scene: Scene) -> dict[str, Any]:
    return {"version": refreshed(scene).case.version}


def _why(number: int) -> Kept:
    return Kept(lambda scene: list(scene.case.why_steps.all())[number - 1].text, pdf="amir")


def _bone(category: str) -> Kept:
    return Kept(
        lambda scene: "\n".join(bone.text for bone in scene.case.bones.filter(category=category).order_by("position")),
        pdf="amir", table="Hva som bidro", is_part=True, most=120, lines=False, alter=each_line,
    )  # fmt: skip


def _merged(cast: Cast) -> Scene:
    scene = Scene(cast, report(cast), into=report(cast, "Rekkverket i trapp B er løst."))
    services.merge(scene.case, into=scene.into, by=cast.amir, reason="Det samme.")
    return refreshed(scene)


def _asked(cast: Cast) -> Scene:
    scene = a_case(cast)
    today = timezone.localdate()
    scene.hearing = services.ask_for_view(
        scene.case, asked=cast.tor_erik, by=cast.amir, question="Hva mener du?", due_on=today, shows_case=True
    )
    return scene


def _hidden(cast: Cast) -> Scene:
    sent = services.report(
        organisation=cast.fjellvik, unit=cast.solbakken, description="Jeg ble presset.", severity=2,
        reporter_kind=ReporterKind.HIDDEN, reporter=cast.ingrid,
    )  # fmt: skip
    return Scene(cast, sent.deviation)


def _stopped(cast: Cast) -> Scene:
    scene = a_case(cast)
    scene.stop = services.stop_work(scene.case, by=cast.kari, what="Arbeid i høyden", place="Trapp B", since=_now())
    return scene


def _now() -> datetime.datetime:
    return timezone.localtime().replace(second=0, microsecond=0)


def _received(cast: Cast) -> Scene:
    """A case, and somebody who receives whistleblowing."""
    scene = a_case(cast)
    scene.lise = colleague(cast, "Varsel")
    if not WhistleblowingReceiver.objects.exists():
        services.add_receiver(
            employee=scene.lise, position=1, is_outside_line=False, starts_on=timezone.localdate(), by=cast.admin
        )
    return scene


def _whistle(cast: Cast) -> Scene:
    scene = _received(cast)
    services.make_whistleblowing(scene.case, by=cast.amir, reason="Straffbart.")
    return refreshed(scene)


def _share(scene: Scene) -> None:
    scene.example = GoodExample.objects.order_by("-pk").first()
    services.ask_for_consent(scene.example, by=scene.cast.amir)
    services.keep_consent(GoodExample.objects.get(pk=scene.example.pk), yes=True, by=scene.cast.ingrid)
    services.publish(GoodExample.objects.get(pk=scene.example.pk), by=scene.cast.amir)


def _no_views(cast: Cast) -> Scene:
    SavedView.objects.all().delete()
    return Scene(cast)


def _a_view(cast: Cast) -> Scene:
    return Scene(cast, view=services.save_view(by=cast.sunniva, name=f"Mitt {uuid.uuid4()}", query={"status": "all"}))


def _no_categories(cast: Cast) -> Scene:
    CaseCategory.objects.all().delete()
    return a_case(cast)


def _a_category(cast: Cast) -> Scene:
    scene = _no_categories(cast)
    scene.category = services.add_category(name="Kjemi", by=cast.admin)
    return scene


def _categorise(scene: Scene) -> None:
    key = CaseCategory.objects.order_by("-pk").first().key
    Deviation.objects.filter(pk=scene.case.pk).update(category=key)


def _late(cast: Cast) -> Scene:
    scene = a_case(cast)
    scene.action = add_action(cast, scene.case, kind="immediate")
    Assignment.objects.filter(pk=scene.action.assignment_id).update(
        due_on=timezone.localdate() - datetime.timedelta(days=7)
    )
    return scene


NAME = Kept(last(CaseCategory, "name"), pdf="amir", table="Kategori", on_page=True)
CATEGORIES = "/fjellvik/innstillinger/kategorier/"
EXAMPLE = {"version": "0", "is_checked": "on"}

REPORTING = [
    Way(
        "deviations:report", forms.ReportForm, Scene, lambda scene: "/fjellvik/meld/", "ingrid",
        {
            "description": Kept(of_case("description"), pdf="amir", table="Hva skjedde?"),
            "place": Kept(of_case("place"), pdf="amir", table="Sted", in_mail=True),
            "routine_name": Kept(of_case("routine_name"), pdf="amir"),
        },
        lambda scene: {**REPORT, **_of_unit(scene), "who": "employee"},
        pages("amir", "ingrid"), newest,
    ),
    Way(
        "deviations:report", forms.ReportForm, Scene,
        lambda scene: f"/fjellvik/meld/?sted={scene.cast.solbakken.report_token}", "",
        {"reporter_name": Kept(of_case("reporter_name"), pdf="amir", table="Melder")},
        lambda scene: {**REPORT, **_of_unit(scene), "who": "named", "description": "Rekkverket er løst."},
        after=newest, status=200, note="by-name",
    ),
    Way(
        "deviations:add_details", forms.DetailsForm, a_case, below("mer/"), "ingrid", {"text": SAID},
        read=pages("amir", "ingrid"),
    ),
    Way(
        "deviations:add_details", forms.DetailsForm, _hidden, below("mer/"), "ingrid",
        {"text": SAID}, read=pages("amir", "ingrid"), note="hidden",
    ),
    Way(
        "deviations:follow", forms.MessageForm, with_code, lambda scene: "/fjellvik/f/", "", {"text": SAID},
        lambda scene: {"code": scene.code}, status=200, answers=True,
    ),
    Way(
        "deviations:follow", forms.MessageForm, lambda cast: with_code(cast, close=True),
        lambda scene: "/fjellvik/f/", "", {"text": SAID}, lambda scene: {"code": scene.code, "verb": "reopen"},
        status=200, answers=True, note="reopen",
    ),
    Way(
        "deviations:follow", forms.MessageForm, with_code, lambda scene: "/fjellvik/f/", "", {"text": SAID},
        lambda scene: {"code": scene.code, "verb": "withdraw"}, status=200, answers=True, note="withdraw",
    ),
    Way(
        "deviations:follow", RatingForm, lambda cast: with_code(cast, close=True), lambda scene: "/fjellvik/f/", "",
        {"comment": Kept(last(Rating, "comment"), pdf="amir")},
        lambda scene: {"code": scene.code, "verb": "rate", "helped": "no"}, status=200, answers=True,
    ),
]  # fmt: skip

HANDLING = [
    Way(
        "deviations:triage", forms.TriageForm, a_case, below("vurder/"), "amir",
        {
            "title": Kept(of_case("title"), pdf="amir", table="Tittel"),
            "place": Kept(of_case("place"), pdf="amir", table="Sted", in_mail=True),
            "immediate_measure": Kept(of_case("immediate_measure"), pdf="amir", table="Strakstiltak"),
            "routine_name": Kept(of_case("routine_name"), pdf="amir"),
        },
        lambda scene: {"severity": "2", **_version(scene)},
    ),
    Way(
        "deviations:causes", forms.CauseForm, a_case, below("arsak/"), "amir",
        {f"why_{number}": _why(number) for number in range(1, 6)}, _version,
    ),
    Way(
        "deviations:fishbone", FishboneForm, a_case, below("fiskebein/"), "amir",
        {category: _bone(category) for category in Cause.values}, _version,
    ),
    Way(
        "deviations:comment", forms.CommentForm, a_case, below("kommentar/"), "kari", {"text": SAID},
        lambda scene: {"visibility": "internal"}, pages("amir", "kari"), note="internal",
    ),
    Way(
        "deviations:comment", forms.CommentForm, a_case, below("kommentar/"), "amir", {"text": SAID},
        lambda scene: {"visibility": "reporter"}, pages("amir", "ingrid"), note="to-the-reporter",
    ),
    Way(
        "deviations:answer", forms.MessageForm, a_case, below("svar/"), "amir", {"text": SAID},
        read=pages("amir", "ingrid"),
    ),
    Way(
        "deviations:translate", forms.TranslationForm, a_case, below("oversett/"), "amir",
        {"text": Kept(last(CaseTranslation, "text"), pdf="amir")}, lambda scene: {"language": "en"},
    ),
    Way(
        "deviations:move", MoveForm, a_case, below("flytt/"), "sunniva",
        {"reason": Kept(last(Comment, "text"), pdf="sunniva")}, lambda scene: {"unit": scene.cast.teknisk.pk},
        pages("sunniva", "piotr", "ingrid"),
    ),
    Way(
        "deviations:split", SplitForm, a_case, below("del/"), "amir",
        {
            "title": Kept(of_case("title"), pdf="amir", table="Tittel"),
            "description": Kept(of_case("description"), pdf="amir", table="Hva skjedde?"),
        },
        lambda scene: {"severity": "2", **_of_unit(scene)}, pages("amir", "ingrid"), newest,
    ),
    Way(
        "deviations:ask", AskForm, a_case, below("horing/"), "amir",
        {"question": Kept(last(Hearing, "question"), pdf="amir")},
        lambda scene: {"asked": scene.cast.tor_erik.pk, "due_on": str(timezone.localdate())},
        lambda scene: [
            ("amir", url(scene.case)), ("tor_erik", f"/fjellvik/horing/{Hearing.objects.order_by('-pk')[0].pk}/")
        ],
    ),
    *[
        Way(
            "deviations:hearing", ViewForm, _asked, lambda scene: f"/fjellvik/horing/{scene.hearing.pk}/", "tor_erik",
            {"text": Kept(last(Hearing, "answer"), pdf="amir")}, lambda scene, verb=verb: {"verb": verb}, note=verb,
        )
        for verb in ("answer", "decline")
    ],
    Way(
        "deviations:stop_work", StopForm, a_case, below("stans/"), "kari",
        {
            "what": Kept(last(WorkStop, "what"), pdf="amir"),
            "place": Kept(last(WorkStop, "place"), pdf="amir"),
        },
        lambda scene: {"since": f"{_now():%Y-%m-%dT%H:%M}"}, pages("amir", "kari"),
    ),
    Way(
        "deviations:lift_stop", LiftForm, _stopped, below("stans/opphev/"), "kari",
        {"reason": Kept(last(WorkStop, "reason"), pdf="amir")}, lambda scene: {"basis": LiftBasis.SAFE},
    ),
    Way(
        "deviations:report_missed", MissedActionForm, _late,
        lambda scene: f"/fjellvik/avvik/tiltak/{scene.action.pk}/", "amir",
        {"description": Kept(of_case("description"), pdf="amir", table="Hva skjedde?")},
        lambda scene: {"severity": "2", **_of_unit(scene)}, after=newest,
    ),
]  # fmt: skip

ENDING = [
    Way(
        "deviations:close", forms.MessageForm, a_case, below("lukk/"), "amir",
        {"text": Kept(of_case("answer"), pdf="amir", table="Svar til melderen")}, read=pages("amir", "ingrid"),
    ),
    Way(
        "deviations:reject", forms.MessageForm, a_case, below("avvis/"), "amir",
        {"text": Kept(of_case("answer"), pdf="amir", table="Svar til melderen")}, read=pages("amir", "ingrid"),
    ),
    Way(
        "deviations:withdraw", forms.MessageForm, a_case, below("trekk/"), "ingrid", {"text": SAID},
        read=pages("amir", "ingrid"),
    ),
    Way(
        "deviations:merge", MergeForm, lambda cast: Scene(cast, report(cast), into=report(cast, "Trappa er løs.")),
        below("sla-sammen/"), "amir", {"reason": SAID}, lambda scene: {"into": scene.into.number},
    ),
    Way("deviations:take_out", forms.MessageForm, _merged, below("ta-ut/"), "amir", {"text": SAID}),
    Way(
        "deviations:reopen", forms.MessageForm, closed, below("gjenapne/"), "ingrid", {"text": SAID},
        read=pages("amir", "ingrid"),
    ),
    Way(
        "deviations:rate", RatingForm, closed, below("hjalp/"), "ingrid",
        {"comment": Kept(last(Rating, "comment"), pdf="amir")}, lambda scene: {"helped": "no"},
        pages("amir", "ingrid"),
    ),
    Way(
        "deviations:write_example", ExampleForm, closed, below("eksempel/"), "amir",
        {name: Kept(last(GoodExample, name)) for name in ("title", "problem", "done", "better")},
        lambda scene: EXAMPLE,
        lambda scene: [(who, f"/fjellvik/gode-eksempler/{scene.example.pk}/") for who in ("amir", "piotr")], _share,
    ),
    Way(
        "deviations:make_whistleblowing", forms.MakeWhistleblowingForm, _received, below("varsel/"), "amir",
        {"reason": Kept(last(Reclassification, "reason"))}, read=pages("lise"),
    ),
    Way(
        "deviations:make_deviation", forms.ReasonForm, _whistle, below("ikke-varsel/"), "lise",
        {"reason": Kept(last(Reclassification, "reason"))}, read=pages("lise"),
    ),
]  # fmt: skip

AROUND = [
    Way(
        "deviations:whistleblowing_settings", forms.WishesForm, _whistle,
        lambda scene: "/fjellvik/innstillinger/varsling/", "admin",
        {
            "routine_text": Kept(last(WhistleblowingSettings, "routine_text")),
            "contact": Kept(last(WhistleblowingSettings, "contact")),
        },
        read=lambda scene: [("ingrid", "/fjellvik/varsling/")],
    ),
    Way(
        "deviations:view_add", forms.ViewForm, _no_views, lambda scene: "/fjellvik/avvik/visninger/ny/?status=all",
        "sunniva", {"name": Kept(last(SavedView, "name"), alter=one_line)},
        lambda scene: {"audience": "all"},
        lambda scene: [
            ("sunniva", "/fjellvik/avvik/visninger/"), ("amir", "/fjellvik/avvik/visninger/"),
            ("amir", "/fjellvik/avvik/?status=all"),
        ],
    ),
    Way(
        "deviations:view_change", forms.ViewForm, _a_view,
        lambda scene: f"/fjellvik/avvik/visninger/{scene.view.pk}/", "sunniva",
        {"name": Kept(lambda scene: SavedView.objects.get(pk=scene.view.pk).name, alter=one_line)},
        lambda scene: {"audience": "own"}, lambda scene: [("sunniva", "/fjellvik/avvik/visninger/")],
    ),
    Way(
        "deviations:add_category", forms.CategoryForm, _no_categories, lambda scene: f"{CATEGORIES}ny/", "admin",
        {"name": NAME}, read=lambda scene: [("admin", CATEGORIES), ("amir", url(scene.case))], after=_categorise,
    ),
    Way(
        "deviations:change_category", forms.CategoryForm, _a_category,
        lambda scene: f"{CATEGORIES}{scene.category.key}/", "admin", {"name": NAME},
        lambda scene: {"is_active": "on"}, lambda scene: [("admin", CATEGORIES), ("amir", url(scene.case))],
        _categorise,
    ),
]  # fmt: skip

WAYS = [*REPORTING, *HANDLING, *ENDING, *AROUND]
