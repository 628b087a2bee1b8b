"""manage.py import_people: units or people from a file, as the pages under Settings do it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hms.core.tabular import TabularError, read_table
from hms.organisations.enums import ImportKind
from hms.organisations.models import Organisation
from hms.organisations.services.imports import PLANNERS, apply_plan
from hms.tenancy.scope import tenant


class Command(BaseCommand):
    """Everything or nothing: one row with an error stops the import."""

    help = "Import people (or units) from a CSV or XLSX file into an organisation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--organisation", required=True, help="the slug")
        parser.add_argument("--kind", choices=ImportKind.values, default=ImportKind.PEOPLE.value)
        parser.add_argument("--sheet", help="worksheet of an .xlsx file; the first when left out")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be done")

    def handle(self, *args: Any, file: str, organisation: str, kind: str, **options: Any) -> None:
        found = Organisation.objects.filter(slug=organisation).first()
        if found is None:
            raise CommandError(f"There is no organisation {organisation!r}.")
        try:
            table = read_table(file, sheet=options["sheet"])
        except (TabularError, OSError) as error:
            raise CommandError(str(error)) from error
        with tenant(found):
            plan = PLANNERS[kind](table)
            for note in plan.notes:
                self.stdout.write(note)
            mistakes = [
                *plan.problems,
                *(f"{x.number}: {column}: {text}" for x in plan.errors for column, text in x.errors),
            ]
            if mistakes:
                raise CommandError("\n".join(mistakes))
            counts = plan.counts
            if plan.can_apply and not options["dry_run"]:
                apply_plan(plan, kind=kind, by=None)
        self.stdout.write(f"{counts['new']} new, {counts['changed']} changed, {counts['unchanged']} unchanged")
