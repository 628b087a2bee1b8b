"""Addresses of cases, below an organisation's."""

from django.urls import include, path, register_converter

from deviations.converters import CaseNumber
from deviations.views import downloads, handling, pdf, reading, reporting, saved_views

register_converter(CaseNumber, "case_number")

app_name = "deviations"

of_case = [
    path("", reading.detail, name="detail"),
    path("ta/", handling.receive, name="receive"),
    path("vurder/", handling.triage, name="triage"),
    path("arsak/", handling.causes, name="causes"),
    path("kommentar/", handling.comment, name="comment"),
    path("svar/", handling.answer, name="answer"),
    path("lukk/", handling.close, name="close"),
    path("gjenapne/", reporting.reopen, name="reopen"),
    path("gi-videre/", handling.hand_over, name="hand_over"),
    path("konfidensiell/", handling.make_confidential, name="make_confidential"),
    path("tilgang/", handling.grant_access, name="grant_access"),
    path("plan/", handling.start_plan, name="start_plan"),
    path("mer/", reporting.add_details, name="add_details"),
    path("pdf/", pdf.case_pdf, name="pdf"),
]

of_views = [
    path("", saved_views.overview, name="views"),
    path("ny/", saved_views.add, name="view_add"),
    path("<int:pk>/", saved_views.change, name="view_change"),
    path("<int:pk>/folg/", saved_views.follow, name="view_follow"),
    path("<int:pk>/stopp/", saved_views.stop, name="view_stop"),
    path("<int:pk>/opp/", saved_views.move, {"up": True}, name="view_up"),
    path("<int:pk>/ned/", saved_views.move, {"up": False}, name="view_down"),
    path("<int:pk>/slett/", saved_views.remove, name="view_remove"),
]

urlpatterns = [
    path("meld/", reporting.report, name="report"),
    path("meld/kvittering/<case_number:number>/", reporting.receipt, name="receipt"),
    path("f/", reporting.follow, name="follow"),
    path("avvik/", reading.deviation_list, name="list"),
    path("avvik/last-ned/", downloads.download, name="download"),
    path("avvik/visninger/", include(of_views)),
    path("avvik/importer/", include("deviations.import_urls")),
    path("avvik/plakat/<int:unit>/", reading.poster, name="poster"),
    path("avvik/plakat/<int:unit>/qr.svg", reading.poster_code, name="poster_code"),
    path("avvik/<case_number:number>/", include(of_case)),
]
