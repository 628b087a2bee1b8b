"""Addresses of routines, below an organisation's."""

from django.urls import include, path, register_converter

from routines.views import (
    codes,
    counts,
    drafts,
    exchange,
    files,
    handbook,
    keeping,
    law,
    library,
    on_phone,
    questions,
    radar,
    readers,
    reading,
    sharing,
    translations,
    uses,
    versions,
)

app_name = "routines"


class VersionConverter:
    """What a version is called: 3, and 3.2 for the second text that translates it."""

    regex = r"[0-9]+(?:\.(?:[2-9]|[1-9][0-9]+))?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: object) -> str:
        return str(value)


register_converter(VersionConverter, "version")

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
    path("apnet/", counts.opened, name="opened"),
    path("favoritt/", reading.favourite, name="favourite"),
    path("paa-telefonen/", on_phone.page, name="on_phone"),
    path("v/<version:version>/", versions.show, name="version"),
    path("oversett/<str:language>/", translations.begin, name="translate"),
    path("last-ned/", exchange.take_out, name="take_out"),
    path("versjoner/", versions.overview, name="versions"),
    path("endringer/<version:old>-<version:new>/", versions.compare_two, name="compare"),
    path("sporsmal/", questions.ask, name="ask"),
    path("sporsmal/<int:pk>/", questions.show, name="question"),
    path("bruk/", uses.overview, name="uses"),
    path("bruk/ny/", uses.log, name="log_use"),
    path("bruk/<int:pk>/", uses.show, name="use"),
    path("bruk/<int:pk>/trekk/", uses.withdraw, name="withdraw_use"),
    path("utkast/", include(of_draft)),
    path("forvalt/", keeping.change, name="change"),
    path("gjelder/", keeping.audience, name="audience"),
    path("revider/", keeping.revise, name="revise"),
    path("mal/", library.follow, name="follow"),
    path("mal/behold/", library.keep_own, name="keep_own"),
    path("del/", sharing.share, name="share"),
    path("del/slutt/", sharing.stop, name="stop_sharing"),
    path("arkiver/", keeping.archive, name="archive"),
    path("hent-fram/", keeping.bring_back, name="bring_back"),
    path("plakat/", codes.sheet, name="code"),
    path("plakat/qr.svg", codes.picture, name="code_picture"),
    path("lesere/", readers.overview, name="readers"),
    path("lesere/purr/", readers.chase, name="chase"),
    path("lesere/ark/", readers.sheet, name="sheet"),
    path("lesere/papir/", readers.on_paper, name="on_paper"),
]

of_law = [
    path("", law.register, name="law_register"),
    path("ny/", law.add, name="law_add"),
    path("forslag/", law.adopt, name="law_adopt"),
    path("<int:pk>/", law.show, name="law_requirement"),
    path("<int:pk>/endre/", law.change, name="law_change"),
    path("<int:pk>/sjekk/", law.check, name="law_check"),
    path("<int:pk>/gjelder-ikke/", law.set_aside, name="law_set_aside"),
    path("<int:pk>/gjelder/", law.take_up, name="law_take_up"),
]

urlpatterns = [
    path("handbok/", handbook.show, name="handbook"),
    path("handbok/mal/", handbook.goals, name="handbook_goals"),
    path("handbok/pdf/", handbook.paper, name="handbook_pdf"),
    path("internkontroll/", law.points, name="points"),
    path("internkontroll/<int:nr>/", law.point, name="point"),
    path("lovregister/", include(of_law)),
    path("rutiner/", reading.routine_list, name="list"),
    path("rutiner/ny/", drafts.new, name="new"),
    path("rutiner/paa-telefonen/", on_phone.favourites, name="on_phone_list"),
    path("rutiner/paa-telefonen/innhold/", on_phone.contents, name="on_phone_contents"),
    path("rutiner/radar/", radar.radar, name="radar"),
    path("rutiner/bibliotek/", library.overview, name="library"),
    path("rutiner/bibliotek/delt/<slug:key>/", library.preview, {"is_shared": True}, name="shared_template"),
    path("rutiner/bibliotek/delt/<slug:key>/ta-i-bruk/", library.adopt, {"is_shared": True}, name="shared_adopt"),
    path("rutiner/bibliotek/<slug:key>/", library.preview, name="template"),
    path("rutiner/bibliotek/<slug:key>/ta-i-bruk/", library.adopt, name="adopt"),
    path("rutiner/<slug:slug>/", include(of_routine)),
]
