"""The law register, the eight points and the handbook: what covers what, who keeps it, and that checks are asked for."""

import datetime
import re

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from hms.assignments.enums import State as AssignmentState
from hms.audit.transitions import InvalidTransition
from hms.organisations.enums import Role
from hms.organisations.handbook import chapters
from hms.organisations.leaving import hand_over_work, open_work
from hms.organisations.models import RoleHolding
from hms.reports.models import ReportJob
from hms.reports.pdf import PdfUnavailable, engine
from hms.tenancy.scope import tenant
from routines import documents, services
from routines.models import Requirement, RoutineClock
from routines.selectors import law
from routines.selectors.handbook import year_ahead
from routines.selectors.meeting import what_it_meets
from routines.starter_laws import BY_CODE, STARTERS
from tests.deviations.helpers import report
from tests.routines.helpers import publish, url
from tests.training.helpers import make


def adopt(cast, *codes, owner=None):
    return services.adopt_laws(codes or ["aml-3-1"], by=cast.sunniva, owner=owner or cast.amir)


def by_number(slug="fjellvik"):
    return {point.asked.number: point for point in law.eight_points(slug)}


def test_starter_list_is_taken_in_once_and_in_the_language_of_the_organisation(cast):
    with tenant(cast.fjellvik), translation.override("en"):
        [rule] = adopt(cast)
        assert adopt(cast) == []
        assert rule.law == "Arbeidsmiljøloven"
        assert "aml-3-1" not in {starter.code for starter in law.starters_left()}
    assert len(BY_CODE) == len(STARTERS)


def test_rule_is_met_by_what_is_in_force_or_by_a_text(cast):
    with tenant(cast.fjellvik):
        [rule] = adopt(cast)
        routine = publish(cast)
        assert not law.is_met(law.register()[0])
        services.change_requirement(rule, by=cast.sunniva, routines=[routine])
        assert law.is_met(law.register()[0])
        services.archive(routine, by=cast.amir, reason="Gammel")
        assert not law.is_met(law.register()[0])
        services.change_requirement(rule, by=cast.sunniva, routines=[], how_met="Vi gjør det sammen.")
        assert law.is_met(law.register()[0])


def test_owner_is_asked_to_check_in_time_and_again_when_it_is_done(cast):
    with tenant(cast.fjellvik):
        [rule] = adopt(cast)
        assert rule.task.state == AssignmentState.PLANNED
        assert rule.task.assignee == cast.amir
        today = timezone.localdate()
        assert services.start_checks(today) == 0
        near = rule.task.due_on - datetime.timedelta(days=20)
        assert services.start_checks(near) == 1
        assert services.start_checks(near) == 0
        first = rule.task
        services.check(rule, by=cast.amir, comment="Leste loven på nytt")
        first.refresh_from_db()
        rule.refresh_from_db()
        assert first.state == AssignmentState.DONE
        assert rule.task_id != first.pk
        assert (rule.checked_on, rule.checked_by) == (today, cast.amir)
        services.set_aside(rule, by=cast.sunniva, reason="Gjelder ikke oss")
        rule.task.refresh_from_db()
        assert rule.task.state == AssignmentState.CANCELLED
        for again in (
            lambda: services.set_aside(rule, by=cast.sunniva, reason="x"),
            lambda: services.check(rule, by=cast.amir),
        ):
            with pytest.raises(InvalidTransition):
                again()
        services.take_up(rule, by=cast.sunniva)
        assert rule.task.state == AssignmentState.PLANNED
        with pytest.raises(InvalidTransition):
            services.take_up(rule, by=cast.sunniva)
        # The workers' turn comes by itself.
        assert RoutineClock.objects.count() == 1


def test_rule_is_never_left_with_somebody_who_has_left(cast):
    with tenant(cast.fjellvik):
        [rule] = adopt(cast)
        with translation.override("en"):
            assert ("× Rule to answer for", 1) in open_work(cast.amir)
        hand_over_work(cast.amir, to=cast.helene, by=cast.admin)
        rule.refresh_from_db()
        assert rule.owner == cast.helene
        assert rule.task.assignee == cast.helene


