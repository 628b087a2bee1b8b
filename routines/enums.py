from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a routine is in its life."""

    DRAFT = "draft", _("Not published yet")
    PUBLISHED = "published", _("In force")
    ARCHIVED = "archived", _("Archived")


MOVES: dict[str, set[str]] = {
    State.DRAFT: {State.PUBLISHED, State.ARCHIVED},
    # A new version of what is in force.
    State.PUBLISHED: {State.PUBLISHED, State.ARCHIVED},
    State.ARCHIVED: {State.PUBLISHED, State.DRAFT},
}


class DraftState(models.TextChoices):
    """How far a text is on its way to becoming a version."""

    WRITING = "writing", _("Being written")
    REVIEW = "review", _("Being looked through")
    APPROVAL = "approval", _("For approval")
    APPROVED = "approved", _("Approved, waits for its day")
    PUBLISHED = "published", _("Published")
    DISCARDED = "discarded", _("Thrown away")


DRAFT_MOVES: dict[str, set[str]] = {
    DraftState.WRITING: {DraftState.REVIEW, DraftState.APPROVAL, DraftState.DISCARDED},
    DraftState.REVIEW: {DraftState.APPROVAL, DraftState.WRITING, DraftState.DISCARDED},
    DraftState.APPROVAL: {DraftState.APPROVED, DraftState.WRITING, DraftState.DISCARDED},
    DraftState.APPROVED: {DraftState.PUBLISHED, DraftState.WRITING, DraftState.DISCARDED},
    DraftState.PUBLISHED: set(),
    DraftState.DISCARDED: set(),
}
# One text of a routine in one language is on its way at a time.
OPEN_DRAFTS = [DraftState.WRITING, DraftState.REVIEW, DraftState.APPROVAL, DraftState.APPROVED]


class Category(models.TextChoices):
    """What a routine is about, broadly: how people look for it (after domain.md section 6)."""

    SYSTEM = "system", _("How we work with HSE")
    EMERGENCY = "emergency", _("When something happens")
    FIRE = "fire", _("Fire")
    FIRST_AID = "first_aid", _("First aid and infection control")
    PSYCHOSOCIAL = "psychosocial", _("How we treat each other")
    VIOLENCE = "violence", _("Violence and threats")
    CHEMICALS = "chemicals", _("Chemicals and dust")
    EQUIPMENT = "equipment", _("Equipment and protective gear")
    ERGONOMICS = "ergonomics", _("Ergonomics and lifting")
    DRIVING = "driving", _("Driving and work on roads")
    ALONE = "alone", _("Working alone, at night, at home")
    STAFF = "staff", _("Training, working hours, sick leave")
    PRIVACY = "privacy", _("Privacy and ICT")
    WORK = "work", _("How we do the work")


class Opinion(models.TextChoices):
    """What somebody who looked through a draft says. The law gives a safety representative a say, not a veto."""

    ENDORSE = "endorse", _("It is fine")
    COMMENT = "comment", _("I want something changed")
    DISAGREE = "disagree", _("I disagree")


class Outcome(models.TextChoices):
    """How a request to read ended."""

    CONFIRMED = "confirmed", _("Read and understood")
    CALLED_OFF = "called_off", _("No longer asked of this person")


class ReceiptVia(models.TextChoices):
    WEB = "web", _("Signed in")
    PAPER = "paper", _("Signed on paper")


class AudienceKind(models.TextChoices):
    """Whom a routine is for."""

    UNIT = "unit", _("Everybody in a unit")
    ROLE = "role", _("Those with a role")
    GROUP = "group", _("A group")
    PERSON = "person", _("One person")
    TRAINING = "training", _("Those who have a training")


class UseKind(models.TextChoices):
    """Where a routine was used."""

    ROUND = "round", _("Safety round")
    DRILL = "drill", _("Drill")
    TRAINING = "training", _("Training")
    MEETING = "meeting", _("Meeting, also at the whiteboard")
    OTHER = "other", _("Something else")


class Worked(models.TextChoices):
    """How it went when a routine was used."""

    WELL = "well", _("It worked")
    BETTER = "better", _("It could be better")
    UNCLEAR = "unclear", _("It was unclear")
    NOT_FOLLOWED = "not_followed", _("It was not followed")


# What the owner should do something about: the routine itself can be better.
ASKS_OWNER = frozenset({Worked.BETTER, Worked.UNCLEAR})


class FileFormat(models.TextChoices):
    """What a routine can be taken out as."""

    PDF = "pdf", _("PDF")
    WORD = "docx", _("Word")
    MARKDOWN = "md", _("Markdown")
