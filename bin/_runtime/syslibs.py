"""Pango, which WeasyPrint needs from the system: found, installed, unpacked beside us, or done without."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .project import PYTHON, TOOLS, run, say

PACKAGES = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core"]
_UNPACKED = TOOLS / "pango"
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/usr/share/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""


def ensure_pango() -> bool:
    """True when WeasyPrint can be imported; without it PDFs are made by PlutoPrint, and the reader is told."""
    stamp = TOOLS / "pango-found"
    # A system library may be removed again, but hardly between two runs; importing takes seconds.
    if stamp.exists() and stamp.stat().st_mtime > PYTHON.lstat().st_mtime:
        return True
    found = _importable() or _install() or _unpack()
    if found:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.touch()
    else:
        say(
            "The system library Pango is missing: PDFs are made by a simpler program until you install it "
            f"(Debian and Ubuntu: apt install {' '.join(PACKAGES[:3])}; macOS: brew install pango)."
        )
    return found


def environment() -> dict[str, str]:
    """What a process needs to find a Pango that was unpacked beside us."""
    if not (_UNPACKED / "fonts.conf").exists():
        return {}
    libraries = ":".join(str(folder) for folder in _UNPACKED.glob("usr/lib/*-linux-gnu*"))
    inherited = os.environ.get("LD_LIBRARY_PATH")
    return {
        "LD_LIBRARY_PATH": f"{libraries}:{inherited}" if inherited else libraries,
        "FONTCONFIG_FILE": str(_UNPACKED / "fonts.conf"),
    }


def _importable() -> bool:
    env = os.environ | environment()
    done = subprocess.run([PYTHON, "-c", "import weasyprint"], env=env, capture_output=True, check=False)
    return done.returncode == 0


def _install() -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say("Installing the system library Pango")
    return apt_install(*PACKAGES) and _importable()


def _unpack() -> bool:
    """Without root: download the Debian packages that are missing and unpack them into var/tools."""
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        return False
    say("Unpacking the system library Pango into var/tools")
    plan = _apt("install", "--simulate", "--no-install-recommends", *PACKAGES)
    names = [line.split()[1] for line in plan.stdout.splitlines() if line.startswith("Inst ")]
    archives = _UNPACKED / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    if not names or _apt("download", *names, cwd=archives).returncode:
        shutil.rmtree(_UNPACKED)
        return False
    for archive in archives.glob("*.deb"):
        run("dpkg", "-x", archive, _UNPACKED)
    shutil.rmtree(archives)
    (_UNPACKED / "fonts.conf").write_text(_FONTS.format(folder=_UNPACKED))
    return _importable()


def apt_install(*names: str) -> bool:
    """Install Debian packages as root; the lists are brought up to date first."""
    _apt("update")
    return _apt("install", "--yes", "--no-install-recommends", *names).returncode == 0


def _apt(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess:
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    return subprocess.run(
        ["apt-get", "--quiet=2", *arguments], env=env, cwd=cwd, capture_output=True, text=True, check=False
    )
