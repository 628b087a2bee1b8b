"""Every address, as nobody, as an outsider, and in each role: never a 500, never another organisation's page."""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from deviations.injury_enums import InjuryOutcome
from hms.files.services import attach
from hms.tenancy.scope import tenant
from routines import services as routines
from tests.cast import Cast
from tests.deviations.helpers import add_action, report
from tests.deviations.injury_words import injure
from tests.routines.helpers import publish
from tests.training.helpers import make, teach

ROLES = ["ingrid", "amir", "kari", "tor_erik", "sunniva", "ragnhild", "vigdis", "admin"]
OPEN = {
    "deviations:report", "deviations:follow", "assignments:link", "assignments:calendar_feed", "organisations:theme",
    "organisations:invitation", "deviations:whistleblowing",
}  # fmt: skip
# 204: what a script tells, and waits for no answer to (a routine is open).
ANSWERS = {200, 204, 302, 303, 400, 403, 404, 405, 409, 410, 422, 429}


def walk(patterns: list, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from walk(entry.url_patterns, route, inner)
        else:
            yield route, f"{namespace}{entry.name}", entry


def addresses() -> list[tuple[str, str]]:
    return [(route, name) for route, name, _entry in walk(get_resolver().url_patterns) if "<organisation:" in route]


@pytest.fixture
def things(cast: Cast) -> dict[str, object]:
    """One of everything, in Fjellvik."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from deviations import services
    from hms.actions.models import Statement
    from hms.actions.services import give_statement, send_to_safety_rep
    from hms.notifications.models import Notification

    with tenant(cast.fjellvik):
        case = report(cast)
        action = add_action(cast, case)
        send_to_safety_rep(action.plan, to=cast.kari, by=cast.amir)
        give_statement(action.plan, opinion="disagree", comment="Nei", by=cast.kari)
        file = attach(SimpleUploadedFile("notat.txt", b"Hei"), owner=case, by=cast.ingrid)
        finished = report(cast)
        services.close(finished, by=cast.amir, answer="Takk")
        texts = dict.fromkeys(("title", "problem", "done", "better"), "Trapp B")
        example = services.write_example(finished, by=cast.amir, texts=texts)
        services.keep_consent(example, yes=True, by=cast.ingrid)
        services.publish(example, by=cast.amir)
        serious = InjuryOutcome.SERIOUS
        injury = injure(cast, case, employee=cast.ingrid, outcome=serious, course="Trapp B", is_electric=True)
        return {
            "case": case,
            "plan": action.plan_id,
            "action": action.pk,
            "assignment": case.handling_id,
            "statement": Statement.objects.get().pk,
            "file": file,
            "notification": Notification.objects.first().pk,
            "unit": cast.solbakken.pk,
            "employee": cast.ingrid.pk,
            "area": cast.area.pk,
            "example": example.pk,
            "injury": injury.pk,
            "routine": (routine := publish(cast, title="Trapp B", text="Gå sakte i trapp B.")),
            "use": routines.log_use(
                routine,
                by=cast.kari,
                kind="round",
                used_on=timezone.localdate(),
                unit=cast.solbakken,
                worked="unclear",
                note="Trapp B er bratt.",
            ),
            "training": (training := make(cast, "Trapp B")),
            "completion": teach(training, cast.ingrid, by=cast.amir)[0],
        }


def visit(client, path: str, method: str = "get", **data: object):
    """Ask, and read a streamed file to its end, which closes it."""
    response = getattr(client, method)(path, data)
    if response.streaming:
        b"".join(response.streaming_content)
    return response


def fill(route: str, name: str, things: dict[str, object]) -> str:
    """An address with real arguments. An argument nobody thought of gets an id that exists nowhere."""
    values = {
        "organisation": "fjellvik",
        "number": things["case"].number,
        "slug": things["routine"].slug,
        "version": 1,
        "old": 1,
        "new": 1,
        "unit": things["unit"],
        "token": "x" * 43,
        "name": things["file"].name,
        "hex": "0c5a5e",
        "colour": "0c5a5e",
        "kind": "labour_call",
    }
    by_name = {
        "actions:change": "action", "actions:remove": "action", "actions:reply": "statement",
        "notifications:person_log": "employee", "notifications:send_again": "employee",
        "files:serve": "file", "assignments": "assignment", "notifications": "notification", "actions": "plan",
        "organisations:unit": "unit", "organisations:employee": "employee", "organisations:person": "employee",
        "routines:use": "use", "routines:withdraw_use": "use", "training:completion": "completion",
        "training:prove": "completion", "training:withdraw": "completion", "training:": "training",
        "organisations:area": "area", "deviations:example": "example", "deviations:injury": "injury",
    }  # fmt: skip

    def value(match: re.Match) -> str:
        argument = match.group(1).split(":")[-1]
        if argument in values:
            return str(values[argument])
        key = next((thing for prefix, thing in by_name.items() if name.startswith(prefix)), None)
        thing = things.get(key, 999_999_999)
        return str(getattr(thing, "pk", thing)) if "uuid" not in match.group(1) else str(uuid.uuid4())

    return "/" + re.sub(r"<([^>]+)>", value, route).replace("\\Z", "")


def test_there_are_many_addresses_and_none_is_nameless():
    assert len(addresses()) > 40
    assert all(name and not name.endswith(":None") for _route, name in addresses())


def test_nobody_is_asked_to_sign_in(things, client):
    for route, name in addresses():
        if name in OPEN:
            continue
        response = visit(client, fill(route, name, things))
        assert response.status_code == 302, name
        assert response.headers["Location"].startswith("/konto/"), name


def test_outsider_finds_nothing(cast, things, client):
    client.force_login(cast.olav.user)
    for route, name in addresses():
        if name in OPEN:
            continue
        path = fill(route, name, things)
        assert visit(client, path).status_code == 404, name
        # An open view may refuse the method before it looks.
        assert visit(client, path, "post").status_code in {404, 405}, name


def test_own_address_with_another_organisations_ids_finds_nothing(cast, things, client):
    """Olav is HSE manager and administrator at Havbris: Fjellvik's ids must not exist there."""
    client.force_login(cast.olav.user)
    for route, name in addresses():
        if "<" not in route.replace("<organisation:organisation>", "") or name in OPEN:
            continue
        path = fill(route, name, things).replace("/fjellvik/", "/havbris/")
        for response in (visit(client, path), visit(client, path, "post")):
            assert response.status_code in {404, 405}, (name, response.status_code)
            assert "Trapp B" not in response.content.decode(errors="replace")


@pytest.mark.parametrize("role", ROLES)
def test_no_role_meets_an_error(cast, things, client, role):
    client.force_login(getattr(cast, role).user)
    for route, name in addresses():
        path = fill(route, name, things)
        assert visit(client, path).status_code in ANSWERS, name
        assert visit(client, path, "post", text="x").status_code in ANSWERS, name


def test_pages_carry_no_inline_script_or_style(cast, things, client):
    client.force_login(cast.amir.user)
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", re.IGNORECASE)
    for route, name in addresses():
        response = visit(client, fill(route, name, things))
        if response.status_code == 200 and "html" in response.headers["Content-Type"]:
            page = response.content.decode()
            assert not inline.search(page), (name, inline.search(page))
            assert "default-src 'none'" in response.headers["Content-Security-Policy"], name


def test_nul_byte_is_a_bad_request(cast, client):
    client.force_login(cast.amir.user)
    assert client.get("/fjellvik/avvik/?q=%00").status_code == 400
    assert client.post("/fjellvik/meld/", {"description": "a\0b"}).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/fjellvik/avvik/99999-1/",
        "/fjellvik/avvik/2026-999999999/",
        "/fjellvik/oppgaver/99999999999999999999/",
        "/nei/",
        "/FJELLVIK/",
    ],
)
def test_address_that_does_not_exist_is_not_found(cast, client, path):
    client.force_login(cast.amir.user)
    assert client.get(path).status_code == 404
