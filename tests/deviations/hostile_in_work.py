"""The ways into what hangs on a case: its plan, the tasks in it, and the injury register."""

import datetime
from typing import Any

from django.utils import timezone

from deviations import services
from deviations.forms.injuries import InjuryForm, NavForm, WhyNotForm
from deviations.forms.notices import NoticeForm
from deviations.models import Injury, NavReport, Notice
from hms.actions import services as plans
from hms.actions.enums import Opinion
from hms.actions.forms import ActionForm, DecisionForm, EffectForm, ReplyForm, StatementForm
from hms.actions.models import Action, ActionPlan, Statement
from hms.assignments import services as assignments
from hms.assignments.forms import AnswerForm, CommentForm, ExtensionForm, HandOverForm
from hms.assignments.models import Assignment, ExtensionRequest, Note
from tests.cast import Cast
from tests.deviations import injury_words
from tests.deviations.helpers import add_action, url
from tests.deviations.hostile_ways import Kept, Scene, Way, a_case, below, last, pages

TITLE = Kept(last(Action, "title"), pdf="amir", in_mail=True)
NOTE = Kept(last(Note, "text"))


def _planned(cast: Cast) -> Scene:
    scene = a_case(cast)
    scene.plan = services.start_plan(scene.case, by=cast.amir)
    return scene


def _to_do(cast: Cast) -> Scene:
    """An action that Tor Erik has now."""
    scene = a_case(cast)
    scene.action = add_action(cast, scene.case, kind="immediate")
    scene.task, scene.plan = scene.action.assignment, scene.action.plan
    return scene


def _sent(cast: Cast) -> Scene:
    scene = a_case(cast)
    scene.plan = add_action(cast, scene.case).plan
    plans.send_to_safety_rep(scene.plan, to=cast.kari, by=cast.amir)
    scene.plan = ActionPlan.objects.get(pk=scene.plan.pk)
    return scene


def _disagreed(cast: Cast) -> Scene:
    scene = _sent(cast)
    scene.statement = plans.give_statement(
        scene.plan, opinion=Opinion.DISAGREE, comment="Det er for lite.", version=scene.plan.version, by=cast.kari
    )
    return scene


def _unanswered(cast: Cast) -> Scene:
    """The safety representative has not stated anything in time."""
    scene = _sent(cast)
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Assignment.objects.filter(pk=scene.plan.statement_assignment_id).update(due_on=yesterday)
    return scene


def _done(cast: Cast) -> Scene:
    scene = _sent(cast)
    plans.give_statement(scene.plan, opinion=Opinion.APPROVE, comment="", version=scene.plan.version, by=cast.kari)
    scene.plan = ActionPlan.objects.get(pk=scene.plan.pk)
    plans.decide(scene.plan, organisation=cast.fjellvik, by=cast.amir)
    for action in Action.objects.filter(plan=scene.plan):
        assignments.answer(action.assignment, "done", by=cast.tor_erik, comment="", new_due_on=None, via="web")
    return scene


def _wished(cast: Cast) -> Scene:
    """Tor Erik has asked for more time."""
    scene = _to_do(cast)
    later = scene.task.due_on + datetime.timedelta(days=7)
    assignments.answer(scene.task, "more_time", by=cast.tor_erik, comment="Deler mangler.", new_due_on=later, via="web")
    return scene


def _helped(cast: Cast) -> Scene:
    scene = _to_do(cast)
    assignments.add_helper(scene.task, cast.piotr, by=cast.tor_erik)
    return scene


def _linked(cast: Cast) -> Scene:
    scene = _to_do(cast)
    scene.token = assignments.create_link(scene.task, to=cast.tor_erik)
    return scene


def _injured(cast: Cast) -> Scene:
    scene = a_case(cast)
    scene.injury = injury_words.injure(cast, scene.case)
    return scene


def _for_nav(cast: Cast) -> Scene:
    scene = _injured(cast)
    if not NavReport.objects.filter(injury=scene.injury).exists():
        services.start_nav_report(scene.injury, by=cast.amir)
    return scene


def _declared(cast: Cast) -> Scene:
    scene = a_case(cast)
    services.declare(scene.case, by=cast.amir, is_serious=True, is_electric=False)
    scene.notice = Notice.objects.filter(deviation=scene.case).order_by("pk").first()
    return scene


def _of_task(*who: str) -> Any:
    return lambda scene: [(name, _task(scene)) for name in who]


def _task(scene: Scene) -> str:
    return f"/fjellvik/oppgaver/{scene.task.pk}/"


def _action(scene: Scene) -> dict[str, Any]:
    return {"responsible": scene.cast.tor_erik.pk, "due_on": timezone.localdate(), "kind": "immediate"}


def _answer(answer: str, kept: Kept, *read: str) -> list[Way]:
    """An answer in the browser, and the same from the mail."""

    def said(scene: Scene) -> dict[str, Any]:
        return {"answer": answer, "new_due_on": scene.task.due_on + datetime.timedelta(days=7)}

    seen = _of_task(*read)
    return [
        Way("assignments:detail", AnswerForm, _to_do, _task, "tor_erik", {"comment": kept}, said, seen, note=answer),
        Way(
            "assignments:link", AnswerForm, _linked, lambda scene: f"/fjellvik/t/{scene.token}/", "",
            {"comment": kept}, said, seen, note=answer,
        ),
    ]  # fmt: skip


