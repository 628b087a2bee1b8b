"""Two texts from the same beginning: nothing that anybody wrote is lost without being asked."""

import random

import pytest

from routines.merging import Choice, merge

BASE = """# Før

1. Se etter.
2. Si fra.

# Etterpå

Rydd opp.
"""


def kinds(merged):
    return [part.kind for part in merged.parts if part.kind not in {"same", "agreed"}]


def test_nobody_changed_anything():
    merged = merge(BASE, BASE, BASE)
    assert (merged.text(), merged.has_news, merged.has_own) == (BASE, False, False)


def test_only_the_template_changed():
    theirs = BASE.replace("Si fra.", "Si fra til lederen.")
    merged = merge(BASE, BASE, theirs)
    assert (merged.text(), merged.has_news, merged.has_own) == (theirs, True, False)


def test_only_we_changed():
    ours = BASE.replace("Rydd opp.", "Rydd opp, og lås.")
    merged = merge(BASE, ours, BASE)
    assert (merged.text(), merged.has_news, merged.has_own) == (ours, False, True)


def test_both_changed_in_different_places():
    ours = BASE.replace("Rydd opp.", "Rydd opp, og lås.")
    merged = merge(BASE, ours, BASE.replace("Si fra.", "Si fra til lederen."))
    assert merged.conflicts == []
    assert merged.text() == BASE.replace("Rydd opp.", "Rydd opp, og lås.").replace("Si fra.", "Si fra til lederen.")


def test_both_changed_the_same_place():
    ours, theirs = BASE.replace("Si fra.", "Si fra til Amir."), BASE.replace("Si fra.", "Si fra til lederen.")
    merged = merge(BASE, ours, theirs)
    assert kinds(merged) == ["conflict"]
    assert merged.text([Choice.OURS]) == ours
    assert merged.text([Choice.THEIRS]) == theirs
    both = merged.text([Choice.BOTH])
    assert "2. Si fra til Amir.\n" in both
    assert "2. Si fra til lederen.\n" in both
    with pytest.raises(ValueError, match="choice"):
        merged.text()


def test_both_changed_the_same_place_alike():
    changed = BASE.replace("Si fra.", "Si fra til lederen.")
    merged = merge(BASE, changed, changed)
    assert (merged.text(), merged.conflicts, merged.has_news) == (changed, [], False)


def test_one_took_out_what_the_other_changed():
    ours, theirs = BASE.replace("2. Si fra.\n", ""), BASE.replace("Si fra.", "Si fra til lederen.")
    merged = merge(BASE, ours, theirs)
    assert kinds(merged) == ["conflict"]
    assert merged.conflicts[0].ours.strip() == ""
    # Only an empty line may stand otherwise.
    assert merged.text([Choice.THEIRS]).split() == theirs.split()
    assert merged.text([Choice.OURS]) == ours


def test_point_added_last_in_a_list_and_text_before_it_changed():
    ours = BASE.replace("2. Si fra.\n", "2. Si fra.\n3. Vent på Kari.\n")
    theirs = BASE.replace("1. Se etter.", "1. Se godt etter.")
    assert merge(BASE, ours, theirs).text() == ours.replace("1. Se etter.", "1. Se godt etter.")


def test_both_added_at_the_end():
    merged = merge(BASE, BASE + "\nVår hilsen.\n", BASE + "\nNy hilsen.\n")
    assert kinds(merged) == ["conflict"]
    assert merged.text([Choice.BOTH]).endswith("Vår hilsen.\n\nNy hilsen.\n")


@pytest.mark.parametrize("text", ["", "\n", "a", "a\r\nb", "\n\na\n\n\n", "- \u202ea\n- \x00b"])
def test_odd_texts(text):
    merged = merge(text, text, text)
    assert not merged.has_news
    assert merge(text, text, BASE).text() == BASE
    assert merge(BASE, BASE, text).has_own is False
    assert merge("", text, text).conflicts == []


def test_a_thousand_random_edits():
    """Who did nothing changes nothing, whatever the other did; every line of a text stands in what is merged or was
    taken out by somebody."""
    chance = random.Random(5)  # noqa: S311  the same texts every time

    def edited(lines):
        lines = list(lines)
        for _ in range(chance.randrange(4)):
            at = chance.randrange(len(lines) + 1)
            if chance.random() < 0.4 and at < len(lines):
                del lines[at]
            else:
                lines.insert(at, chance.choice("abcdef") + "\n" + "\n" * chance.randrange(2))
        return lines

    for _ in range(1000):
        base = [chance.choice("abcdefgh") + "\n" for _ in range(chance.randrange(8))]
        ours, theirs = edited(base), edited(base)
        b, o, t = ("".join(lines).lstrip("\n") for lines in (base, ours, theirs))
        assert merge(b, o, b).text() == o
        assert merge(b, b, t).text() == t
        assert merge(b, o, o).text() == o
        merged = merge(b, o, t)
        assert "".join(part.ours for part in merged.parts).split() == o.split()
        assert "".join(part.theirs for part in merged.parts).split() == t.split()
        mirrored = merge(b, t, o)
        assert len(mirrored.conflicts) == len(merged.conflicts)
        for part in merged.conflicts:
            assert part.ours.split() != part.theirs.split()
