"""Every page, in light and dark, on phone and desktop: nothing for axe to find, nothing wider than the screen.

The pages come from the addresses themselves: a page that is added is looked at, or this test says that it does not
know what to show there.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse

from hms.assignments.enums import SummaryKind
from hms.assignments.summaries.periods import current
from hms.organisations.affiliations import parent_affiliation
from hms.organisations.services import end_affiliation
from hms.tenancy.scope import tenant
from tests.browser.people import Person
from tests.browser.world import World
from tests.contracts.test_urls import walk
from tests.routines.helpers import publish
from tests.routines.kin import code_from
from tests.thorough import THOROUGH

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(os.environ.get("HMS_TEST_ASSETS_DIR", settings.ROOT / "var" / "assets-dev")) / "axe.min.js"
# Only what is wrong, and no more about it than is needed to find it: much quicker.
BRIEFLY = {"resultTypes": ["violations"], "selectors": False, "preload": False, "iframes": False}
# The markup is the same in the dark; what colours decide is not.
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
# Whoever sees most comes first.
ROLES = ["amir", "admin", "sunniva", "kari", "tor_erik", "ingrid", "ragnhild"]
CASES = [
    "new", "taken", "closed", "secret", "anonymous", "whistle", "hidden", "asked_about", "serious", "rejected",
    "withdrawn", "merged", "around", "part", "stopped",
]  # fmt: skip
# Open to whoever has the address; they explain themselves when it works no more.
OPEN = {"assignments:link", "organisations:invitation"}


def axe(somebody: Person, options: dict[str, Any] | None = None) -> list[str]:
    """What axe finds on the page as it stands."""
    with somebody.unwatched():
        if not somebody.page.evaluate("'axe' in window"):
            somebody.page.evaluate(AXE.read_text())
        found = somebody.page.evaluate("options => axe.run(document, options)", BRIEFLY | (options or {}))
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def look_at(somebody: Person, where: str) -> list[str]:
    """Everything that is wrong with the open page."""
    page = somebody.page
    wrong = []
    # Every other page on a phone by day and on a desk by night; both of each when everything is tried.
    faces = [(390, "light"), (1440, "dark")]
    for width, scheme in faces if THOROUGH else [faces[len(where) % 2]]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        wrong += [f"{where} {width} {scheme}: {found}" for found in axe(somebody)]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 320, "height": 800})
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > 320:
        wrong.append(f"{where}: {wide} px wide on a screen of 320")
    if not page.title().strip():
        wrong.append(f"{where}: no title")
    return wrong


def arguments(world: World) -> dict[str, list[list[Any]]]:
    """What to show at the addresses that name something; several where the page has several faces."""
    cast = world.cast
    with tenant(cast.fjellvik):
        numbers = {
            name: world.case_of(getattr(world, name)).number
            for name in ("draft", "waiting", "disagreed", "at_work", "finished", "late")
        }
    numbers |= {name: getattr(world, name).number for name in CASES}
    of_import = [[batch.pk] for batch in world.case_imports]
    return {
        "deviations:detail": [[number] for number in numbers.values()],
        "deviations:receipt": [[numbers["new"]]],
        "deviations:grant_access": [[numbers["secret"]]],
        "deviations:close": [[numbers["finished"]]],
        "deviations:": [[numbers["taken"]]],
        "deviations:make_deviation": [[numbers["whistle"]]],
        "deviations:add_subject": [[numbers["whistle"]]],
        "deviations:end_receiver": [[world.receiver.pk]],
        "deviations:rate": [[numbers["closed"]]],
        "deviations:write_example": [[numbers["asked_about"]]],
        "deviations:example": [[world.example.pk]],
        "deviations:example_consent": [[world.asked.pk]],
        "deviations:reopen": [[numbers["closed"]], [numbers["rejected"]]],
        "deviations:take_out": [[numbers["merged"]]],
        "deviations:merge": [[numbers["new"]], [numbers["around"]]],
        "deviations:stop_work": [[numbers["taken"]]],
        "deviations:lift_stop": [[numbers["stopped"]]],
        "deviations:hearing": [[world.hearing.pk]],
        "deviations:close_hearing": [[world.hearing.pk]],
        "deviations:report_missed": [[world.late.pk]],
        "deviations:changed_many": [[world.change.pk]],
        "deviations:undo_many": [[world.change.pk]],
        "deviations:import_columns": of_import[:1],
        "deviations:import_values": of_import[1:2],
        "deviations:import_preview": of_import[1:2],
        "deviations:import_show": of_import[2:],
        "deviations:import_": of_import[:1],
        "deviations:view_": [[world.view.pk]],
        "deviations:notice": [[numbers["serious"], "labour_call"], [numbers["serious"], "electrical"]],
        "deviations:notice_set_aside": [[numbers["serious"], "police_call"]],
        "deviations:injury": [[numbers["serious"], world.injury.pk]],
        "deviations:injury_nav_start": [[numbers["serious"], world.injury.pk]],
        "deviations:poster": [[cast.solbakken.pk]],
        "deviations:change_category": [["fire"]],
        "actions:add": [[world.draft.plan_id]],
        "actions:send": [[world.draft.plan_id]],
        "actions:state": [[world.waiting.plan_id]],
        "actions:decide": [[world.at_work.plan_id], [world.draft.plan_id]],
        "actions:check_effect": [[world.finished.plan_id]],
        "actions:reply": [[world.dissent.pk]],
        "actions:change": [[world.draft.pk]],
        "actions:": [[world.draft.pk]],
        "assignments:detail": [[world.at_work.assignment_id], [world.free.assignment_id], [world.wished.assignment_id]],
        "assignments:hand_over": [[world.at_work.assignment_id]],
        "assignments:extension": [[world.wished.assignment_id], [world.at_work.assignment_id]],
        "assignments:link": [
            [token]
            for token in (
                world.link, world.free_link, world.waiting_link, world.expired_link, world.revoked_link, world.secret_link, "x" * 43,
            )
        ],
        "assignments:calendar_feed": [[world.feed]],
        "assignments:add_helper": [[world.at_work.assignment_id]],
        "assignments:remove_helper": [[world.at_work.assignment_id, cast.kari.pk]],
        "assignments:comment": [[world.at_work.assignment_id]],
        "assignments:take": [[world.free.assignment_id]],
        "assignments:ladder": [["action", "vanlig"], ["handle", "kritisk"]],
        "assignments:summary": [[current(kind, world.today).name] for kind in SummaryKind.values],
        "notifications:person_log": [[cast.piotr.pk]],
        "notifications:": [[1]],
        "files:serve": [[world.file.pk, world.file.name]],
        "reports:show": [[job.pk] for job in world.reports],
        "reports:download": [[world.reports[1].pk]],
        "reports:cancel": [[world.reports[0].pk]],
        "organisations:theme": [["0c5a5e"]],
        "routines:": [[world.routine.slug]],
        "routines:detail": [[each.slug] for each in (world.routine, world.retired_routine, world.writing, world.shared)],
        "routines:version": [[world.routine.slug, 1], [world.routine.slug, 2]],
        "routines:versions": [[world.routine.slug]],
        "routines:compare": [[world.routine.slug, 1, 2]],
        "routines:question": [[world.routine.slug, world.question.pk], [world.routine.slug, world.answered.pk]],
        "routines:uses": [[world.routine.slug]],
        "routines:use": [[world.routine.slug, use.pk] for use in world.uses],
        "routines:withdraw_use": [[world.routine.slug, world.uses[0].pk]],
        "training:": [[world.training.pk]],
        "training:detail": [[world.training.pk], [world.retired_training.pk]],
        "training:completion": [[one.pk] for one in world.completions],
        "training:prove": [[world.completions[0].pk]],
        "training:withdraw": [[world.completions[0].pk]],
        "routines:draft": [[each.slug] for each in (world.writing, world.in_review, world.in_approval)],
        "routines:template": [["forstehjelp"], ["brann"]],
        "routines:adopt": [["ran"]],
        # Fjellvik shares: what a subsidiary sees has a test of its own.
        "routines:shared_": [],
        "routines:share": [[world.routine.slug]],
        "routines:follow": [[each.slug] for each in (world.behind, world.adopted, world.orphaned)],
        "routines:write": [[world.writing.slug]],
        "routines:translate": [[world.translated.slug, "en"], [world.routine.slug, "en"]],
        "routines:law_": [[world.rule.pk]],
        "routines:law_requirement": [[world.rule.pk], [world.rule_aside.pk]],
        "routines:law_take_up": [[world.rule_aside.pk]],
        "routines:point": [[6]],
        "routines:take_out": [[world.routine.slug]],
        "routines:bring": [[world.writing.slug]],
        "routines:incoming": [[world.writing.slug]],
        "routines:refuse_incoming": [[world.writing.slug]],
        "routines:files": [[world.writing.slug]],
        "routines:place_file": [[world.writing.slug]],
        "routines:send": [[world.writing.slug]],
        "routines:review": [[world.in_review.slug]],
        "routines:send_back": [[world.in_review.slug]],
        "routines:approve": [[world.in_approval.slug]],
        "organisations:unit": [[cast.solbakken.pk], [world.retired.pk]],
        "organisations:person": [[cast.kari.pk], [world.newcomer.pk]],
        "organisations:role": [[holding] for holding in holdings(cast)],
        "organisations:area": [[cast.area.pk]],
        "organisations:import": [[world.people_import.pk]],
        "organisations:absence": [[world.absence.pk]],
        "organisations:invitation": [[world.invitation_token], ["x" * 43]],
        "organisations:end_role": [[holding] for holding in holdings(cast)],
        "organisations:hand_over_role": [[holding] for holding in holdings(cast)],
        "organisations:change_person": [[cast.kari.pk]],
        "organisations:end_employment": [[cast.kari.pk]],
        "organisations:end_affiliation": [[world.affiliation.pk]],
        "organisations:group": [[world.group.pk]],
        "organisations:change_group": [[world.group.pk]],
        "organisations:add_group_member": [[world.group.pk]],
        "organisations:remove_group_member": [[world.group.pk, world.members[0].pk]],
        "organisations:retire_group": [[world.group.pk]],
        "organisations:reuse_group": [[world.group.pk]],
        "organisations:": [[cast.kari.pk]],
    }  # fmt: skip


def holdings(cast: Any) -> list[int]:
    with tenant(cast.fjellvik):
        return list(cast.amir.role_holdings.values_list("pk", flat=True))


def addresses(world: World) -> Iterator[tuple[str, str]]:
    """Name and path of everything under the organisation's address."""
    known = arguments(world)
    for route, name, _entry in walk(get_resolver().url_patterns):
        if "<organisation:" not in route:
            continue
        if route.count("<") == 1:
            yield name, reverse(name, args=["fjellvik"])
            continue
        # The longest beginning that is known: a name of its own, or its family's.
        key = max((key for key in known if name.startswith(key)), key=len, default=None)
        assert key is not None, f"{name}: say in `arguments` what to show there"
        for values in known[key]:
            yield name, reverse(name, args=["fjellvik", *values])
    at = reverse("routines:detail", args=["fjellvik", world.translated.slug])
    for tail in ("?sprak=en", "v/1/?sprak=en", "versjoner/?sprak=en", "utkast/?sprak=nn", "utkast/skriv/?sprak=nn"):
        yield "routines:translated", f"{at}{tail}"


