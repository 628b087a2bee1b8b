"""The list that a team without accounts signs: the text that holds, and exactly those who have not confirmed."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from hms.reports.kinds import ReportGone
from hms.reports.models import ReportJob
from hms.reports.pdf import PdfUnavailable, engine
from hms.tenancy.scope import tenant
from routines import documents, services
from routines.models import Routine
from tests.routines.helpers import publish, url


def on_paper(routine, employee) -> str:
    with translation.override("en"):
        return render_to_string("routines/readers_pdf.html", documents.readers_context(routine, employee)[0])


def test_list_has_the_text_and_those_who_have_not_signed(cast):
    with tenant(cast.fjellvik):
        routine = publish(cast, text="# Ring\n\n- [ ] **113**\n\n| a | b |\n|-|-|\n| 1 | 2 |\n")
        services.confirm(routine, cast.kari, version=1)
        routine = Routine.objects.select_related("organisation", "owner", "current").get()
        html = on_paper(routine, cast.amir)
    assert "☐ <strong>113</strong>" in html
    assert "Ingrid Solheim" in html
    assert "Kari Lunde" not in html
    assert "http" not in html
    assert "style=" not in html


def test_leader_gets_the_names_of_their_own_people_only(cast):
    with tenant(cast.fjellvik):
        publish(cast, unit=cast.kommune, owner=cast.sunniva, by=cast.sunniva)
        routine = Routine.objects.select_related("organisation", "owner", "current").get()
        html = on_paper(routine, cast.piotr)
    assert "Tor Erik Moen" in html
    assert "Ingrid Solheim" not in html


def test_list_is_made_by_a_worker_for_those_who_may(cast, client, django_capture_on_commit_callbacks):
    try:
        engine()
    except PdfUnavailable:
        pytest.skip("no PDF library works here")
    with tenant(cast.fjellvik):
        routine = publish(cast)
    client.force_login(cast.amir.user)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(url(routine, "lesere/ark/"))
    assert answer.status_code == 303
    with tenant(cast.fjellvik):
        job = ReportJob.objects.get()
        assert (job.state, job.name) == ("done", "stikkskader-og-blodsol-v1.pdf")
        with pytest.raises(ReportGone):
            documents.make_readers({"routine": routine.pk, "slug": routine.slug}, cast.ingrid)
    done = client.get(f"/fjellvik/rapporter/{job.pk}/fil/")
    assert b"".join(done.streaming_content).startswith(b"%PDF")
