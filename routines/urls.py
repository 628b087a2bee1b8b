"""Addresses of routines, below an organisation's."""

from django.urls import include, path

from routines.views import codes, drafts, exchange, files, keeping, questions, radar, readers, reading, versions

app_name = "routines"

of_draft = [
    path("", drafts.show, name="draft"),
    path("nytt/", drafts.begin, name="begin_draft"),
    path("skriv/", drafts.write, name="write"),
    path("lagre/", drafts.autosave, name="autosave"),
    path("vis/", drafts.preview, name="preview"),
    path("filer/", files.overview, name="files"),
    path("filer/sett-inn/", files.place, name="place_file"),
    path("hent-inn/", exchange.bring, name="bring"),
    path("hent-inn/vis/", exchange.incoming, name="incoming"),
    path("hent-inn/forkast/", exchange.refuse, name="refuse_incoming"),
    path("send/", drafts.send, name="send"),
    path("uttalelse/", drafts.review, name="review"),
    path("til-godkjenning/", drafts.to_approval, name="to_approval"),
    path("godkjenn/", drafts.approve, name="approve"),
    path("tilbake/", drafts.send_back, name="send_back"),
    path("forkast/", drafts.discard, name="discard"),
]

of_routine = [
    path("", reading.detail, name="detail"),
    path("lest/", reading.confirm, name="confirm"),
    path("favoritt/", reading.favourite, name="favourite"),
    path("v/<int:version>/", versions.show, name="version"),
    path("last-ned/", exchange.take_out, name="take_out"),
    path("versjoner/", versions.overview, name="versions"),
    path("endringer/<int:old>-<int:new>/", versions.compare_two, name="compare"),
    path("sporsmal/", questions.ask, name="ask"),
    path("sporsmal/<int:pk>/", questions.show, name="question"),
    path("utkast/", include(of_draft)),
    path("forvalt/", keeping.change, name="change"),
    path("gjelder/", keeping.audience, name="audience"),
    path("revider/", keeping.revise, name="revise"),
    path("arkiver/", keeping.archive, name="archive"),
    path("hent-fram/", keeping.bring_back, name="bring_back"),
    path("plakat/", codes.sheet, name="code"),
    path("plakat/qr.svg", codes.picture, name="code_picture"),
    path("lesere/", readers.overview, name="readers"),
    path("lesere/purr/", readers.chase, name="chase"),
    path("lesere/ark/", readers.sheet, name="sheet"),
    path("lesere/papir/", readers.on_paper, name="on_paper"),
]

urlpatterns = [
    path("rutiner/", reading.routine_list, name="list"),
    path("rutiner/ny/", drafts.new, name="new"),
    path("rutiner/radar/", radar.radar, name="radar"),
    path("rutiner/<slug:slug>/", include(of_routine)),
]
