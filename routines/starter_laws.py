"""The rules that most organisations must follow, in our own words: a list to take from and to adapt.

Not legal advice, and no substitute for the text. Sources: domain.md of the project's design, as of November 2026.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

_AML = _("Working Environment Act")
_IKF = _("Internal Control Regulations")
_FUA = _("Regulations on the Performance of Work")
_OLM = _("Regulations on Organisation, Management and Participation")
_NATIONAL_INSURANCE = _("National Insurance Act")
_FIRE = _("Fire Prevention Regulations")
_GDPR = _("General Data Protection Regulation (GDPR)")
_AML_ADDRESS = "https://lovdata.no/dokument/NL/lov/2005-06-17-62"
_IKF_ADDRESS = "https://lovdata.no/dokument/SF/forskrift/1996-12-06-1127"


@dataclass(frozen=True)
class Starter:
    """One rule of the list. `applies`: to whom, when not to every employer."""

    code: str
    law: Any
    place: str
    summary: Any
    applies: Any = ""
    address: str = ""


STARTERS = [
    Starter(
        "ikf-5",
        _IKF,
        "§ 5",
        _(
            "We work systematically with health, safety and environment, and can show it in writing: goals, who "
            "does what, risks and plans, deviations, and a review of it all."
        ),
        address=_IKF_ADDRESS,
    ),
    Starter(
        "aml-2-3",
        _AML,
        "§ 2-3",
        _("Employees take part, tell of danger, injury and harassment, and stop work that cannot go on safely."),
        address=_AML_ADDRESS,
    ),
    Starter(
        "aml-2a",
        _AML,
        _("ch. 2 A"),
        _(
            "People may report wrongdoing. We look into it within reasonable time and protect whoever told. The "
            "routine for it is in writing and made together with the employees."
        ),
        _("The written routine: from five employees"),
        _AML_ADDRESS,
    ),
    Starter(
        "aml-3-1",
        _AML,
        "§ 3-1",
        _(
            "We map dangers together with the employees, assess the risk, plan measures, and prevent and follow "
            "up sick leave."
        ),
        address=_AML_ADDRESS,
    ),
    Starter(
        "aml-3-2",
        _AML,
        "§ 3-2",
        _(
            "Everybody knows the dangers of their work and has had training and practice. Protective equipment is"
            " there. Work of special danger has a written instruction."
        ),
        address=_AML_ADDRESS,
    ),
    Starter(
        "aml-3-3",
        _AML,
        "§ 3-3",
        _("An occupational health service helps us where the risk asks for it."),
        _("Where the risk or the trade asks for it"),
        _AML_ADDRESS,
    ),
    Starter(
        "aml-3-5",
        _AML,
        "§ 3-5",
        _("The top leader has taken training in health, safety and environment in person, and can show it."),
        address=_AML_ADDRESS,
    ),
    Starter(
        "aml-4-1",
        _AML,
        "§§ 4-1, 4-2",
        _(
            "The work and how it is organised are fully sound, one by one and together. Employees are told of "
            "changes and take part in them."
        ),
        address=_AML_ADDRESS,
    ),
    Starter(
        "aml-4-3",
        _AML,
        "§ 4-3",
        _(
            "The psychosocial working environment is fully sound: clear demands, work that fits the time, "
            "support, no harassment, protection against violence and threats."
        ),
        address=_AML_ADDRESS,
    ),
    Starter(
        "aml-4-6",
        _AML,
        "§ 4-6",
        _(
            "Whoever is ill is met with adaptations: a plan within four weeks, a dialogue meeting within seven "
            "when fully on leave."
        ),
        address=_AML_ADDRESS,
    ),
    Starter(
        "aml-5-1",
        _AML,
        "§ 5-1",
        _(
            "All injuries at work, and illness that may come from it, are registered. The register is open to "
            "those the law names."
        ),
        address=_AML_ADDRESS,
    ),
    Starter(
        "aml-5-2",
        _AML,
        "§ 5-2",
        _(
            "Death or serious injury: the Labour Inspection Authority and the police are told at once, then in "
            "writing, with a copy to the safety representative."
        ),
        address=_AML_ADDRESS,
    ),
    Starter(
        "aml-6",
        _AML,
        _("ch. 6"),
        _(
            "A safety representative is elected, is consulted on what matters to the working environment, gets "
            "answers and may stop dangerous work."
        ),
        _("From five employees; fewer may agree otherwise in writing"),
        _AML_ADDRESS,
    ),
    Starter(
        "aml-7",
        _AML,
        _("ch. 7"),
        _("A working environment committee meets, takes part in planning, and writes a yearly report."),
        _("From 30 employees, or from 10 when somebody asks for it"),
        _AML_ADDRESS,
    ),
    Starter(
        "olm-3-19",
        _OLM,
        "§ 3-19",
        _(
            "Safety representatives and members of the committee have at least 40 hours of training, less only "
            "when both sides agree."
        ),
        _("Who has representatives or a committee"),
    ),
    Starter(
        "fua-violence",
        _FUA,
        _("rules on violence and harassment"),
        _(
            "Where violence, threats or harassment can occur we assess the risk, act, inform, train and drill, "
            "and look after those it happens to."
        ),
        _("Where it can occur"),
    ),
    Starter(
        "fua-31",
        _FUA,
        _("ch. 31"),
        _(
            "Those exposed to carcinogens, asbestos or certain biological agents are kept in a register for as "
            "long as the rules say."
        ),
        _("Where such exposure occurs"),
    ),
    Starter(
        "ftrl-13-14",
        _NATIONAL_INSURANCE,
        "§ 13-14",
        _("Occupational injuries are reported to NAV as soon as possible, electronically."),
    ),
    Starter(
        "fire-12",
        _FIRE,
        "§ 12",
        _(
            "Whoever uses the building works systematically with fire safety: routines, training and drills that "
            "fit the risk."
        ),
    ),
    Starter(
        "gdpr-5",
        _GDPR,
        _("art. 5 and 6"),
        _(
            "Personal data have a purpose and a legal basis, are kept no longer than needed, and are seen only by"
            " those who need them."
        ),
    ),
    Starter(
        "gdpr-9",
        _GDPR,
        _("art. 9"),
        _("Health data are kept apart, with a legal basis of their own, and only as much as needed."),
    ),
]
BY_CODE = {starter.code: starter for starter in STARTERS}