def is_page(response: Any) -> bool:
    """Whether an answer is a whole page and not a file, a picture or a fragment."""
    if response.streaming:
        b"".join(response.streaming_content)
        return False
    return response.content.lstrip()[:9].lower() == b"<!doctype"


def pages(world: World) -> list[tuple[str, str]]:
    """(role, path) of every page under the organisation's address; role "" is without sign-in."""
    clients = {role: Client() for role in ROLES}
    for role, client in clients.items():
        client.force_login(getattr(world.cast, role).user)
    clients[""] = Client()
    found, silent = [], []
    for name, path in addresses(world):
        answers = set()
        for role, client in clients.items() if name not in OPEN else [("", clients[""])]:
            response = client.get(path)
            answers.add(status := response.status_code)
            if (status == 200 or name in OPEN) and is_page(response):
                found.append((role, path))
            if status in {200, 405}:
                break
        # A redirect leads to another page, and 405 means that there is none.
        if not answers & {200, 302, 303, 405} and name not in OPEN:
            silent.append((name, path, answers))
    assert not silent, f"nobody in the test's world can open {silent}"
    return found


@pytest.fixture
def world(cast: Any, picture: str) -> World:
    return World(cast, picture)


@pytest.mark.parametrize("part", [0, 1])
def test_every_page_of_an_organisation(world, person, part):
    found = pages(world)
    assert len(found) > 60
    people = {}
    wrong = []
    for role, path in found[part::2]:
        somebody = people.get(role) or people.setdefault(role, person(getattr(world.cast, role) if role else None))
        somebody.open(path)
        wrong += look_at(somebody, path)
    assert not wrong, "\n".join(wrong)


