"""A Chromium for the browser tests: the system's, else Playwright's own, else Debian's package when root."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

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


def ensure() -> Path | None:
    """A browser, fetched if need be; None, and a sentence, when there is none to be had."""
    found = installed()
    if found:
        return found
    say("Fetching a browser for the tests")
    env = install_environment() | {
        "PLAYWRIGHT_BROWSERS_PATH": str(_PLAYWRIGHT),
        "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000",
    }
    playwright = [PYTHON, "-m", "playwright", "install", "--only-shell", "chromium"]
    _quietly(playwright, env)
    found = installed()
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        apt_install("chromium", "fonts-liberation")
        found = installed()
    if not found:
        say("No browser: its tests are skipped. Install Chromium (Debian: apt install chromium) to run them.")
    return found


def _starts(path: Path) -> bool:
    return _quietly([path, "--version", "--no-sandbox"], dict(os.environ), seconds=60)


def _quietly(command: list, env: dict[str, str], seconds: int = 600) -> bool:
    try:
        return subprocess.run(command, env=env, capture_output=True, timeout=seconds, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
