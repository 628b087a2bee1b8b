"""Asking for a report, waiting for it, fetching it."""

import datetime

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from hms.reports import kinds, services
from hms.reports.enums import JobState, Problem
from hms.reports.models import ReportJob
from hms.reports.pdf import PdfUnavailable
from hms.reports.tasks import sweep_reports
from hms.tenancy.scope import tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(monkeypatch):
    """A kind whose maker does what its parameters say."""

    def make(parameters, employee):
        if "raises" in parameters:
            raise {"gone": kinds.ReportGone, "pdf": PdfUnavailable, "bug": ZeroDivisionError}[parameters["raises"]]
        return kinds.Made("rapport.pdf", f"%PDF til {employee.given_name}".encode())

    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    kinds.register(kinds.Kind("test.report", make, lambda parameters, slug: f"/{slug}/avvik/"))
    return "test.report"


@pytest.fixture
def ask(cast, kind, django_capture_on_commit_callbacks):
    def ask(employee=None, **parameters) -> ReportJob:
        with django_capture_on_commit_callbacks(execute=True), tenant(cast.fjellvik):
            job = services.request_report(kind, by=employee or cast.amir, parameters=parameters)
        with tenant(cast.fjellvik):
            job.refresh_from_db()
        return job

    return ask


def page(job) -> str:
    return reverse("reports:show", args=["fjellvik", job.pk])


def file(job) -> str:
    return reverse("reports:download", args=["fjellvik", job.pk])


def test_a_worker_makes_it_and_the_asker_fetches_it(client, cast, ask):
    job = ask()
    assert job.state == JobState.DONE
    client.force_login(cast.amir.user)
    assert file(job) in client.get(page(job)).content.decode()
    response = client.get(file(job))
    assert b"".join(response.streaming_content) == b"%PDF til Amir"
    assert response["Content-Disposition"] == 'attachment; filename="rapport.pdf"'
    assert response["Cache-Control"] == "private, no-store"


def test_nobody_else_can_know_of_it(client, cast, ask):
    job = ask()
    for employee in (cast.sunniva, cast.ragnhild, cast.admin, cast.olav):
        client.force_login(employee.user)
        assert client.get(page(job)).status_code == 404
        assert client.get(file(job)).status_code == 404
    client.force_login(cast.olav.user)
    assert client.get(reverse("reports:download", args=["havbris", job.pk])).status_code == 404


def test_the_page_waits_and_asks_again(client, cast, kind):
    with tenant(cast.fjellvik):
        job = services.request_report(kind, by=cast.amir, parameters={})
    client.force_login(cast.amir.user)
    html = client.get(page(job)).content.decode()
    assert 'hx-trigger="load delay:1s"' in html
    assert '<noscript><meta http-equiv="refresh"' in html
    part = client.get(page(job), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert client.get(file(job)).status_code == 404


@pytest.mark.parametrize(
    ("raises", "problem"), [("gone", Problem.GONE), ("pdf", Problem.PDF_UNAVAILABLE), ("bug", Problem.ERROR)]
)
def test_what_goes_wrong_is_said(client, cast, ask, raises, problem, caplog):
    job = ask(raises=raises)
    assert (job.state, job.problem) == (JobState.FAILED, problem)
    client.force_login(cast.amir.user)
    html = client.get(page(job)).content.decode()
    assert "hx-trigger" not in html
    assert client.get(file(job)).status_code == 404
    assert "Amir" not in caplog.text


def test_making_it_twice_makes_it_once(cast, ask):
    job = ask()
    with tenant(cast.fjellvik):
        services.make(job.pk)
        assert ReportJob.objects.get(pk=job.pk).storage_key == job.storage_key


def test_it_is_gone_after_an_hour(client, cast, ask, django_capture_on_commit_callbacks):
    job = ask()
    with tenant(cast.fjellvik):
        ReportJob.objects.filter(pk=job.pk).update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    client.force_login(cast.amir.user)
    assert client.get(page(job)).status_code == 200
    assert client.get(file(job)).status_code == 404
    assert default_storage.exists(job.storage_key)
    with django_capture_on_commit_callbacks(execute=True):
        sweep_reports()
    assert not default_storage.exists(job.storage_key)
    with tenant(cast.fjellvik):
        assert not ReportJob.objects.exists()


def test_the_sweep_makes_what_no_worker_was_told_of(cast, kind):
    with tenant(cast.fjellvik):
        job = services.request_report(kind, by=cast.amir, parameters={})
        ReportJob.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=2))
    sweep_reports()
    with tenant(cast.fjellvik):
        job.refresh_from_db()
        assert job.state == JobState.DONE


def test_an_unknown_kind_is_a_programming_error(cast):
    with pytest.raises(KeyError), tenant(cast.fjellvik):
        services.request_report("nothing.known", by=cast.amir, parameters={})