def test_points_are_covered_by_what_is_there_and_say_what_is_missing(cast):
    with tenant(cast.fjellvik):
        points = by_number()
        assert len(points) == 8
        assert {number for number, point in points.items() if point.is_covered} == {3, 5, 7}
        adopt(cast)
        services.write_goals("Ingen skal bli skadd.", by=cast.sunniva)
        routine = publish(cast)
        assert {number for number, point in by_number().items() if not point.is_covered} == {6, 8}
        services.cover_point(6, by=cast.sunniva, text="", routines=[routine])
        services.cover_point(8, by=cast.sunniva, text="Hver desember.", routines=[])
        assert all(point.is_covered for point in by_number().values())
        services.archive(routine, by=cast.amir, reason="Gammel")
        point = by_number()[6]
        assert not point.is_covered
        assert point.gone == [routine]
        RoleHolding.objects.filter(role=Role.TOP_LEADER).update(
            ends_on=timezone.localdate() - datetime.timedelta(days=1)
        )
        assert not by_number()[5].is_covered


PAGES = ["handbok/", "internkontroll/", "lovregister/"]
KEPT = [
    "lovregister/ny/", "lovregister/forslag/", "lovregister/{pk}/endre/", "lovregister/{pk}/gjelder-ikke/", "internkontroll/6/",
    "handbok/mal/",
]  # fmt: skip


def test_everybody_reads_and_two_roles_keep(cast, client):
    with tenant(cast.fjellvik):
        [rule] = adopt(cast, owner=cast.tor_erik)
    one = f"lovregister/{rule.pk}/"
    for person in (cast.ingrid, cast.kari, cast.amir, cast.tor_erik, cast.sunniva, cast.admin):
        client.force_login(person.user)
        keeps = person in (cast.sunniva, cast.admin)
        for path in [*PAGES, one]:
            assert client.get(f"/fjellvik/{path}").status_code == 200
        for path in KEPT:
            path = path.format(pk=rule.pk)
            assert client.get(f"/fjellvik/{path}").status_code == (200 if keeps else 403), path
        checks = keeps or person == cast.tor_erik
        assert client.get(f"/fjellvik/{one}sjekk/").status_code == (200 if checks else 403)
        if not keeps:
            assert client.post(f"/fjellvik/{one}gjelder/").status_code == 403
            assert client.post("/fjellvik/handbok/mal/", {"goals": "Mine mål"}).status_code == 403


def test_another_organisation_sees_and_changes_nothing(cast, client):
    with tenant(cast.fjellvik):
        [rule] = adopt(cast)
        services.write_goals("Ingen skal bli skadd.", by=cast.sunniva)
        services.cover_point(8, by=cast.sunniva, text="Hver desember.", routines=[])
        routine = publish(cast)
    client.force_login(cast.olav.user)
    for path in [*PAGES, f"lovregister/{rule.pk}/"]:
        assert client.get(f"/fjellvik/{path}").status_code == 404
    for path in ("", "endre/", "sjekk/", "gjelder-ikke/"):
        assert client.get(f"/havbris/lovregister/{rule.pk}/{path}").status_code == 404
    pages = "".join(client.get(f"/havbris/{path}").content.decode() for path in PAGES)
    for words in ("Ingen skal bli skadd", "Hver desember", routine.title, "Amir"):
        assert words not in pages
    # A routine of another organisation cannot be linked to.
    assert client.post("/havbris/internkontroll/8/", {"text": "x", "linked": [routine.pk]}).status_code == 422
    with tenant(cast.havbris):
        adopted = services.adopt_laws(["aml-3-1"], by=cast.olav, owner=cast.olav)
        assert [one.pk for one in Requirement.objects.all()] == [adopted[0].pk]
        assert not by_number("havbris")[8].is_covered
    with tenant(cast.fjellvik):
        assert Requirement.objects.get().pk == rule.pk


