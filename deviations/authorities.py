"""Whom to call, and what the law says about it: the one place for numbers, addresses and sources.

Read in the authorities' own pages in November 2026; an operator who finds one changed, changes it here.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from deviations.injury_enums import NoticeKind


@dataclass(frozen=True)
class Phone:
    """A number to call: who answers, the number as people read it, and when to use it."""

    who: Any
    number: str
    hint: Any = ""

    @property
    def uri(self) -> str:
        """The address of a `tel:` link. Numbers of three to five digits are Norwegian only and have no prefix."""
        digits = self.number.replace(" ", "")
        return f"tel:{digits}" if len(digits) < 8 else f"tel:+47{digits}"


@dataclass(frozen=True)
class Duty:
    """What one notice is about.

    Attributes:
        law: where it stands.
        hint: how it is done.
        phones: whom to call.
        link: the authority's own form or page.
        source: the page this was read on.
    """

    law: str
    hint: Any
    phones: tuple[Phone, ...] = ()
    link: str = ""
    source: str = ""


# arbeidstilsynet.no/kontakt-oss/melde-ulykke: «73 19 97 00, tast 3», answered on weekdays 08–15.
LABOUR_INSPECTION = Phone(
    _("The Labour Inspection Authority"), "73 19 97 00", _("press 3 for accidents; weekdays 8 to 15")
)
# Same page: the nearest police by 02800; 112 while there is an emergency.
POLICE_EMERGENCY = Phone(_("The police, emergency"), "112", _("danger to life right now"))
POLICE = Phone(_("The police"), "02800", _("the nearest station"))
AMBULANCE = Phone(_("Ambulance"), "113")
# dsb.no/stromskader: serious accidents by phone as well, at any hour.
DSB = Phone(_("DSB"), "33 41 25 00", _("switchboard"))
DSB_ON_CALL = Phone(_("DSB on call"), "482 12 000", _("at any hour"))

LABOUR_PAGE = "https://www.arbeidstilsynet.no/kontakt-oss/melde-ulykke/"
DSB_PAGE = "https://www.dsb.no/stromskader"
NAV_PAGE = "https://www.nav.no/arbeidsgiver/yrkesskade"

DUTIES: dict[str, Duty] = {
    NoticeKind.LABOUR_CALL: Duty(
        law="aml. § 5-2",
        hint=_("Call as soon as help has come. Outside opening hours: send the form, and call in the morning."),
        phones=(LABOUR_INSPECTION,),
        link=LABOUR_PAGE,
        source=LABOUR_PAGE,
    ),
    NoticeKind.POLICE_CALL: Duty(
        law="aml. § 5-2",
        hint=_("Leave the place as it is until the police have been there, as far as safety allows."),
        phones=(POLICE_EMERGENCY, POLICE),
        source=LABOUR_PAGE,
    ),
    NoticeKind.LABOUR_LETTER: Duty(
        law="aml. § 5-2",
        hint=_("The form is in Altinn. Keep its archive reference as the receipt."),
        link=LABOUR_PAGE,
        source=LABOUR_PAGE,
    ),
    NoticeKind.REP_COPY: Duty(
        law="aml. § 5-2",
        hint=_("Give or send the safety representative what you sent to the Labour Inspection Authority."),
        source=LABOUR_PAGE,
    ),
    NoticeKind.ELECTRICAL: Duty(
        law="FSE § 8, FEL § 15, FEF § 3-4",
        hint=_("Every accident by current or arc, also without serious injury. The form is in Altinn."),
        phones=(DSB, DSB_ON_CALL),
        link=DSB_PAGE,
        source=DSB_PAGE,
    ),
}
# Shown at the top of the checklist, whatever has been done already.
CALLS = (AMBULANCE, POLICE_EMERGENCY, POLICE, LABOUR_INSPECTION)
