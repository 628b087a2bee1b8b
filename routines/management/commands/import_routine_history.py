"""`manage.py import_routine_history`: documents with all their editions, or what would come in."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import translation

from hms.organisations.enums import Role
from hms.organisations.models import Employee, Organisation, Unit
from hms.organisations.selectors import employed, holders
from hms.tenancy.checks import refuse_unbound_role
from hms.tenancy.scope import tenant
from routines.enums import Category
from routines.importing import INDEX, BadHistory, bring_in, read_history, title_of
from routines.models import Routine


class DryRun(Exception):
    """Takes everything back."""


class Command(BaseCommand):
    help = "Import routines with their whole history from folders with an index.csv. Nobody is notified."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="of one document, or of folders of documents")
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--unit", default="", metavar="NAME", help="whose they are; else the top unit")
        parser.add_argument("--owner", default="", metavar="EMAIL", help="else the HSE manager")
        parser.add_argument("--category", choices=Category.values, default=Category.WORK.value)
        parser.add_argument("--dry-run", action="store_true", help="read, check, count and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        # As the owner every organisation's routines would be read as this one's.
        refuse_unbound_role(connection)
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation with the address {options['organisation']!r}.")
        folders = self._folders(options["folder"])
        try:
            with translation.override(organisation.language), tenant(organisation):
                unit, owner = self._unit(options["unit"]), self._owner(options["owner"])
                for folder in folders:
                    self._bring(folder, unit, owner, options["category"], organisation.language)
                if options["dry_run"]:
                    raise DryRun
        except BadHistory as error:
            raise CommandError(str(error)) from None
        except DryRun:
            self.stdout.write("Nothing was written (--dry-run).")

    def _folders(self, folder: Path) -> list[Path]:
        if (folder / INDEX).is_file():
            return [folder]
        found = sorted(path.parent for path in folder.glob(f"*/{INDEX}"))
        if not found:
            raise CommandError(f"No {INDEX} in {folder} or its folders.")
        return found

    def _unit(self, name: str) -> Unit:
        units = Unit.objects.filter(is_active=True)
        unit = units.filter(name=name).first() if name else units.filter(parent__isnull=True).order_by("id").first()
        if unit is None:
            raise CommandError(f"There is no unit called {name!r}.")
        return unit

    def _owner(self, email: str) -> Employee:
        people = employed().filter(email__iexact=email) if email else holders(Role.HSE_MANAGER)
        owner = people.order_by("id").first()
        if owner is None:
            raise CommandError("Name somebody who works there with --owner." if not email else f"Nobody has {email!r}.")
        return owner

    def _bring(self, folder: Path, unit: Unit, owner: Employee, category: str, language: str) -> None:
        editions = read_history(folder)
        title = title_of(editions, folder)
        if Routine.objects.filter(title=title).exists():
            raise CommandError(f"{title!r} is here already.")
        brought = bring_in(editions, title=title, unit=unit, owner=owner, category=category, language=language)
        self.stdout.write(
            f"{brought.routine.slug}: {brought.versions} versions by {brought.authors} authors, "
            f"{brought.added} lines added, {brought.removed} removed"
        )