def test_register_is_kept_through_its_pages(cast, client):
    client.force_login(cast.sunniva.user)
    assert client.post("/fjellvik/lovregister/forslag/", {"owner": cast.amir.pk}).status_code == 422
    answer = client.post("/fjellvik/lovregister/forslag/", {"owner": cast.amir.pk, "codes": ["aml-3-1", "ikf-5"]})
    assert answer.status_code == 303
    with tenant(cast.fjellvik):
        routine = publish(cast)
        rule = Requirement.objects.get(code="ikf-5")
    own = {
        "law": "Forskrift om noe",
        "place": "§ 3",
        "summary": "Vi gjør det.",
        "owner": cast.amir.pk,
        "check_months": 6,
    }
    assert client.post("/fjellvik/lovregister/ny/", {**own, "address": "javascript:alert(1)"}).status_code == 422
    assert client.post("/fjellvik/lovregister/ny/", {**own, "linked": [routine.pk]}).status_code == 303
    changed = {**own, "law": "Internkontrollforskriften", "owner": cast.tor_erik.pk, "check_months": 3}
    assert client.post(f"/fjellvik/lovregister/{rule.pk}/endre/", changed).status_code == 303
    with tenant(cast.fjellvik):
        rule.refresh_from_db()
        assert (rule.owner, rule.task.assignee, rule.check_months) == (cast.tor_erik, cast.tor_erik, 3)
    page = client.get("/fjellvik/lovregister/").content.decode()
    assert routine.title in page
    client.force_login(cast.tor_erik.user)
    assert client.post(f"/fjellvik/lovregister/{rule.pk}/sjekk/", {"comment": "Ja"}).status_code == 303
    client.force_login(cast.sunniva.user)
    assert client.post(f"/fjellvik/lovregister/{rule.pk}/gjelder-ikke/", {"reason": " "}).status_code == 422
    assert client.post(f"/fjellvik/lovregister/{rule.pk}/gjelder-ikke/", {"reason": "Vi har ingen"}).status_code == 303
    assert client.post(f"/fjellvik/lovregister/{rule.pk}/gjelder-ikke/", {"reason": "igjen"}).status_code == 409
    assert "Vi har ingen" in client.get(f"/fjellvik/lovregister/{rule.pk}/").content.decode()


def test_handbook_is_what_the_organisation_has_and_no_link_leads_nowhere(cast, client):
    with tenant(cast.fjellvik):
        routine = publish(cast)
        adopt(cast)
        services.write_goals("- Ingen skal bli <script>skadd</script>", by=cast.sunniva)
    client.force_login(cast.ingrid.user)
    page = client.get("/fjellvik/handbok/").content.decode()
    for words in (
        "Ragnhild Vik",
        "Sunniva Bakke",
        "Kari Lunde",
        "Amir Hosseini",
        routine.title,
        "Arbeidsmiljøloven § 3-1",
    ):
        assert words in page
    assert "<script>skadd" not in page
    main = page[page.index("<main") : page.index("</main>")]
    for address in sorted(set(re.findall(r'href="(/fjellvik/[^"#]*)"', main))):
        assert client.get(address).status_code == 200, address
    anchors = re.findall(r'href="#([^"]+)"', main)
    assert anchors
    assert all(f'id="{anchor}"' in page for anchor in anchors)
    with tenant(cast.fjellvik):
        services.archive(routine, by=cast.amir, reason="Gammel")
    assert routine.title not in client.get("/fjellvik/handbok/").content.decode()


