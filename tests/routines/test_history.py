"""Real documents come in with their whole history, and what differs between their editions is told truly."""

import csv
import datetime
import html
import io
import itertools
import os
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from hms.assignments.models import Assignment
from hms.notifications.models import Notification
from hms.tenancy.scope import tenant
from routines.comparing import Row, compare, only_changes
from routines.diffing import apply, delta
from routines.markdown import pieces
from routines.models import Routine, Version

DATA = Path(os.environ.get("HMS_REALDATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
FOLDER = DATA / "routines"
NAMES = ["handbok", "kvalitetshandbok", "prosesser"]
real = pytest.mark.skipif(not FOLDER.is_dir(), reason="the reference files do not lie beside this checkout")


def index(name: str) -> list[dict[str, str]]:
    with (FOLDER / name / "index.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def text_of(name: str, row: dict[str, str]) -> str:
    return (FOLDER / name / row["file"]).read_text("utf-8")


def words(html_text: str) -> str:
    """What is read, whatever marks and spaces stand between."""
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]*>", "", html_text)))


def side(rows: list[Row], *, without: str, whole: str) -> list[str]:
    """One side of a comparison: without the words in `without`, and without the pieces that are the other side's."""
    kept = []
    for row in rows:
        if row.change == whole:
            continue
        bare = re.sub(r'<span class="sr">.*?</span>', "", row.html, flags=re.DOTALL)
        kept.append(words(re.sub(rf"<{without}>.*?</{without}>", "", bare, flags=re.DOTALL)))
    return kept


@real
@pytest.mark.realdata
@pytest.mark.parametrize("name", NAMES)
def test_every_pair_of_editions_is_compared_and_each_side_can_be_read_from_it(name):
    rows = index(name)
    for before, after in itertools.pairwise(rows):
        old, new = text_of(name, before), text_of(name, after)
        changed = delta(old, new)
        assert apply(old, changed) == new
        assert str(changed.added) == after["lines_added_vs_previous"], after["version"]
        assert str(changed.removed) == after["lines_removed_vs_previous"], after["version"]
        shown = compare(old, new, {})
        assert side(shown, without="del", whole="del") == [words(piece.html) for piece in pieces(new, {})]
        assert side(shown, without="ins", whole="add") == [words(piece.html) for piece in pieces(old, {})]
        assert sum(row.skipped or 1 for row in only_changes(shown)) == len(shown)


@real
@pytest.mark.realdata
def test_history_comes_in_with_dates_authors_and_counts(cast, client):
    out = io.StringIO()
    call_command("import_routine_history", str(FOLDER), "--organisation", "fjellvik", stdout=out)
    assert re.findall(r"(\d+) versions by (\d+) authors, (\d+) lines added, (\d+) removed", out.getvalue()) == [
        ("50", "18", "732", "729"), ("38", "14", "927", "1005"), ("22", "4", "184", "99"),
    ]  # fmt: skip
    with tenant(cast.fjellvik):
        assert Version.objects.count() == 110
        for routine, name in zip(Routine.objects.order_by("id"), NAMES, strict=True):
            versions = list(routine.versions.order_by("number"))
            for version, row in zip(versions, index(name), strict=True):
                assert version.text == text_of(name, row)
                assert version.author_name == row["author"]
                assert version.published_at == datetime.datetime.fromisoformat(row["author_date"])
            assert routine.current == versions[-1]
        assert not Notification.objects.exists()
        assert not Assignment.objects.filter(kind="read").exists()
        slug = Routine.objects.order_by("id").first().slug
    # The same once more is refused, and nothing comes twice.
    with pytest.raises(CommandError, match="already"):
        call_command("import_routine_history", str(FOLDER), "--organisation", "fjellvik", stdout=out)
    client.force_login(cast.ingrid.user)
    for tail in ("", "v/1/", "v/50/", "versjoner/", "endringer/49-50/", "endringer/1-50/?alt=1"):
        assert client.get(f"/fjellvik/rutiner/{slug}/{tail}").status_code == 200, tail


@pytest.fixture
def folder(tmp_path):
    """A document of two editions; `write(**changes)` changes the index's second row."""

    def write(text: str = "Ett\nTo\nTre\n", **changes: str) -> Path:
        (tmp_path / "v1.md").write_text("# Brann\n\nEtt\nTo\n")
        (tmp_path / "v2.md").write_text("# Brann\n\n" + text)
        rows = [
            {"version": "1", "file": "v1.md", "author_date": "2020-01-02T10:00:00+01:00", "author": "Per"},
            {"version": "2", "file": "v2.md", "author_date": "2021-01-02T10:00:00+01:00", "author": "Kari", **changes},
        ]
        columns = sorted({name for row in rows for name in row})
        with (tmp_path / "index.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
        return tmp_path

    return write


def bring(path: Path, *options: str) -> None:
    call_command("import_routine_history", str(path), "--organisation", "fjellvik", *options, stdout=io.StringIO())


def test_dry_run_writes_nothing(cast, folder):
    bring(folder(), "--dry-run")
    with tenant(cast.fjellvik):
        assert not Routine.objects.exists()
    bring(folder())
    with tenant(cast.fjellvik):
        assert [version.lines_added for version in Version.objects.order_by("number")] == [0, 1]


@pytest.mark.parametrize(
    "changes",
    [
        {"sha256": "0" * 64}, {"lines_added_vs_previous": "7", "lines_removed_vs_previous": "0"}, {"version": "3"},
        {"file": "../v1.md/x"}, {"author_date": "i går"},
    ],
)  # fmt: skip
def test_history_that_is_not_what_it_says_is_refused_whole(cast, folder, changes):
    with pytest.raises(CommandError):
        bring(folder(**changes))
    with tenant(cast.fjellvik):
        assert not Routine.objects.exists()
        assert not Version.objects.exists()
