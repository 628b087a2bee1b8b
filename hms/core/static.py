"""Static files as they are served: hashed names, compressed, our scripts without their comments."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


def without_comments(script: str) -> str:
    """A script of ours without the lines that are comments and nothing else: a third of what a phone would fetch.

    No template literal of ours spans several lines (tests/core/test_assets.py), so no such line is part of a text.
    """
    return "".join(line for line in script.splitlines(keepends=True) if not line.lstrip().startswith("//"))


class LeanStorage(CompressedManifestStaticFilesStorage):
    """Takes the comments out of `js/`, then does what WhiteNoise does. Files of libraries are left as they are."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            for name in paths:
                if name.startswith("js/") and name.endswith(".js"):
                    file = Path(self.path(name))
                    file.write_text(without_comments(file.read_text()))
        yield from super().post_process(paths, dry_run, **options)