def test_what_a_subsidiary_sees_of_its_parent(world, person):
    """From the code to the parent's template, one's own text and the newer edition; looked at on the way."""
    cast, wrong = world.cast, []
    with tenant(cast.havbris):
        end_affiliation(world.affiliation, by=cast.olav)
    code = code_from(cast.fjellvik, cast.sunniva)
    olav = person(cast.olav)

    def see(path: str) -> None:
        if path:
            assert olav.open(path) == 200
        wrong.extend(look_at(olav, path or olav.path))

    see("/havbris/innstillinger/konsern/")
    see("/havbris/innstillinger/konsern/bli-med/")
    olav.fill(code="feil")
    assert olav.press("main form [type=submit]") == 422
    see("")
    olav.fill(code=code)
    assert olav.press("main form [type=submit]") == 200
    see("")
    olav.press("[name=answer][value=yes]")
    see("/havbris/innstillinger/konsern/")
    see("/havbris/rutiner/bibliotek/")
    see(f"/havbris/rutiner/bibliotek/delt/{world.shared.slug}/")
    see(f"/havbris/rutiner/bibliotek/delt/{world.shared.slug}/ta-i-bruk/")
    olav.press("main form [type=submit]")
    with tenant(cast.fjellvik):
        publish(cast, world.shared, text="# Nytt\n\nRing 110.\n", change_note="Kortere")
    see(f"/havbris/rutiner/{world.shared.slug}/")
    see(f"/havbris/rutiner/{world.shared.slug}/mal/")
    see("/havbris/rutiner/bibliotek/")
    with tenant(cast.havbris):
        pk = parent_affiliation().pk
    see(f"/havbris/innstillinger/konsern/{pk}/avslutt/")
    olav.press("main form [type=submit]")
    see(f"/havbris/rutiner/{world.shared.slug}/")
    see(f"/havbris/rutiner/{world.shared.slug}/mal/")
    assert not wrong, "\n".join(wrong)


