"""Role by role, field by field: what each reads of an ordinary and of a confidential case (domain.md section 3).

On the page and on paper the same. The reporter's name has its own matrix in `test_identity`.
"""

import datetime

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from deviations import documents, services
from deviations.enums import CommentVisibility, ReporterKind, RoutineCover
from deviations.models import Deviation
from hms.actions import services as plans
from hms.actions.enums import Opinion
from hms.assignments import services as assignments
from hms.organisations.enums import Role
from hms.organisations.models import SafetyArea, SafetyAreaUnit
from hms.tenancy.scope import tenant
from tests.cast import hold, make_employee
from tests.deviations.helpers import report, url

# Each field's content is a word that stands nowhere else.
FIELDS = {
    "title": "zymtittel",
    "description": "zymbeskrivelse",
    "place": "zymsted",
    "immediate measure": "zymstrakstiltak",
    "routine": "zymrutine",
    "answer": "zymsvar",
    "to the reporter": "zymmelding",
    "internal comment": "zymintern",
    "why": "zymhvorfor",
    "fishbone": "zymfiskebein",
    "cost": "424242",
    "action": "zymtiltak",
    "action's comment": "zymutført",
    "rating": "zymvurdering",
}
# What happened, what is done about it, and what was said to the reporter.
OUTSIDE = {
    "title", "description", "place", "immediate measure", "routine", "answer", "to the reporter", "action",
    "action's comment",
}  # fmt: skip
# Why it happened, what is said between those who handle it, and what the reporter thought of the answer.
INSIDE = {"internal comment", "why", "fishbone", "cost", "rating"}
EVERYTHING = OUTSIDE | INSIDE
# What the reporter thought is for whoever answered, and those above.
REPRESENTATIVE = EVERYTHING - {"rating"}
NOTHING: set[str] = set()

# (of an ordinary case, of a confidential one)
MATRIX = {
    "the reporter": (OUTSIDE | {"rating"}, OUTSIDE | {"rating"}),
    "the handler": (EVERYTHING, EVERYTHING),
    "the handler's manager": (EVERYTHING, NOTHING),
    "the HSE manager": (EVERYTHING, NOTHING),
    "the area's safety representative": (REPRESENTATIVE, NOTHING),
    "the senior safety representative": (REPRESENTATIVE, NOTHING),
    "somebody on the access list": (NOTHING, OUTSIDE),
    "the top leader": (EVERYTHING, NOTHING),
    "the owner of an action": (OUTSIDE, NOTHING),
    "an inspector": (OUTSIDE, NOTHING),
    "a colleague": (NOTHING, NOTHING),
    "another unit's manager": (NOTHING, NOTHING),
    "another area's representative": (NOTHING, NOTHING),
    "a committee member": (NOTHING, NOTHING),
    "the occupational health consultant": (NOTHING, NOTHING),
    "an administrator": (NOTHING, NOTHING),
    "somebody of another organisation": (NOTHING, NOTHING),
}


@pytest.fixture
def people(cast):
    """Everybody of the matrix."""
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    with tenant(cast.fjellvik):

        def guest(name, role=None, **where):
            somebody = make_employee(cast.fjellvik, name, cast.teknisk)
            if role is not None:
                hold(somebody, role, **where)
            return somebody

        area = SafetyArea.objects.create(name="Teknisk")
        SafetyAreaUnit.objects.create(safety_area=area, unit=cast.teknisk)
        return {
            "the reporter": cast.ingrid,
            "the handler": cast.amir,
            "the handler's manager": cast.helene,
            "the HSE manager": cast.sunniva,
            "the area's safety representative": cast.kari,
            "the senior safety representative": cast.vigdis,
            "somebody on the access list": guest("Liv Tilgang"),
            "the top leader": cast.ragnhild,
            "the owner of an action": cast.tor_erik,
            "an inspector": guest("Iver Tilsyn", Role.INSPECTOR, ends_on=tomorrow),
            "a colleague": make_employee(cast.fjellvik, "Kolbein Kollega", cast.solbakken),
            "another unit's manager": cast.piotr,
            "another area's representative": guest("Oda Ombud", Role.SAFETY_REP, safety_area=area),
            "a committee member": guest("Anne Utvalg", Role.COMMITTEE_MEMBER),
            "the occupational health consultant": guest("Bo Helse", Role.CONSULTANT, ends_on=tomorrow),
            "an administrator": cast.admin,
            "somebody of another organisation": cast.olav,
        }


