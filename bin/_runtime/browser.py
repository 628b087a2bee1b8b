"""A Chromium for the browser tests: the system's, else Playwright's own, else Debian's package when root."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from . import node
from .project import PYTHON, TOOLS, install_environment, say
from .syslibs import apt_install

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_PLAYWRIGHT = TOOLS / "browsers"


def installed() -> Path | None:
    """A browser that is there and starts, or None."""
    candidates = [os.environ.get("HMS_CHROMIUM"), *(shutil.which(name) for name in _NAMES)]
    # The shell without a window comes first: it needs fewer system libraries.
    candidates += sorted(_PLAYWRIGHT.glob("chromium*/*/headless_shell"))
    candidates += sorted(_PLAYWRIGHT.glob("chromium*/*/chrome-headless-shell"))
    return next((Path(path) for path in candidates if path and _starts(Path(path))), None)


def environment() -> dict[str, str]:
    """What a test needs to drive the browser; nothing when there is none."""
    found = installed()
    return {"HMS_CHROMIUM": str(found)} | node.for_playwright() if found else {}


def ensure() -> None:
    """Fetch a browser where there is none; a sentence when none is to be had."""
    if installed():
        return
    say("Fetching a browser for the tests")
    env = install_environment() | node.for_playwright() | {"PLAYWRIGHT_BROWSERS_PATH": str(_PLAYWRIGHT)}
    env |= {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000"}
    _quietly([PYTHON, "-m", "playwright", "install", "--only-shell", "chromium"], env)
    if not installed() and os.geteuid() == 0 and shutil.which("apt-get"):
        apt_install("chromium", "fonts-liberation")
    if not installed():
        say("No browser: its tests are skipped. Install Chromium (Debian: apt install chromium) to run them.")


def _starts(path: Path) -> bool:
    return _quietly([path, "--version", "--no-sandbox"], dict(os.environ), seconds=60)


def _quietly(command: list, env: dict[str, str], seconds: int = 600) -> bool:
    try:
        return subprocess.run(command, env=env, capture_output=True, timeout=seconds, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
