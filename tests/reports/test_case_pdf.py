"""One case on paper: made by a worker, with what its asker may see."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.utils import translation
from PIL import Image

from deviations import documents, services
from deviations.enums import CommentVisibility, ReporterKind
from deviations.models import Deviation, WhyStep
from hms.files.services import attach
from hms.reports.kinds import ReportGone
from hms.reports.models import ReportJob
from hms.reports.pdf import PdfUnavailable, engine
from hms.tenancy.scope import tenant
from tests.deviations.helpers import add_action, report, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def deviation(cast) -> Deviation:
    out = io.BytesIO()
    Image.new("RGB", (600, 400), (200, 30, 30)).save(out, "JPEG")
    with tenant(cast.fjellvik):
        deviation = report(cast)
        photo = SimpleUploadedFile("a.jpg", out.getvalue())
        attach(photo, owner=deviation, by=cast.ingrid, alternative_text="Skruehull")
        services.receive(deviation, by=cast.amir)
        add_action(cast, deviation)
        WhyStep.objects.create(deviation=deviation, position=1, text="Skruer manglet", is_root=True)
        services.comment(deviation, by=cast.amir, text="Bare oss imellom", visibility=CommentVisibility.INTERNAL)
        services.comment(deviation, by=cast.amir, text="Takk for at du meldte", visibility=CommentVisibility.REPORTER)
    return deviation


def on_paper(deviation: Deviation, employee) -> str:
    deviation = Deviation.objects.select_related("unit", "organisation", "plan").get(pk=deviation.pk)
    context, files = documents.case_context(deviation, employee)
    assert len(files) == 1
    return render_to_string("deviations/case_pdf.html", context)


def test_the_handler_has_everything(cast, deviation):
    with tenant(cast.fjellvik), translation.override("en"):
        html = on_paper(deviation, cast.amir)
    for text in (deviation.number, "Rekkverket i trapp B løsnet", "Trapp B", "Solbakken sykehjem", "Ingrid Solheim",
                 "Skruehull", "Skruer manglet", "Fest rekkverket", "Tor Erik Moen", "Bare oss imellom",
                 "Fjellvik kommune"):  # fmt: skip
        assert text in html
    assert "http" not in html


def test_the_reporter_has_not_what_is_said_between_those_who_handle(cast, deviation):
    with tenant(cast.fjellvik):
        html = on_paper(deviation, cast.ingrid)
    assert "Takk for at du meldte" in html
    assert "Bare oss imellom" not in html


def test_nobody_is_named_in_an_anonymous_case(cast):
    with tenant(cast.fjellvik), translation.override("en"):
        deviation = report(cast, reporter_kind=ReporterKind.ANONYMOUS)
        context, _files = documents.case_context(
            Deviation.objects.select_related("unit", "organisation").get(pk=deviation.pk), cast.amir
        )
        html = render_to_string("deviations/case_pdf.html", context)
    assert "Anonymous" in html
    assert "Ingrid" not in html


def test_it_is_gone_for_whoever_may_not_see_it(cast, deviation):
    with tenant(cast.fjellvik), pytest.raises(ReportGone):
        documents.make_case({"deviation": deviation.pk}, cast.piotr)


def test_imported_values_are_on_it(cast):
    with tenant(cast.fjellvik):
        deviation = report(cast)
        Deviation.objects.filter(pk=deviation.pk).update(
            imported_values={"Fylke": "Troms", "<b>Tom</b>": " "}, external_id="A-17"
        )
        html = render_to_string(
            "deviations/case_pdf.html",
            documents.case_context(Deviation.objects.select_related("unit").get(pk=deviation.pk), cast.amir)[0],
        )
    assert "Troms" in html
    assert "A-17" in html
    assert "<b>Tom" not in html


def test_from_the_button_to_the_file(client, cast, deviation, django_capture_on_commit_callbacks):
    try:
        engine()
    except PdfUnavailable:
        pytest.skip("no PDF library works on this machine")
    client.force_login(cast.amir.user)
    assert client.get(url(deviation, "pdf/")).status_code == 405
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(url(deviation, "pdf/"))
    with tenant(cast.fjellvik):
        job = ReportJob.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/fjellvik/rapporter/{job.pk}/")
    page = client.get(response["Location"]).content.decode()
    assert f"/fjellvik/rapporter/{job.pk}/fil/" in page
    assert url(deviation) in page
    file = client.get(f"/fjellvik/rapporter/{job.pk}/fil/")
    assert b"".join(file.streaming_content).startswith(b"%PDF-")


def test_an_outsider_cannot_ask(client, cast, deviation):
    client.force_login(cast.piotr.user)
    assert client.post(url(deviation, "pdf/")).status_code == 404
    with tenant(cast.fjellvik):
        assert not ReportJob.objects.exists()