SIGN_IN = [
    "/konto/logg-inn/", "/konto/logg-inn/kode/", "/konto/logg-inn/passnokkel/", "/konto/stengt/", "/konto/ny/",
    "/konto/passord/glemt/", "/konto/passord/glemt/sendt/", "/konto/passord/nytt/ferdig/", "/konto/passord/nytt/x-y/",
    "/konto/e-post/sendt/", "/konto/e-post/bekreft/x/", "/demo/epost/",
]  # fmt: skip


def test_every_page_without_sign_in(world, person, site):
    somebody = person()
    wrong = []
    for path in [
        *SIGN_IN,
        f"/fjellvik/meld/?sted={world.cast.solbakken.report_token}",
        "/fjellvik/meld/?sted=gammel",
        "/frakoblet/",
        "/fjellvik/f/",
        "/nei/",
    ]:
        assert somebody.open(path) < 500
        wrong += look_at(somebody, path)
    # Wrong password, and a code by mail.
    somebody.open("/konto/logg-inn/")
    somebody.fill(login="nei@fjellvik.example", password="feil passord her")
    assert somebody.press("form:has([name=password]) button[type=submit]") == 422
    wrong += look_at(somebody, "wrong password")
    somebody.open("/konto/logg-inn/kode/")
    somebody.fill(email=world.cast.amir.email)
    somebody.press()
    wrong += look_at(somebody, "code")
    # The mail itself, as the demo shows it.
    site.mail_to(world.cast.amir.email, "")
    somebody.open("/demo/epost/")
    somebody.press("main ul a")
    wrong += look_at(somebody, "mail")
    # The case, to whoever has its code; and a code that is none.
    for code, status in ((world.code, 200), ("ABCDE", 422)):
        somebody.open("/fjellvik/f/")
        somebody.fill(code=code)
        assert somebody.press() == status
        wrong += look_at(somebody, f"code answered {status}")
    assert not wrong, "\n".join(wrong)


