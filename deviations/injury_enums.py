"""The words of injuries: who was injured, how, and whom the law wants told."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class InjuredKind(models.TextChoices):
    """What the injured person is to the organisation."""

    EMPLOYEE = "employee", _("Employee")
    HIRED_IN = "hired_in", _("Hired in")
    CONTRACTOR = "contractor", _("Works for a contractor")
    PUPIL = "pupil", _("Pupil or student")
    VISITOR = "visitor", _("Visitor, user or patient")
    OTHER = "other", _("Somebody else")


# Whose injuries count in H1, H2 and F: those whom the organisation has the HSE responsibility for.
COUNTED = frozenset({InjuredKind.EMPLOYEE, InjuredKind.HIRED_IN})
# Whom the organisation itself reports to NAV (folketrygdloven § 13-14); others have an employer of their own.
REPORTED_TO_NAV = frozenset({InjuredKind.EMPLOYEE, InjuredKind.PUPIL})


class Harm(models.TextChoices):
    """The kind of injury or illness, as coarse as prevention needs it. No diagnosis (aml. § 5-1 second paragraph)."""

    WOUND = "wound", _("Wound or cut")
    BRUISE = "bruise", _("Bruise or crush")
    SPRAIN = "sprain", _("Sprain or strain")
    FRACTURE = "fracture", _("Fracture")
    HEAD = "head", _("Blow to the head")
    BURN = "burn", _("Burn, frostbite or corrosion")
    ELECTRIC = "electric", _("Electric shock or arc")
    POISONING = "poisoning", _("Poisoning or inhalation")
    NEEDLE = "needle", _("Needle stick or blood exposure")
    EYE_EAR = "eye_ear", _("Eyes or hearing")
    AMPUTATION = "amputation", _("Loss of a part of the body")
    PSYCHOLOGICAL = "psychological", _("Psychological strain")
    WEAR = "wear", _("Wear over time")
    SKIN_AIRWAYS = "skin_airways", _("Skin or airways")
    INFECTION = "infection", _("Infection")
    OTHER = "other", _("Other")


class InjuryOutcome(models.TextChoices):
    """What came of it, mildest first."""

    FIRST_AID = "first_aid", _("No treatment, or first aid only")
    MEDICAL = "medical", _("Treated by a doctor or other health personnel")
    SERIOUS = "serious", _("Serious: danger to life, or long or lasting inability to work")
    FATAL = "fatal", _("Death")


# Arbeidsmiljøloven § 5-2.
NOTIFIABLE = frozenset({InjuryOutcome.SERIOUS, InjuryOutcome.FATAL})
TREATED = NOTIFIABLE | {InjuryOutcome.MEDICAL}


class Absence(models.TextChoices):
    """Whether somebody was away from work after the day it happened."""

    UNKNOWN = "", _("Not known yet")
    NONE = "none", _("No")
    DATES = "dates", _("Yes, from a day")
    DAYS = "days", _("Yes, a number of days")


class NoticeKind(models.TextChoices):
    """Whom the law wants told, in the order it is done."""

    LABOUR_CALL = "labour_call", _("Notify the Labour Inspection Authority at once")
    POLICE_CALL = "police_call", _("Notify the police at once")
    LABOUR_LETTER = "labour_letter", _("Confirm in writing to the Labour Inspection Authority")
    REP_COPY = "rep_copy", _("Copy of the confirmation to the safety representative")
    ELECTRICAL = "electrical", _("Report the electrical accident to DSB")


# aml. § 5-2, of death and serious injury.
OF_SERIOUS = (NoticeKind.LABOUR_CALL, NoticeKind.POLICE_CALL, NoticeKind.LABOUR_LETTER, NoticeKind.REP_COPY)
OF_ELECTRICITY = (NoticeKind.ELECTRICAL,)