def filled(cast, people, *, confidential: bool) -> Deviation:
    """A case with something in every field, closed and rated. Tor Erik's action is taken before it is confidential."""
    case = report(
        cast,
        f"{FIELDS['description']} i trappa.",
        place=FIELDS["place"],
        reporter_kind=ReporterKind.EMPLOYEE,
        routine_cover=RoutineCover.UNCLEAR,
        routine_name=FIELDS["routine"],
    )
    services.receive(case, by=cast.amir)
    services.triage(
        case, by=cast.amir, version=case.version, title=FIELDS["title"], immediate_measure=FIELDS["immediate measure"]
    )
    services.analyse(case, by=cast.amir, why=[FIELDS["why"]], causes=["training"], version=case.version)
    services.draw_fishbone(case, by=cast.amir, bones={"training": [FIELDS["fishbone"]]}, version=case.version)
    services.estimate_cost(case, by=cast.amir, amount=int(FIELDS["cost"]), lost_days=None)
    services.comment(case, by=cast.amir, text=FIELDS["internal comment"], visibility=CommentVisibility.INTERNAL)
    services.answer(case, by=cast.amir, text=FIELDS["to the reporter"])
    plan = services.start_plan(case, by=cast.amir)
    action = plans.add_action(
        plan,
        title=FIELDS["action"],
        responsible=cast.tor_erik,
        due_on=timezone.localdate() + datetime.timedelta(days=5),
        by=cast.amir,
    )
    plans.send_to_safety_rep(plan, to=cast.kari, by=cast.amir)
    plans.give_statement(plan, opinion=Opinion.APPROVE, comment="", by=cast.kari)
    plans.decide(plan, organisation=cast.fjellvik, by=cast.amir)
    action.assignment.refresh_from_db()
    assignments.complete(action.assignment, by=cast.tor_erik, comment=FIELDS["action's comment"])
    case.refresh_from_db()
    if confidential:
        services.set_confidential(case, by=cast.amir)
        services.grant_access(case, to=people["somebody on the access list"], by=cast.amir)
    case.refresh_from_db()
    if case.plan.effect_assignment is not None:
        plans.check_effect(case.plan, effect="effective", note="Holder.", by=cast.amir)
    services.close(case, by=cast.amir, answer=FIELDS["answer"])
    case.refresh_from_db()
    services.rate(case, helped="partly", comment=FIELDS["rating"], by=cast.ingrid)
    return case


def read_by(client, person, case) -> set[str]:
    """The fields that somebody reads on the case's page."""
    client.force_login(person.user)
    answer = client.get(url(case))
    assert answer.status_code in {200, 404}
    page = answer.content.decode().replace("\xa0", "").replace(" ", "")
    return {name for name, word in FIELDS.items() if word in page}


def on_paper(case, person) -> set[str]:
    """The fields on the paper that is made for somebody."""
    case = Deviation.objects.select_related("unit", "organisation", "plan").get(pk=case.pk)
    context, _files = documents.case_context(case, person)
    html = render_to_string("deviations/case_pdf.html", context).replace("\xa0", "").replace(" ", "")
    return {name for name, word in FIELDS.items() if word in html}


@pytest.mark.parametrize("confidential", [False, True], ids=["ordinary", "confidential"])
def test_each_reads_what_their_part_gives_them_and_no_more(cast, client, people, confidential):
    with tenant(cast.fjellvik):
        case = filled(cast, people, confidential=confidential)
    read = {who: read_by(client, person, case) for who, person in people.items()}
    for who, parts in MATRIX.items():
        assert read[who] == parts[confidential], (who, read[who] ^ parts[confidential])
    with tenant(cast.fjellvik):
        paper = {who: on_paper(case, people[who]) for who, fields in read.items() if fields}
    for who, fields in paper.items():
        assert fields == read[who], (who, fields ^ read[who])


def test_no_list_search_or_file_tells_of_a_confidential_case(cast, client, people):
    with tenant(cast.fjellvik):
        case = filled(cast, people, confidential=True)
    for who, person in people.items():
        if MATRIX[who][True] or who == "somebody of another organisation":
            continue
        client.force_login(person.user)
        for path in ("/fjellvik/avvik/?status=all", f"/fjellvik/avvik/?status=all&q={FIELDS['title']}", "/fjellvik/"):
            page = client.get(path).content.decode()
            assert case.number not in page, (who, path)
            assert "tbody><tr" not in page.replace("\n", "").replace(" ", "") or "q=" not in path, (who, path)