def test_year_ahead_has_every_revision_and_check_in_its_month(cast, client):
    with tenant(cast.fjellvik):
        late, later = publish(cast, title="Skulle vært sett på"), publish(cast, title="Om et halvt år")
        too_late, gone = publish(cast, title="Om to år"), publish(cast, title="Ute av bruk")
        [rule] = adopt(cast)
        today = timezone.localdate()
        for task, days in ((late.revision, -40), (later.revision, 180), (too_late.revision, 800), (rule.task, 3)):
            type(task).objects.filter(pk=task.pk).update(due_on=today + datetime.timedelta(days=days))
        services.archive(gone, by=cast.amir, reason="Gammel")
        year = year_ahead(today)
    lines = {line.name: (month.first, line.is_late) for month in year for line in month.lines}
    assert lines == {
        late.title: (today.replace(day=1), True),
        rule.name: ((today + datetime.timedelta(days=3)).replace(day=1), False),
        later.title: ((today + datetime.timedelta(days=180)).replace(day=1), False),
    }
    client.force_login(cast.ingrid.user)
    page = client.get("/fjellvik/handbok/").content.decode()
    assert 'id="year"' in page
    assert late.title in page[page.index('id="year"') : page.index('id="law"')]


def test_handbook_on_paper_brings_the_texts_that_are_in_force_when_asked_to(cast, client):
    with tenant(cast.fjellvik):
        first = publish(cast, title="Brann", text="# Med en gang\n\nRing 110.\n")
        publish(cast, title="Ran", text="# Med en gang\n\nIkke gjør motstand.\n")
        gone = publish(cast, title="Ute", text="Gjelder ikke lenger.\n")
        services.archive(gone, by=cast.amir, reason="Gammel")
        services.save_draft(
            services.begin_draft(first, by=cast.amir), by=cast.amir, revision=1, text="Ikke ferdig", change_note="x"
        )
        with translation.override("en"):
            without = render_to_string("routines/handbook_pdf.html", documents.handbook_context(cast.ingrid)[0])
            context, _files = documents.handbook_context(cast.ingrid, with_texts=True)
            html = render_to_string("routines/handbook_pdf.html", context)
    assert "Ring 110." not in without
    assert "Ring 110." in html
    assert "Ikke gjør motstand." in html
    assert "Gjelder ikke lenger." not in html
    assert "Ikke ferdig" not in html
    anchors = re.findall(r' id="([^"]+)"', html)
    assert len(anchors) == len(set(anchors))
    assert all(anchor in anchors for anchor in re.findall(r'href="#([^"]+)"', html))


def test_handbook_says_which_hazards_have_shown_themselves_and_points_at_nobody(cast, client):
    with tenant(cast.fjellvik):
        for number in range(5):
            report(cast, category="equipment", text=f"Rekkverket er løst, sted {number}")
        for number in range(4):
            report(cast, category="violence", text=f"Ble truet, gang {number}")
        book = chapters("fjellvik")
    hazards = next(one for one in book if one.key == "hazards")
    assert [said for _name, said in hazards.rows] == ["flere"]
    for person in (cast.ingrid, cast.sunniva):
        client.force_login(person.user)
        page = client.get("/fjellvik/handbok/").content.decode()
        shown = page[page.index('id="hazards"') : page.index('id="law"')]
        assert hazards.rows[0][0] in shown
        assert "Vold" not in shown
    client.force_login(cast.olav.user)
    assert hazards.rows[0][0] not in client.get("/havbris/handbok/").content.decode()


def test_text_links_to_a_training_and_to_what_others_keep(cast, client):
    with tenant(cast.fjellvik):
        course = make(cast, "Varme arbeider")
        routine = publish(
            cast, text=f"Ta [kurset](ting:training-{course.pk}), ikke [dette](ting:training-{course.pk}0).\n"
        )
    client.force_login(cast.ingrid.user)
    page = client.get(f"/fjellvik/rutiner/{routine.slug}/").content.decode()
    assert f'href="/fjellvik/opplaering/{course.pk}/"' in page
    assert "ting:" not in page


