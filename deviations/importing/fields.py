"""What a column of the file may become, and how headers are understood."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from hms.core.tabular import matching_name


class ImportField(models.TextChoices):
    """The fields of a case that a column can fill; everything else is kept as it stands."""

    KEEP = "", _("Keep as extra information")
    TITLE = "title", _("Title")
    DESCRIPTION = "description", _("What happened")
    OCCURRED_ON = "occurred_on", _("Date (and time) it happened")
    OCCURRED_AT_TIME = "occurred_at_time", _("Time it happened")
    UNIT = "unit", _("Unit")
    PLACE = "place", _("Place")
    SEVERITY = "severity", _("How serious")
    CATEGORY = "category", _("Kind of case")
    IMMEDIATE_MEASURE = "immediate_measure", _("Immediate measure")
    STATE = "state", _("Status")
    REPORTED_ON = "reported_on", _("Date reported")
    CLOSED_ON = "closed_on", _("Date closed")
    EXTERNAL_ID = "external_id", _("Number in the old system")
    REPORTER = "reporter", _("Reporter (kept as extra information)")


# Several columns may be joined into these; every other field takes one.
JOINED = {ImportField.PLACE: ", ", ImportField.DESCRIPTION: "\n\n", ImportField.IMMEDIATE_MEASURE: "\n\n"}
DATES = (ImportField.OCCURRED_ON, ImportField.REPORTED_ON, ImportField.CLOSED_ON)
# Values of these are translated, so the user may say how.
TRANSLATED = (ImportField.SEVERITY, ImportField.CATEGORY, ImportField.STATE, ImportField.UNIT)

# The best match first: a file with both «Dato» and «Opprettet» has the former as the day it happened.
ALIASES: dict[str, tuple[str, ...]] = {
    ImportField.EXTERNAL_ID: (
        "saksnummer", "avviksnummer", "saksnr", "avviksnr", "avvik nr", "saks id", "avviks id", "løpenummer", "nummer",
        "nr", "safenet id", "id", "case id", "case number", "number", "reference", "referanse", "regobs.no regid",
        "regobs",
    ),
    ImportField.TITLE: (
        "tittel", "overskrift", "emne", "title", "subject", "incident name",
        "event title", "eventtitle", "summary title",
    ),
    ImportField.DESCRIPTION: (
        "beskrivelse", "hva skjedde", "hendelsesbeskrivelse", "hendelsesforløp", "avviksbeskrivelse", "omtale",
        "kva skjedde",
        "skildring", "description", "narrative", "final narrative", "what happened", "details", "kommentar", "summary",
        "comment", "tekst", "text",
    ),
    ImportField.OCCURRED_ON: (
        "hendelsesdato", "dato for hendelsen", "skjedde dato", "skjedd", "når skjedde det", "når", "dato",
        "incident date",
        "event date", "eventdate", "event start date", "date of incident", "occurred", "occurred on", "date",
    ),
    ImportField.OCCURRED_AT_TIME: ("klokkeslett", "tidspunkt", "kl", "tid", "time", "incident time"),
    ImportField.UNIT: (
        "enhet", "avdeling", "virksomhet", "seksjon", "eining", "organisasjonsenhet", "unit", "department", "division",
    ),
    ImportField.PLACE: (
        "sted", "hvor", "hvor skjedde det", "stad", "lokasjon", "arbeidssted", "location", "place", "where", "kommune",
        "city", "event local unit", "site",
    ),
    ImportField.SEVERITY: (
        "alvorlighetsgrad", "alvorlighet", "alvorsgrad", "alvor",
        "hvor alvorlig", "severity", "seriousness", "konsekvens",
        "risikonivå",
    ),
    ImportField.CATEGORY: (
        "kategori", "avvikskategori", "avvikstype", "hendelsestype", "type", "type avvik", "category", "incident type",
        "event type", "kind",
    ),
    ImportField.IMMEDIATE_MEASURE: (
        "strakstiltak", "umiddelbare tiltak", "tiltak straks", "immediate action taken", "immediate action",
        "immediate measure", "immediate measures",
    ),
    ImportField.STATE: ("status", "saksstatus", "tilstand", "state of case", "case status"),
    ImportField.REPORTED_ON: (
        "meldt", "meldt dato", "rapportert", "rapportert dato", "registrert", "registrert dato", "opprettet",
        "opprettet dato", "reported", "reported on", "reported date", "created", "create date", "safenet create date",
    ),
    ImportField.CLOSED_ON: (
        "lukket", "lukket dato", "dato lukket", "avsluttet", "avsluttet dato", "ferdigbehandlet", "closed", "closed on",
        "closed date", "date closed",
    ),
    ImportField.REPORTER: (
        "melder", "meldt av", "rapportert av", "innmelder", "meldar", "registrert av", "reporter", "reported by",
    ),
}  # fmt: skip


def suggest(headers: Iterable[str]) -> dict[str, str]:
    """A field for every header that is recognised; each field once, the best match wins."""
    by_name: dict[str, str] = {}
    for header in headers:
        by_name.setdefault(matching_name(header), header)
    suggested: dict[str, str] = {}
    for field, aliases in ALIASES.items():
        for alias in aliases:
            header = by_name.get(matching_name(alias))
            if header is not None and header not in suggested:
                suggested[header] = str(field)
                break
    return suggested
