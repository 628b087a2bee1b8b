from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    NEW = "new", _("New")
    IN_PROGRESS = "in_progress", _("In progress")
    CLOSED = "closed", _("Closed")


MOVES: dict[str, set[str]] = {
    State.NEW: {State.IN_PROGRESS},
    State.IN_PROGRESS: {State.CLOSED},
    State.CLOSED: {State.IN_PROGRESS},
}


class Severity(models.IntegerChoices):
    """In plain words, as the reporter sees it."""

    MINOR = 1, _("Less serious")
    SERIOUS = 2, _("Serious")
    VERY_SERIOUS = 3, _("Very serious")


class ReporterKind(models.TextChoices):
    EMPLOYEE = "employee", _("Signed in")
    NAMED = "named", _("By name, without signing in")
    ANONYMOUS = "anonymous", _("Anonymous")
    IMPORTED = "imported", _("Imported")


class Category(models.TextChoices):
    """Default categories (domain.md section 6)."""

    INJURY = "injury", _("Injury")
    NEAR_MISS = "near_miss", _("Near miss")
    UNSAFE_CONDITION = "unsafe_condition", _("Unsafe condition")
    PSYCHOSOCIAL = "psychosocial", _("Psychosocial")
    VIOLENCE = "violence", _("Violence and threats")
    FIRE = "fire", _("Fire")
    CHEMICAL = "chemical", _("Chemicals")
    EQUIPMENT = "equipment", _("Equipment and protective gear")
    ERGONOMICS = "ergonomics", _("Ergonomics")
    ENVIRONMENT = "environment", _("External environment")
    SECURITY = "security", _("Security and burglary")
    TRAFFIC = "traffic", _("Traffic and driving")
    PRIVACY = "privacy", _("Privacy and ICT")
    ROUTINE_BREACH = "routine_breach", _("Breach of routine")
    IMPROVEMENT = "improvement", _("Suggestion for improvement")
    PRAISE = "praise", _("Praise")
    OTHER = "other", _("Other")


class Cause(models.TextChoices):
    """Cause categories for the analysis; several may apply."""

    ROUTINE = "routine", _("Routine missing, unclear or not followed")
    TRAINING = "training", _("Training or competence")
    COMMUNICATION = "communication", _("Communication or hand-over")
    WORKLOAD = "workload", _("Workload or time pressure")
    EQUIPMENT = "equipment", _("Equipment or maintenance")
    PREMISES = "premises", _("Premises or surroundings")
    SUPERVISION = "supervision", _("Management or follow-up")
    CONTRACTOR = "contractor", _("Contractors or suppliers")
    HUMAN = "human", _("Slip, lapse or misjudgement")
    THIRD_PARTY = "third_party", _("Users, customers or others")


class CommentVisibility(models.TextChoices):
    INTERNAL = "internal", _("Only those who handle the case")
    REPORTER = "reporter", _("The reporter too")


class ImportState(models.TextChoices):
    PREVIEWED = "previewed", _("Ready to import")
    RUNNING = "running", _("Importing")
    DONE = "done", _("Imported")
    FAILED = "failed", _("Stopped")


IMPORT_MOVES: dict[str, set[str]] = {
    ImportState.PREVIEWED: {ImportState.RUNNING},
    ImportState.RUNNING: {ImportState.DONE, ImportState.FAILED},
    ImportState.DONE: set(),
    ImportState.FAILED: {ImportState.RUNNING},
}


class Frequency(models.TextChoices):
    """How often somebody is told what is new in a view."""

    DAILY = "daily", _("Every morning when there is something")
    WEEKLY = "weekly", _("Once a week")


class Helped(models.TextChoices):
    """The reporter's answer to «did it help?»."""

    YES = "yes", _("Yes")
    PARTLY = "partly", _("Partly")
    NO = "no", _("No")


class ExampleState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


EXAMPLE_MOVES: dict[str, set[str]] = {
    ExampleState.DRAFT: {ExampleState.PUBLISHED, ExampleState.WITHDRAWN},
    ExampleState.PUBLISHED: {ExampleState.WITHDRAWN},
    ExampleState.WITHDRAWN: {ExampleState.DRAFT},
}


class Consent(models.TextChoices):
    """The reporter's word on sharing what came of the report."""

    NOT_ASKED = "not_asked", _("Not asked")
    ASKED = "asked", _("Asked, no answer yet")
    GIVEN = "given", _("The reporter says yes")
    REFUSED = "refused", _("The reporter says no")
    # An imported case without a known reporter.
    NOBODY = "nobody", _("There is nobody to ask")
