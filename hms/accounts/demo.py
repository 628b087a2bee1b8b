"""Sign-ins of the demo organisations, for one-click sign-in. Used only where `settings.DEMO` is on."""

from django.utils.translation import gettext_lazy as _

# Everybody in the demo is invented, and so is this: it opens nothing else.
DEMO_PASSWORD = "riktig hest batteri stift"  # noqa: S105

# (e-mail address, who it is), in the order of the main job: report, handle, carry out, consult, lead.
SIGN_INS = [
    ("ingrid.solheim@fjellvik.example", _("Ingrid Solheim, care worker: reports")),
    ("amir.hosseini@fjellvik.example", _("Amir Hosseini, manager: handles deviations")),
    ("tor.erik.moen@fjellvik.example", _("Tor Erik Moen, caretaker: carries out actions")),
    ("kari.lunde@fjellvik.example", _("Kari Lunde, safety representative")),
    ("sunniva.bakke@fjellvik.example", _("Sunniva Bakke, HSE manager")),
    ("ragnhild.vik@fjellvik.example", _("Ragnhild Vik, chief executive")),
    ("bjarte.nes@fjellvik.example", _("Bjarte Nes, administrator: settings, no cases")),
    ("olav.haugen@havbris.example", _("Olav Haugen, HSE manager in another organisation")),
    ("unni.fosslid@fjellvik-vekst.example", _("Unni Fosslid, leads a company that belongs under Fjellvik")),
    ("elin.fosseng@friskbht.example", _("Elin Fosseng, consultant in both organisations")),
]
