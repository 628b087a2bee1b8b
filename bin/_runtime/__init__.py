"""What the commands in bin/ are made of. Standard library only: it runs before anything is installed."""

import os
import shutil
import sys

OLDEST = (3, 11)


def _use_new_enough_python() -> None:
    """Continue with a newer Python of this machine when `python3` is too old."""
    if sys.version_info >= OLDEST:
        return
    for minor in (14, 13, 12, 11):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])
    sys.exit(
        "HMS needs Python 3.11 or newer. Install it (Debian 12 and Ubuntu 24.04: apt install python3 python3-venv)."
    )


_use_new_enough_python()
