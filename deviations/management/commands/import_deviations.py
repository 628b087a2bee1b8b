"""`manage.py import_deviations`: bring cases in from a file, or see what would come in."""

import datetime
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import translation

from deviations.enums import Severity
from deviations.importing import services, values
from deviations.importing.dates import DateOrder
from deviations.importing.fields import ImportField, suggest
from deviations.importing.reading import ambiguous_columns, distinct_values
from deviations.models import ImportBatch
from hms.core.tabular import Table, TabularError
from hms.organisations.models import Organisation, Unit
from hms.tenancy.checks import refuse_unbound_role
from hms.tenancy.scope import tenant

FIELDS = [name for name in ImportField.values if name]
SHOWN_PROBLEMS = 20


class DryRun(Exception):
    """Takes everything back."""


class Command(BaseCommand):
    help = "Import deviations from a CSV (also gzipped) or XLSX file. Nobody is notified."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="FIELD=COLUMN",
            help=f"Fields: {', '.join(FIELDS)}. FIELD= leaves the field out. Unnamed columns are recognised or kept.",
        )
        parser.add_argument("--no-guess", action="store_true", help="use only the columns named with --map")
        parser.add_argument("--date-format", choices=["dmy", "mdy"], default=DateOrder.AUTO.value)
        parser.add_argument("--missing-date", type=datetime.date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--unit", default="", metavar="NAME", help="for rows that name none; else the top unit")
        parser.add_argument("--severity", type=int, choices=Severity.values, default=Severity.SERIOUS.value)
        parser.add_argument("--duplicates", choices=["skip", "import"], default="skip")
        parser.add_argument("--dry-run", action="store_true", help="read, count and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        # As the owner every organisation's cases would be read as this one's.
        refuse_unbound_role(connection)
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation with the address {options['organisation']!r}.")
        try:
            with translation.override(organisation.language), tenant(organisation):
                self._import(options)
                if options["dry_run"]:
                    raise DryRun
        except DryRun:
            self.stdout.write("Nothing was written (--dry-run).")

    def _import(self, options: dict[str, Any]) -> None:
        try:
            batch = services.upload(options["file"].read_bytes(), file_name=options["file"].name, by=None)
        except (OSError, TabularError) as error:
            raise CommandError(str(error)) from None
        table = services.table_of(batch)
        for warning in table.warnings:
            self.stderr.write(warning)
        mapping = self._mapping(table, options)
        self._refuse_ambiguous(table, mapping, options)
        services.set_plan(batch, mapping=mapping, options=self._options(table, mapping, options))
        self._report(mapping, batch, options)

    def _mapping(self, table: Table, options: dict[str, Any]) -> dict[str, str]:
        mapping = {} if options["no_guess"] else suggest(table.headers)
        for pair in options["map"]:
            name, equals, column = pair.partition("=")
            if not equals or name not in FIELDS:
                raise CommandError(f"--map {pair}: write FIELD=COLUMN. Fields: {', '.join(FIELDS)}.")
            # What is said replaces what was guessed; said twice, the columns are joined.
            mapping = {known: field for known, field in mapping.items() if field != name or self._said(known, options)}
            if column:
                place = table.column(column)
                if place is None:
                    raise CommandError(f"The file has no column {column!r}. It has: {', '.join(table.headers)}.")
                mapping.pop(table.headers[place], None)
                mapping[table.headers[place]] = name
        return mapping

    @staticmethod
    def _said(header: str, options: dict[str, Any]) -> bool:
        return any(pair.partition("=")[2].casefold() == header.casefold() for pair in options["map"])

    def _refuse_ambiguous(self, table: Table, mapping: dict[str, str], options: dict[str, Any]) -> None:
        unclear = [] if options["date_format"] else ambiguous_columns(table, mapping)
        if unclear:
            raise CommandError(f"{', '.join(unclear)}: day or month first? Say --date-format dmy or mdy.")

    def _options(self, table: Table, mapping: dict[str, str], options: dict[str, Any]) -> dict[str, Any]:
        units = list(Unit.objects.filter(is_active=True))
        names = values.unit_names(units)
        unit = names.get(options["unit"].strip().casefold()) if options["unit"] else None
        if options["unit"] and unit is None:
            raise CommandError(f"There is no unit called {options['unit']!r}.")
        top = services.default_unit()
        if unit is None and top is None:
            raise CommandError("The organisation has no units yet.")
        return {
            "unit": unit or top.pk,
            "severity": options["severity"],
            "date_order": options["date_format"],
            "missing_date": options["missing_date"].isoformat() if options["missing_date"] else "",
            "duplicates": options["duplicates"],
            "values": {
                field: {word: values.suggest(field, word, units=names) for word in words}
                for field, words in distinct_values(table, mapping, limit=100_000).items()
            },
        }

    def _report(self, mapping: dict[str, str], batch: ImportBatch, options: dict[str, Any]) -> None:
        for column, field in mapping.items():
            self.stdout.write(f"{column} -> {field}")
        if options["dry_run"]:
            result = services.check(batch)
        else:
            services.start(batch, by=None, in_background=False)
            result = services.import_now(batch)
        self.stdout.write(f"rows: {batch.rows_total}")
        self.stdout.write(f"imported: {len(result.to_import)}")
        self.stdout.write(f"duplicates in the file: {len(result.reading.repeated)}")
        self.stdout.write(f"imported before: {len(result.already_imported)}")
        self.stdout.write(f"left out as duplicates: {result.skipped}")
        self.stdout.write(f"failed: {result.failed}")
        for item in result.reading.problems[:SHOWN_PROBLEMS]:
            self.stderr.write(f"row {item.row}, {item.column or '-'}: {item.text} {item.value!r}")
        hidden = len(result.reading.problems) - SHOWN_PROBLEMS
        if hidden > 0:
            self.stderr.write(f"... and {hidden} more problems")