PLANS = [
    Way(
        "actions:add", ActionForm, _planned, lambda scene: f"/fjellvik/tiltak/plan/{scene.plan.pk}/nytt/", "amir",
        {"title": TITLE}, _action,
    ),
    Way(
        "actions:change", ActionForm, _to_do, lambda scene: f"/fjellvik/tiltak/{scene.action.pk}/endre/", "amir",
        {"title": TITLE}, _action, lambda scene: [("amir", url(scene.case)), ("tor_erik", _task(scene))],
    ),
    Way(
        "actions:state", StatementForm, _sent, lambda scene: f"/fjellvik/tiltak/plan/{scene.plan.pk}/uttalelse/",
        "kari", {"comment": Kept(last(Statement, "comment"), pdf="amir")},
        lambda scene: {"opinion": "disagree", "version": scene.plan.version}, pages("amir", "kari"),
    ),
    Way(
        "actions:reply", ReplyForm, _disagreed, lambda scene: f"/fjellvik/tiltak/uttalelse/{scene.statement.pk}/svar/",
        "amir", {"reply": Kept(last(Statement, "reply"), pdf="amir")}, read=pages("amir", "kari"),
    ),
    Way(
        "actions:decide", DecisionForm, _unanswered, lambda scene: f"/fjellvik/tiltak/plan/{scene.plan.pk}/vedta/",
        "amir", {"reason": Kept(last(ActionPlan, "decision_reason"), pdf="amir")}, read=pages("amir", "kari"),
    ),
    Way(
        "actions:check_effect", EffectForm, _done, lambda scene: f"/fjellvik/tiltak/plan/{scene.plan.pk}/effekt/",
        "amir", {"note": Kept(last(ActionPlan, "effect_note"), pdf="amir")}, lambda scene: {"effect": "effective"},
    ),
]  # fmt: skip

TASKS = [
    *_answer("stuck", NOTE, "amir", "tor_erik"),
    *_answer("comment", NOTE, "amir", "tor_erik"),
    *_answer("more_time", Kept(last(ExtensionRequest, "reason")), "amir", "tor_erik"),
    *_answer("not_mine", NOTE, "amir"),
    *_answer("done", Kept(last(Assignment, "comment")), "amir", "tor_erik"),
    Way(
        "assignments:comment", CommentForm, _helped, lambda scene: f"{_task(scene)}kommentar/", "piotr",
        {"text": NOTE}, read=_of_task("piotr", "tor_erik"),
    ),
    Way(
        "assignments:hand_over", HandOverForm, _to_do, lambda scene: f"{_task(scene)}overlat/", "amir",
        {"reason": NOTE}, lambda scene: {"to": scene.cast.piotr.pk}, _of_task("piotr", "amir"),
    ),
    *[
        Way(
            "assignments:extension", ExtensionForm, _wished, lambda scene: f"{_task(scene)}frist/", "amir",
            {"comment": NOTE}, lambda scene, answer=answer: {"answer": answer}, _of_task("tor_erik", "amir"),
            note=answer,
        )
        for answer in ("yes", "no")
    ],
]  # fmt: skip

REGISTER = "/fjellvik/skader/"


def _register(scene: Scene) -> list[tuple[str, str]]:
    return [("sunniva", REGISTER), ("sunniva", f"{REGISTER}?year={timezone.localdate().year}")]


def _written(name: str, column: str, **more: Any) -> Kept:
    return Kept(last(Injury, name), pdf="amir", register=column, **more)


ENTRY = {
    "name": _written("name", "Navn"),
    "occupation": _written("occupation", "Yrke"),
    "work": _written("work", "Arbeid som ble gjort"),
    "course": _written("course", "Hendelsesforløp"),
    "causes": _written("causes", "Antatte årsaker"),
}


def _entry(scene: Scene) -> dict[str, Any]:
    return injury_words.form(person_kind="other")


INJURIES = [
    Way(
        "deviations:add_injury", InjuryForm, a_case, below("skade/"), "amir", ENTRY, _entry, _register,
    ),
    Way(
        "deviations:injury", InjuryForm, _injured, lambda scene: url(scene.case, f"skade/{scene.injury.pk}/"), "amir",
        ENTRY, _entry, _register,
    ),
    Way(
        "deviations:injury_nav", NavForm, _for_nav, lambda scene: url(scene.case, f"skade/{scene.injury.pk}/nav/"),
        "amir", {"reference": Kept(last(NavReport, "reference"))}, lambda scene: {"sent_on": timezone.localdate()},
    ),
    Way(
        "deviations:injury_no_nav", WhyNotForm, _for_nav,
        lambda scene: url(scene.case, f"skade/{scene.injury.pk}/nav/ikke/"), "amir",
        {"text": Kept(last(NavReport, "not_needed"))},
    ),
    Way(
        "deviations:notice", NoticeForm, _declared, lambda scene: url(scene.case, f"melding/{scene.notice.kind}/"),
        "amir", {"reference": Kept(lambda scene: Notice.objects.get(pk=scene.notice.pk).reference, pdf="amir")},
        lambda scene: {
            "done_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "done_by": scene.cast.amir.pk
        },
    ),
    Way(
        "deviations:notice_set_aside", WhyNotForm, _declared,
        lambda scene: url(scene.case, f"melding/{scene.notice.kind}/ikke/"), "amir",
        {"text": Kept(lambda scene: Notice.objects.get(pk=scene.notice.pk).not_called_for, pdf="amir")},
    ),
]  # fmt: skip

WAYS = [*PLANS, *TASKS, *INJURIES]
