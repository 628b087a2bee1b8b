"""Compile every locale/*/LC_MESSAGES/*.po that is newer than its .mo. Run by the project's Python (needs Babel)."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_catalogues(folder: Path) -> None:
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3], abort_invalid=True)
        partial = target.with_suffix(".mo.new")
        with partial.open("wb") as file:
            write_mo(file, catalogue)
        partial.replace(target)


if __name__ == "__main__":
    compile_catalogues(Path(sys.argv[1]))
