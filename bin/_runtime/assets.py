"""What is made from sources and never committed: the style sheet, the font, the message catalogues, static files."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from . import node, packages
from .project import PYTHON, ROOT, TOOLS, VAR, require_space, run, say

ASSETS = VAR / "assets"
TEST_ASSETS = VAR / "assets-dev"
_MODULES = ROOT / "node_modules"


def build() -> None:
    """Build var/assets when its sources or the lock have changed; var/assets-dev gets what only tests use."""
    lock = ROOT / "package-lock.json"
    sources = [lock, ROOT / "bin" / "_runtime" / "assets.mjs", *sorted((ROOT / "static" / "css").rglob("*.*"))]
    wanted = _digest(sources)
    stamp = TOOLS / "assets-built"
    if stamp.exists() and stamp.read_text() == wanted and (ASSETS / "hms.css").exists():
        return
    require_space(VAR, 400, "to build the style sheet")
    say("Building the style sheet")
    env = node.environment()
    installed = _MODULES / ".installed"
    if not (installed.exists() and installed.read_text() == _digest([lock])):
        problem = "The npm packages could not be installed. Is the network reachable?"
        run("npm", "ci", "--no-audit", "--no-fund", env=env, problem=problem)
        installed.write_text(_digest([lock]))
    run("node", "bin/_runtime/assets.mjs", ASSETS, env=env, problem="The style sheet could not be built.")
    TEST_ASSETS.mkdir(parents=True, exist_ok=True)
    shutil.copy(_MODULES / "axe-core" / "axe.min.js", TEST_ASSETS)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)


def compile_catalogues() -> None:
    """Make the .mo files that Django reads from the .po files that people write."""
    script = ROOT / "bin" / "_runtime" / "compile_catalogues.py"
    run(PYTHON, script, ROOT / "locale", problem="A message catalogue could not be compiled.")


def collect_static(env: dict[str, str]) -> None:
    """Gather static files, with hashed names and compressed, in the state folder; the sources of hms.css stay out."""
    stamp = Path(env["HMS_STATE_DIR"]) / "static-collected"
    wanted = _digest(sorted(path for folder in (ROOT / "static", ASSETS) for path in folder.rglob("*.*")))
    wanted += "".join(path.read_text() for path in sorted(packages.VENV.glob(".installed-*")))
    if stamp.exists() and stamp.read_text() == wanted:
        return
    command = ["manage.py", "collectstatic", "--noinput", "--clear", "--ignore", "css", "--verbosity", "0"]
    run(PYTHON, *command, env=env, problem="The static files could not be gathered.")
    stamp.write_text(wanted)


def source_digest() -> str:
    """One number for everything that decides what the schema and the demo's data look like."""
    kinds = {".py", ".po", ".txt", ".toml", ".json", ".jpg", ".png"}
    skipped = {".venv", "node_modules", "var", "tests", "bench", "bin", "docs"}
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name not in skipped and path.name[0] != "."]
    return _digest(sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in kinds))


def _digest(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        if file.is_file():
            total.update(str(file).encode() + file.read_bytes())
    return total.hexdigest()
