"""The words that an organisation's routines are written in: what a misspelt word is compared with."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F

from hms.tenancy.models import TenantModel


class Word(TenantModel):
    """A word of a routine's title or text, once for each organisation. The database adds them (migration 0011)."""

    word = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "word"], name="word_once")]
        indexes = [
            GinIndex(F("organisation"), OpClass(F("word"), name="gin_trgm_ops"), name="word_trigrams"),
        ]

    def __str__(self) -> str:
        return self.word
