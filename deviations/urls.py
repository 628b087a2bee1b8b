"""Addresses of cases, below an organisation's."""

from django.urls import include, path, register_converter

from deviations.converters import CaseNumber
from deviations.injury_urls import of_case as injuries_of_case
from deviations.views import (
    categories,
    causes,
    downloads,
    examples,
    handling,
    identity,
    languages,
    pdf,
    posters,
    rating,
    reading,
    reporting,
    saved_views,
    trends,
    whistleblowing,
)

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
    path("oversett/", languages.translate, name="translate"),
    path("identitet/", identity.share, name="share_identity"),
    path("varsel/", whistleblowing.make_whistleblowing, name="make_whistleblowing"),
    path("ikke-varsel/", whistleblowing.make_deviation, name="make_deviation"),
    path("gjelder/", whistleblowing.add_subject, name="add_subject"),
    path("hjalp/", rating.rate, name="rate"),
    path("fiskebein/", causes.fishbone, name="fishbone"),
    path("kostnad/", causes.cost, name="cost"),
    path("eksempel/", examples.write, name="write_example"),
    *injuries_of_case,
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
    path("avvik/plakat/<int:unit>/", posters.poster, name="poster"),
    path("avvik/plakat/<int:unit>/qr.svg", posters.poster_code, name="poster_code"),
    path("avvik/plakat/<int:unit>/pdf/", posters.poster_pdf, name="poster_pdf"),
    path("innstillinger/kategorier/", categories.overview, name="categories"),
    path("innstillinger/kategorier/ny/", categories.add, name="add_category"),
    path("innstillinger/kategorier/<slug:key>/", categories.change, name="change_category"),
    path("avvik/<case_number:number>/", include(of_case)),
    path("varsling/", whistleblowing.overview, name="whistleblowing"),
    path("innstillinger/varsling/", whistleblowing.settings, name="whistleblowing_settings"),
    path("innstillinger/varsling/mottaker/", whistleblowing.add_receiver, name="add_receiver"),
    path("innstillinger/varsling/mottaker/<int:pk>/avslutt/", whistleblowing.end_receiver, name="end_receiver"),
    path("avvik/trender/", trends.trend_page, name="trends"),
    path("skader/", include("deviations.injury_urls")),
    path("gode-eksempler/", examples.example_list, name="examples"),
    path("gode-eksempler/<int:pk>/", examples.show, name="example"),
    path("gode-eksempler/<int:pk>/samtykke/", examples.consent, name="example_consent"),
    path("gode-eksempler/<int:pk>/spor/", examples.ask, name="example_ask"),
    path("gode-eksempler/<int:pk>/publiser/", examples.publish, name="example_publish"),
    path("gode-eksempler/<int:pk>/trekk/", examples.withdraw, name="example_withdraw"),
    path("gode-eksempler/<int:pk>/tommel/", examples.like, name="example_like"),
]
