from django.db import models
from django.utils.translation import gettext_lazy as _

# What the PDF of one case is called among the reports.
CASE_REPORT = "deviations.case"


class State(models.TextChoices):
    NEW = "new", _("New")
    IN_PROGRESS = "in_progress", _("In progress")
    CLOSED = "closed", _("Closed")


MOVES: dict[str, set[str]] = {
    State.NEW: {State.IN_PROGRESS, State.CLOSED},
    State.IN_PROGRESS: {State.CLOSED},
    State.CLOSED: {State.IN_PROGRESS},
}


class Ending(models.TextChoices):
    """How a closed case ended; an open one has none, and one that was closed with an answer neither.

    Only cases without a word here are counted as deviations (`selectors.counted`).
    """

    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    MERGED = "merged", _("Merged with another")


class Severity(models.IntegerChoices):
    """In plain words, as the reporter sees it."""

    MINOR = 1, _("Less serious")
    SERIOUS = 2, _("Serious")
    VERY_SERIOUS = 3, _("Very serious")


class ReporterKind(models.TextChoices):
    EMPLOYEE = "employee", _("Signed in")
    HIDDEN = "hidden", _("Known only to the one who receives it")
    NAMED = "named", _("By name, without signing in")
    ANONYMOUS = "anonymous", _("Anonymous")
    IMPORTED = "imported", _("Imported")


class ReportKind(models.TextChoices):
    """What sort of thing is reported. Suggestions and praise are no deviations: nothing was serious."""

    UNSAFE_CONDITION = "unsafe_condition", _("Unsafe condition")
    NEAR_MISS = "near_miss", _("Near miss")
    INJURY = "injury", _("Injury")
    PSYCHOSOCIAL = "psychosocial", _("Psychosocial work environment")
    VIOLENCE = "violence", _("Violence and threats")
    ENVIRONMENT = "environment", _("External environment")
    ROUTINE_BREACH = "routine_breach", _("Quality or breach of routine")
    SUGGESTION = "suggestion", _("Suggestion for improvement")
    PRAISE = "praise", _("Praise")


NOT_DEVIATIONS = frozenset({ReportKind.SUGGESTION, ReportKind.PRAISE})


class RoutineCover(models.TextChoices):
    """Whether a routine covered what happened: what its owner needs to know to make it better."""

    FOLLOWED = "followed", _("Yes, and it was followed")
    NOT_FOLLOWED = "not_followed", _("Yes, but it was not followed")
    UNCLEAR = "unclear", _("Yes, but it is unclear")
    MISSING = "missing", _("No, there is no routine")
    UNKNOWN = "unknown", _("Don't know")


class TextLanguage(models.TextChoices):
    """The languages a report is usually written in at Norwegian workplaces, each by its own name."""

    BOKMAAL = "nb", "Bokmål"
    NYNORSK = "nn", "Nynorsk"
    ENGLISH = "en", "English"
    POLISH = "pl", "Polski"
    LITHUANIAN = "lt", "Lietuvių"
    ROMANIAN = "ro", "Română"
    RUSSIAN = "ru", "Русский"
    UKRAINIAN = "uk", "Українська"
    SOMALI = "so", "Soomaali"
    ARABIC = "ar", "العربية"
    TIGRINYA = "ti", "ትግርኛ"
    OTHER = "other", _("Another language")


class Category(models.TextChoices):
    """The standard categories (domain.md section 6); each organisation may rename them, switch them off, add its own.

    The keys are stored with the cases and never change.
    """

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


# What a category alone says of a case's kind, where nobody was asked (imports).
KIND_OF_CATEGORY = {
    Category.INJURY: ReportKind.INJURY,
    Category.NEAR_MISS: ReportKind.NEAR_MISS,
    Category.PSYCHOSOCIAL: ReportKind.PSYCHOSOCIAL,
    Category.VIOLENCE: ReportKind.VIOLENCE,
    Category.ENVIRONMENT: ReportKind.ENVIRONMENT,
    Category.ROUTINE_BREACH: ReportKind.ROUTINE_BREACH,
    Category.IMPROVEMENT: ReportKind.SUGGESTION,
    Category.PRAISE: ReportKind.PRAISE,
}


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


class LinkKind(models.TextChoices):
    """What two cases have to do with each other."""

    RELATED = "related", _("They belong together")
    RECURRENCE = "recurrence", _("It has happened again")
    # Suggested, and looked at: not shown as a suggestion any more.
    DISMISSED = "dismissed", _("Nothing to do with each other")


class HearingOutcome(models.TextChoices):
    """What came of asking somebody for their view; empty while nothing has."""

    ANSWERED = "answered", _("Answered")
    DECLINED = "declined", _("Would rather not answer")


class LiftBasis(models.TextChoices):
    """What ends a stop of dangerous work (Working Environment Act section 6-3)."""

    SAFE = "safe", _("The safety representative says that it is safe")
    AUTHORITY = "authority", _("The Labour Inspection Authority has decided")


class BulkKind(models.TextChoices):
    """What was done to many cases at once."""

    ASSIGN = "assign", _("Given to somebody")
    CATEGORY = "category", _("Category set")
