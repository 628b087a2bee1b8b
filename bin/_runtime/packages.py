"""Python packages: from the hash-pinned lists in requirements/ into .venv, and how those lists are made."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from .project import (
    PYTHON,
    ROOT,
    TOOLS,
    VENV,
    Problem,
    install_environment,
    locking_environment,
    require_space,
    run,
    say,
)

REQUIREMENTS = ROOT / "requirements"
# file: what uv compiles it from. dev comes first; the others take their versions from it.
LOCKS = {
    "dev": ["pyproject.toml", "--all-extras", "--group", "dev"],
    "demo": ["pyproject.toml", "--group", "demo"],
    "production": ["pyproject.toml", "--all-extras"],
    "build": ["--group", "build"],
    "assets": ["--group", "assets"],
    "tools": ["--group", "tools"],
}

_TOOLS = {"tools": "uv, which installs the packages", "assets": "Node.js, which builds the style sheet"}


def install(name: str) -> None:
    """Bring .venv to the list `requirements/<name>.txt`; packages of other lists stay."""
    stamp = VENV / f".installed-{name}"
    wanted = _digest(name)
    if stamp.exists() and stamp.read_text() == wanted and PYTHON.exists():
        return
    require_space(ROOT, 1500, "to install the Python packages")
    env = install_environment()
    uv = find_uv()
    say("Installing Python packages")
    if not PYTHON.exists():
        run(uv, "venv", "--allow-existing", "--python", sys.executable, VENV, env=env)
    run(
        *(uv, "pip", "install", "--python", PYTHON, "--require-hashes"),
        *("-r", REQUIREMENTS / f"{name}.txt"),
        env=env,
        problem="The Python packages could not be installed. Is the network reachable?",
    )
    stamp.write_text(wanted)


def tool_environment(name: str) -> Path:
    """A virtual environment of its own for a build tool in `requirements/<name>.txt`; gives its bin folder."""
    folder = TOOLS / name
    stamp = folder / ".installed"
    wanted = _digest(name)
    if not (stamp.exists() and stamp.read_text() == wanted):
        say(f"Fetching {_TOOLS[name]}")
        require_space(ROOT, 500, "to install the build tools")
        run(sys.executable, "-m", "venv", "--clear", folder, problem=_NO_VENV)
        run(
            *(folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "-r", REQUIREMENTS / f"{name}.txt"),
            env=install_environment(),
            problem=f"The {name} packages could not be installed. Is the network reachable?",
        )
        stamp.write_text(wanted)
    return folder / "bin"


def find_uv() -> Path:
    return tool_environment("tools") / "uv"


def lock(upgrade: bool = False) -> None:
    """Write requirements/*.txt anew. They hold names, versions and hashes; no address and no path."""
    for name, source in LOCKS.items():
        target = REQUIREMENTS / f"{name}.txt"
        constraint = ["--constraint", "requirements/dev.txt"] if name in ("demo", "production", "build") else []
        run(
            *(find_uv(), "pip", "compile", "--no-config", "--universal", "--python-version", "3.11"),
            *("--generate-hashes", "--no-header", "--no-annotate", *source, *constraint),
            *(["--upgrade"] if upgrade else []),
            *("--output-file", target),
            env=locking_environment(),
        )
        if "://" in target.read_text():
            raise Problem(f"{target.name} names an address; this machine's package settings have leaked into it.")
        say(f"requirements/{target.name}")


def _digest(name: str) -> str:
    return hashlib.sha256((REQUIREMENTS / f"{name}.txt").read_bytes()).hexdigest()


_NO_VENV = "Python's venv module is missing. Install it (Debian and Ubuntu: apt install python3-venv) and try again."