def test_every_page_about_signing_in(world, person):
    # An address that came with an invitation, and all that makes signing in safer.
    user = world.cast.amir.user
    confirmed = {"verified": True, "primary": True}
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults=confirmed)
    amir = person()
    amir.open("/konto/logg-inn/")
    amir.fill(login=world.cast.amir.email, password=world.cast.password)
    amir.press("form:has([name=password]) button[type=submit]")
    assert amir.path == "/fjellvik/"
    wrong = []
    names = [
        name
        for route, name, _entry in walk(get_resolver().url_patterns)
        if route.startswith("konto/") and "<" not in route and "(?P" not in route
    ]
    assert len(names) > 20
    seen = set()

    def look_at_all() -> None:
        for name in names:
            if name == "mfa_download_recovery_codes":
                continue
            status = amir.open(reverse(name))
            assert status < 500, name
            if status != 405 and amir.path not in seen:
                seen.add(amir.path)
                wrong.extend(look_at(amir, amir.path))

    look_at_all()
    amir.open("/konto/bekreft/?next=/konto/passnokler/")
    amir.fill(password=world.cast.password)
    amir.press("form:has([name=password]) button[type=submit]")
    look_at_all()
    # With two steps switched on other pages come up, and signing in has one more.
    seen.discard("/konto/totrinn/")
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    look_at_all()
    assert {"/konto/totrinn/", "/konto/totrinn/app/", "/konto/totrinn/app/av/", "/konto/passnokler/ny/"} <= seen
    other = person()
    other.open("/konto/logg-inn/")
    other.fill(login=user.email, password=world.cast.password)
    other.press("form:has([name=password]) button[type=submit]")
    assert other.path == "/konto/logg-inn/totrinn/"
    wrong += look_at(other, other.path)
    assert not wrong, "\n".join(wrong)


def test_pages_in_use(world, person):
    """What opens, what went wrong, and what is shown only after something was done."""
    amir, wrong = person(world.cast.amir), []
    page = amir.page

    def look(where: str) -> None:
        wrong.extend(f"{where}: {found}" for found in axe(amir) + axe(amir, COLOURS))

    def opened(selector: str, where: str) -> None:
        amir.see(selector).first.click()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            look(f"{where} {scheme}")
        page.emulate_media(color_scheme="light")

    page.set_viewport_size({"width": 390, "height": 844})
    amir.open("/fjellvik/avvik/")
    opened("button[popovertarget=menu]", "menu")
    amir.open("/fjellvik/avvik/")
    opened("button[popovertarget=filters]", "filters")
    amir.open("/fjellvik/")
    opened("button[popovertarget=profile]", "profile")
    amir.open("/fjellvik/meld/")
    opened("details summary", "more about it")
    with tenant(world.cast.fjellvik):
        draft = world.case_of(world.draft).number
    for tail in ("meld/", f"avvik/{draft}/lukk/", f"tiltak/plan/{world.draft.plan_id}/nytt/"):
        path = f"/fjellvik/{tail}"
        amir.open(path)
        assert amir.press("main form [type=submit]") == 422, path
        wrong += look_at(amir, f"{path} with errors")
    # A toast, a case somebody else changed, and one's own list when nothing is found.
    amir.open(f"/fjellvik/avvik/{world.new.number}/")
    amir.press('form[action$="/ta/"] button')
    assert amir.see("[data-toast]").count() == 1
    wrong += look_at(amir, "toast")
    amir.open("/fjellvik/avvik/?q=finnesikke")
    wrong += look_at(amir, "nothing found")
    assert not wrong, "\n".join(wrong)
