"""Where things are, how they are said, and how a command ends."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
TOOLS = VAR / "tools"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

MEGABYTE = 1024 * 1024
_started = time.monotonic()


class Problem(Exception):
    """Something the person at the keyboard can do something about; its text says what."""


class Stopped(Exception):
    """Somebody asked the command to stop."""


def say(message: str) -> None:
    print(f"[{time.monotonic() - _started:5.1f} s] {message}", flush=True)


def install_environment() -> dict[str, str]:
    """The environment for installing packages."""
    # uv, pip and Node.js carry root certificates of their own; those of the machine also hold what its owner has added.
    system = Path("/etc/ssl/certs/ca-certificates.crt")
    names = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "PIP_CERT") if system.exists() else ()
    return dict.fromkeys(names, str(system)) | os.environ


def locking_environment() -> dict[str, str]:
    """The same without a machine's package-index settings, which would leak into lock files."""
    return {key: value for key, value in install_environment().items() if not key.startswith(("UV_", "PIP_"))}


def run(*command: object, problem: str = "", quiet: bool = True, **options) -> str:
    """Run a command to its end and give its output.

    Raises Problem with `problem`, or a sentence naming the command, and the last lines that it wrote.
    """
    argv = [str(part) for part in command]
    options.setdefault("cwd", ROOT)
    if quiet:
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    try:
        done = subprocess.run(argv, check=False, **options)
    except FileNotFoundError as missing:
        raise Problem(problem or f"{argv[0]} is missing on this machine.") from missing
    if done.returncode:
        require_space(VAR, 20, "to go on")
        tail = "\n".join((done.stdout or "").strip().splitlines()[-15:])
        sentence = problem or f"`{' '.join(argv[:4])}` failed."
        raise Problem(f"{sentence}\n{tail}".strip())
    return done.stdout or ""


def require_space(folder: Path, megabytes: int, purpose: str) -> None:
    """Raise Problem when the disk under `folder` has less room than `megabytes`."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free // MEGABYTE
    if free < megabytes:
        raise Problem(
            f"The disk is full: {folder} has {free} MB free and {megabytes} MB are needed {purpose}. "
            "Free some space and try again."
        )


def private_folder(folder: Path, mode: int = 0o700) -> Path:
    """Make `folder` ours alone; refuse one that somebody else laid there in a shared place."""
    folder.mkdir(mode=mode, exist_ok=True)
    seen = folder.lstat()
    if folder.is_symlink() or seen.st_uid not in (os.geteuid(), _nobody() if os.geteuid() == 0 else os.geteuid()):
        raise Problem(f"{folder} belongs to somebody else. Remove it and try again.")
    return folder


def _nobody() -> int:
    import pwd

    return pwd.getpwnam("nobody").pw_uid


def main(command: Callable[[list[str]], int]) -> None:
    """Run `command` with the typed arguments; turn every foreseeable failure into one clear sentence."""

    def stop(*_: object) -> None:
        raise Stopped

    # Set explicitly: a shell may have started us with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        code = command(sys.argv[1:])
    except Stopped:
        code = 130
    except Problem as problem:
        print(f"\n{problem}", file=sys.stderr)
        code = 1
    except OSError as error:
        sentence = _sentence(error)
        if not sentence:
            raise
        print(f"\n{sentence}", file=sys.stderr)
        code = 1
    sys.exit(code)


def _sentence(error: OSError) -> str:
    """What a person can do about an error of the disk; nothing for other errors."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk, or your share of it, is full. Free some space and try again."
    if error.errno == errno.EROFS:
        return "This folder is on a read-only disk. Copy the project to a place that can be written to."
    if error.errno in (errno.EACCES, errno.EPERM):
        what = f"write {error.filename}" if error.filename else "do this: it was started by somebody else"
        return f"This user may not {what}. Run as the user who did, or change the owner of the folder."
    return ""