def test_text_links_to_a_rule_of_the_register_while_it_is_there(cast, client):
    with tenant(cast.fjellvik):
        [rule] = adopt(cast, "aml-5-1")
        routine = publish(cast, text="Se [registeret](lov:arbeidsmiljoloven-5-1) og [ingenting](lov:finnes-ikke).\n")
    client.force_login(cast.ingrid.user)
    address = f'href="/fjellvik/lovregister/{rule.pk}/"'
    page = client.get(f"/fjellvik/rutiner/{routine.slug}/").content.decode()
    assert address in page
    assert "lov:" not in page
    with tenant(cast.fjellvik):
        services.begin_draft(routine, by=cast.amir)
    client.force_login(cast.amir.user)
    editor = client.get(f"/fjellvik/rutiner/{routine.slug}/utkast/skriv/").content.decode()
    assert '<option value="lov:arbeidsmiljoloven-5-1">Arbeidsmiljøloven § 5-1</option>' in editor
    with tenant(cast.fjellvik):
        services.set_aside(rule, by=cast.sunniva, reason="Gjelder ikke")
    page = client.get(f"/fjellvik/rutiner/{routine.slug}/").content.decode()
    assert "registeret" in page
    assert address not in page


def test_handbook_costs_the_same_however_much_there_is(cast, client, django_assert_max_num_queries):
    client.force_login(cast.ingrid.user)
    counts = []
    for round_ in range(2):
        with tenant(cast.fjellvik):
            for number in range(1 + round_ * 3):
                publish(cast, title=f"Rutine {round_} {number}")
            adopt(cast, *[starter.code for starter in STARTERS[round_ * 4 : round_ * 4 + 4]])
        for path in PAGES:
            with django_assert_max_num_queries(60) as queries:
                client.get(f"/fjellvik/{path}")
            counts.append(len(queries))
    assert counts[:3] == counts[3:]


def test_handbook_on_paper_has_contents_and_the_list_of_versions(cast, client, django_capture_on_commit_callbacks):
    with tenant(cast.fjellvik):
        routine = publish(cast)
        publish(cast, routine, text="# Nytt\n", change_note="Ring 113 først")
        adopt(cast)
        with translation.override("en"):
            html = render_to_string("routines/handbook_pdf.html", documents.handbook_context(cast.ingrid)[0])
    assert "Ring 113 først" in html
    assert "Helene Dahl" in html
    for anchor in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{anchor}"' in html
    assert "style=" not in html
    try:
        engine()
    except PdfUnavailable:
        pytest.skip("no PDF library works here")
    client.force_login(cast.ingrid.user)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("routines:handbook_pdf", args=["fjellvik"])).status_code == 303
    with tenant(cast.fjellvik):
        job = ReportJob.objects.get()
        assert job.state == "done"
    assert b"".join(client.get(f"/fjellvik/rapporter/{job.pk}/fil/").streaming_content).startswith(b"%PDF")


def test_routines_own_page_says_what_it_meets(cast, client, django_assert_num_queries):
    with tenant(cast.fjellvik):
        routine = publish(cast)
        rule, aside = adopt(cast, "aml-3-1", "aml-7")
        services.change_requirement(rule, by=cast.sunniva, routines=[routine])
        services.change_requirement(aside, by=cast.sunniva, routines=[routine])
        services.set_aside(aside, by=cast.sunniva, reason="Vi er for få.")
        services.cover_point(7, by=cast.sunniva, text="", routines=[routine])
        with django_assert_num_queries(1):
            meets = what_it_meets(routine)
        assert (meets.rules, meets.points) == ([(rule.pk, rule.name)], [7])
    client.force_login(cast.ingrid.user)
    page = client.get(url(routine)).content.decode()
    assert f'href="/fjellvik/lovregister/{rule.pk}/"' in page
    assert f'href="/fjellvik/lovregister/{aside.pk}/"' not in page
    assert 'href="/fjellvik/internkontroll/#point-7"' in page
    assert "oppfyller ikke lenger noe av dette" not in page
    with tenant(cast.fjellvik):
        services.archive(routine, by=cast.amir, reason="Erstattet.")
    assert "oppfyller ikke lenger noe av dette" in client.get(url(routine)).content.decode()
