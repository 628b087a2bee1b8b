"""What differs is found word by word, and read by eyes, ears and on paper."""

import random

import pytest

from routines.comparing import compare, only_changes, words_changed
from routines.diffing import apply, delta, ops
from routines.markdown import headings, plain, render


def longest_common(a: list[str], b: list[str]) -> int:
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, left in enumerate(a):
        for j, right in enumerate(b):
            table[i + 1][j + 1] = table[i][j] + 1 if left == right else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def test_edits_are_right_and_as_small_as_can_be():
    draw = random.Random(5)  # noqa: S311  no secret
    for _ in range(400):
        a, b = ([draw.choice("abcd") for _ in range(draw.randint(0, 14))] for _ in range(2))
        found = ops(a, b)
        assert [b[j] for op in found if op.kind != "delete" for j in op.new] == b
        assert [a[i] for op in found if op.kind != "insert" for i in op.old] == a
        assert sum(len(op.old) for op in found if op.kind == "equal") == longest_common(a, b)


@pytest.mark.parametrize(
    ("old", "new"),
    [("", ""), ("", "a"), ("a", ""), ("a", "a\n"), ("a\nb\n", "b\na\n"), ("a\r\nb", "a\nb"), ("a\x0bb\n", "a\nb\n")],
)
def test_applying_what_differs_gives_the_new_text(old, new):
    assert apply(old, delta(old, new)) == new
    assert apply(new, delta(new, old)) == old


def test_change_of_another_text_is_refused():
    with pytest.raises(ValueError, match="another"):
        apply("a\nb\nc\n", delta("a\n", "b\n"))


def test_words_that_changed_are_said_aloud():
    html = words_changed("Skyll i fem minutter.", "Skyll i ti minutter.")
    assert "Skyll i <del><span" in html
    assert "</span>fem</del> <ins><span" in html
    assert "</span>ti</ins> minutter." in html


def test_marks_are_never_torn_apart():
    html = words_changed("Ring <strong>fastlegen</strong> i dag", "Ring <strong>legevakta nå</strong> og <em>meld</em>")
    assert html.count("<strong>") == html.count("</strong>") == 1
    # Nothing opens inside what is marked as changed.
    assert "<ins><span" in html
    assert "<strong></ins>" not in html


def test_point_that_only_got_another_number_is_as_before():
    rows = compare("1. Ring\n2. Vent\n", "1. Stopp\n2. Ring\n3. Vent\n", {})
    assert [row.change for row in rows] == ["add", "", ""]
    assert [row.piece.marker for row in rows] == ["1.", "2.", "3."]


def test_long_unchanged_parts_are_counted_and_not_shown():
    old = "\n\n".join(f"Avsnitt {n}." for n in range(30))
    rows = only_changes(compare(old, old.replace("Avsnitt 15.", "Noe helt annet her."), {}))
    assert rows[0].change == rows[-1].change == "gap"
    assert sum(row.skipped for row in rows) == 27


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>", "[x](javascript:alert(1))", '<img src=x onerror="alert(1)">',
        "[x](data:text/html;base64,AAAA)", "![x](https://fremmed.example/a.png)", '<a href="#" onclick="x">y</a>',
        "```\n</code><script>x</script>\n```", '[x](https://a.example "\\"onmouseover=alert(1)")',
    ],
)  # fmt: skip
def test_nothing_harmful_comes_through(hostile):
    for html in (render(hostile, {}), "".join(row.html for row in compare("a", hostile, {}))):
        lowered = html.lower()
        assert "<script" not in lowered
        assert "<img" not in lowered
        assert 'href="javascript' not in lowered
        assert 'href="data' not in lowered
        assert not any(f"<{tag} on" in lowered for tag in ("a", "p", "img"))


def test_headings_have_anchors_of_their_own_below_the_title():
    assert [(one.level, one.anchor) for one in headings("# Ring\n\n## Ring\n\nRing\n====\n")] == [
        (2, "om-ring"), (3, "om-ring-2"), (2, "om-ring-3"),
    ]  # fmt: skip
    assert '<h2 id="om-ring">Ring</h2>' in render("# Ring", {})


def test_links_lead_to_routines_that_are_there_and_are_words_otherwise():
    links = {"rutine:brann": "/fjellvik/rutiner/brann/"}
    assert 'href="/fjellvik/rutiner/brann/"' in render("Se [brann](rutine:brann).", links)
    assert render("Se [brann](rutine:borte).", links) == "<p>Se brann.</p>\n"


def test_words_alone_are_what_search_reads():
    assert plain("# Brann\n\n- [ ] Ring **110**\n\n| Hvem | Hva |\n|-|-|\n| Du | ut |\n") == (
        "Brann\nRing 110\nHvem\nHva\nDu\nut"
    )


def test_texts_with_nothing_in_common_are_told_apart_in_bounded_work():
    draw = random.Random(7)  # noqa: S311  no secret
    old, new = ("\n\n".join(" ".join(draw.choices("abcdefgh", k=9)) for _ in range(700)) for _ in range(2))
    assert apply(old, delta(old, new)) == new
    rows = compare(old, new, {})
    assert sum(row.change in {"", "add", "mix"} for row in rows) == 700
    assert words_changed(" ".join(draw.choices("abcdefgh", k=4000)), "x").endswith("x</ins>")
