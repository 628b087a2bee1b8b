"""The translation of a routine that is in force, one for each language."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone

from hms.assignments.models import Assignment
from hms.tenancy.models import TenantModel
from routines.languages import name_of
from routines.models.routines import Routine
from routines.models.versions import Version


def _words(config: str) -> SearchVector:
    return SearchVector("title", weight="A", config=config) + SearchVector("text", weight="B", config=config)


class Translation(TenantModel):
    """Which text of a routine holds in another language than its own, and the task of bringing it up to date.

    Its words are kept beside it for search, as the routine keeps those of its own language.
    """

    routine = models.ForeignKey(Routine, on_delete=models.PROTECT, related_name="translations", db_index=False)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    current = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(max_length=160)
    text = models.TextField(editable=False)
    published_at = models.DateTimeField(default=timezone.now)
    # Asked for when a version that matters leaves it behind.
    task = models.OneToOneField(Assignment, null=True, on_delete=models.PROTECT, related_name="+")

    search = models.GeneratedField(
        expression=Case(
            When(language="en", then=_words("english")),
            default=_words("norwegian"),
            output_field=SearchVectorField(),
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        indexes = [
            GinIndex(fields=["organisation", "search"], name="translation_search"),
            GinIndex(
                F("organisation"), OpClass(F("title"), name="gin_trgm_ops"), OpClass(F("text"), name="gin_trgm_ops"),
                name="translation_trigrams",
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["organisation", "routine", "language"], name="translation_once"),
            models.CheckConstraint(condition=~Q(title=""), name="translation_has_title"),
        ]

    def __str__(self) -> str:
        return f"translation {self.pk}"

    @property
    def language_name(self) -> str:
        """The language, as it stands in a sentence."""
        return name_of(self.language)
