"""What must hold of the sources themselves: style, layers, migrations, lock files, weight of the style sheet."""

import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.ROOT)
LOCKS = [*sorted((ROOT / "requirements").glob("*.txt")), ROOT / "package-lock.json"]
BUDGET_KILOBYTES = 25


def _output_of(*command: str) -> tuple[int, str]:
    tool = Path(sys.executable).parent / command[0]
    done = subprocess.run([tool, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("check", [("ruff", "check"), ("ruff", "format", "--check")], ids=["lint", "format"])
def test_style(check: tuple[str, ...]) -> None:
    code, output = _output_of(*check, "--no-cache", ".")
    assert code == 0, output


def test_layers() -> None:
    code, output = _output_of("lint-imports", "--no-cache")
    assert code == 0, output


@pytest.mark.django_db
def test_no_model_change_lacks_its_migration() -> None:
    output = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=output, stderr=output)
    except SystemExit:
        pytest.fail(output.getvalue())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_locks_name_no_address_and_no_path(lock: Path) -> None:
    text = re.sub(r'"(url|license)": "[^"]*"', "", lock.read_text())  # npm lists who may be funded, with addresses
    assert "://" not in text
    assert not re.search(r"(^|[\s\"@])/\w", text), "a path of somebody's machine"
    assert '"resolved"' not in text


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_a_hash(lock: Path) -> None:
    text = lock.read_text()
    if lock.suffix == ".json":
        assert text.count('"integrity"') == text.count('"node_modules/')
        return
    for requirement in re.split(r"\n(?=\S)", text):
        assert "--hash=sha256:" in requirement, requirement


def test_style_sheet_keeps_its_budget() -> None:
    sheet = settings.ASSETS_DIR / "hms.css"
    assert sheet.exists(), "bin/assets builds it"
    assert len(brotli.compress(sheet.read_bytes())) < BUDGET_KILOBYTES * 1000
