"""The components: what people (and screen readers) get from them."""

import datetime
from typing import Any

import pytest
import time_machine
from django import forms
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.base import SessionBase
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from hms.core.forms import HmsForm
from hms.core.icons import PATHS, svg
from hms.core.ui.inline import initials

NOW = datetime.datetime(2026, 11, 23, 9, 30, tzinfo=datetime.UTC)  # a Monday


@pytest.fixture(autouse=True)
def monday() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        yield


def draw(source: str, request: Any = None, **context: Any) -> str:
    return Template(source).render(Context({"request": request or RequestFactory().get("/here/")} | context))


def test_every_icon_is_decoration() -> None:
    for name in PATHS:
        assert 'aria-hidden="true"' in svg(name)
    with pytest.raises(LookupError, match="No icon is called"):
        svg("unicorn")


@pytest.mark.parametrize("kind", ["new", "working", "approval", "done", "overdue", "planned", "draft", "cancelled"])
def test_status_has_word_icon_and_colour(kind: str) -> None:
    html = draw("{% status_tag kind label %}", kind=kind, label="A & B")
    assert "A &amp; B" in html
    assert "<svg" in html
    assert "data-color=" in html


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (1, "Low"),
        (4, "Low"),
        (5, "Medium"),
        (9, "Medium"),
        (10, "High"),
        (14, "High"),
        (15, "Critical"),
        (25, "Critical"),
    ],
)
def test_risk_says_number_and_word(score: int, word: str) -> None:
    html = draw("{% risk_tag score %}", score=score)
    assert f">{score}<" in html
    assert word in html


def test_the_worst_severity_stands_out_without_colour() -> None:
    assert "<svg" in draw("{% severity 3 'Very serious' %}")
    assert "<svg" not in draw("{% severity 2 'Serious' %}")


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (-30, "Was due 24 Oct"),
        (-3, "Was due Friday"),
        (-1, "Was due yesterday"),
        (0, "Due today"),
        (1, "Due tomorrow"),
        (4, "By 27 Nov"),
        (60, "By 22 Jan 2027"),
    ],
)
def test_deadline_in_words(days: int, text: str) -> None:
    html = draw("{% due_date day %}", day=timezone.localdate() + datetime.timedelta(days=days))
    assert text in html
    assert ('data-color="danger"' in html) == (days < 0)


def test_a_finished_thing_is_never_overdue() -> None:
    assert "danger" not in draw("{% due_date day done=True %}", day=datetime.date(2026, 11, 1))
    assert draw("{% due_date None %}") == ""


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (NOW - datetime.timedelta(hours=2), "Today 08:30"),
        (NOW - datetime.timedelta(hours=20), "Yesterday 14:30"),
        (NOW - datetime.timedelta(days=9), "14 November"),
        (NOW - datetime.timedelta(days=400), "19 October 2025"),
    ],
)
def test_time_in_words_and_for_machines(when: datetime.datetime, text: str) -> None:
    html = draw("{% relative_date when %}", when=when)
    assert f">{text}</time>" in html
    assert 'datetime="20' in html


def test_people() -> None:
    assert initials("Kari Lunde") == "KL"
    assert initials("Tor Erik Moen") == "TM"
    assert initials("Åse") == "Å"
    assert initials("") == ""
    assert "Kari &lt;Lunde&gt;" in draw("{% person who %}", who="Kari <Lunde>")
    assert "Nobody yet" in draw("{% person None %}")


def test_button_is_a_link_when_it_goes_somewhere() -> None:
    assert draw("{% button 'Follow' url='/x/' %}").startswith("<a ")
    html = draw("{% button 'Approve' name='answer' value='yes' variant='secondary' %}")
    assert html.startswith("<button")
    assert 'type="submit"' in html
    assert 'name="answer"' in html
    assert 'value="yes"' in html
    assert 'data-busy="Saving …"' in html


def test_card_is_a_section_named_by_its_heading() -> None:
    html = draw("{% card 'What happened' %}<p>Text</p>{% endcard %}")
    assert 'aria-labelledby="card-what-happened"' in html
    assert 'id="card-what-happened"' in html
    assert "<p>Text</p>" in html
    assert "&lt;b&gt;" in draw("{% card title %}x{% endcard %}", title="<b>")


def test_slots_carry_markup_into_a_component() -> None:
    html = draw(
        "{% slot as more %}{% tag 'Serious' %}{% endslot %}{% page_header 'Loose rail' meta=more %}{% endpage_header %}"
    )
    assert "<h1>Loose rail</h1>" in html
    assert '<span class="ds-tag"' in html


def test_timeline_tells_when_and_what_comes() -> None:
    html = draw(
        "{% timeline %}"
        "{% event title='Reported' icon='flag' color='info' when=now quote=quote %}by Ingrid{% endevent %}"
        "{% event future=True when='Soon' %}Answer{% endevent %}{% endtimeline %}",
        now=NOW,
        quote="<i>",
    )
    assert "<b>Reported</b><br>by Ingrid" in html
    assert "Today 10:30" in html
    assert "&lt;i&gt;" in html
    assert "<li data-future>" in html


def test_steps_tell_which_is_done_and_which_is_now() -> None:
    html = draw(
        "{% steps items 'State' %}",
        items=[
            {"label": "Received", "state": "done"},
            {"label": "Assessed", "state": "now", "note": "by Amir"},
            {"label": "Closed"},
        ],
    )
    assert "(done)" in html
    assert html.count('aria-current="step"') == 1


class TwoFields(HmsForm):
    what = forms.CharField(label="What?")
    how = forms.ChoiceField(label="How?", choices=[("a", "A")], widget=forms.RadioSelect)
    day = forms.DateField(label="When?", required=False)


def test_error_summary_counts_and_links_to_the_first_input() -> None:
    html = draw("{% error_summary form kind='send' %}", form=TwoFields(data={}))
    assert "Two things are missing before you can send" in html
    assert 'href="#id_what"' in html
    assert 'href="#id_how_0"' in html
    assert "autofocus" in html


def test_error_summary_says_when_something_is_wrong_rather_than_missing() -> None:
    html = draw("{% error_summary form %}", form=TwoFields(data={"what": "x", "how": "a", "day": "yesterday"}))
    assert "One thing must be put right before you can go on" in html


def test_no_error_summary_without_errors() -> None:
    assert draw("{% error_summary form %}", form=TwoFields()) == ""
    assert draw("{% error_summary form %}", form=TwoFields(data={"what": "x", "how": "a"})) == ""


def test_title_says_error_first_only_after_a_failed_post() -> None:
    post = RequestFactory().post("/")
    assert draw("{% error_prefix %}", request=post, form=TwoFields(data={})) == "Error: "
    assert draw("{% error_prefix %}", request=post, form=TwoFields(data={"what": "x", "how": "a"})) == ""
    assert draw("{% error_prefix %}", form=TwoFields(data={})) == ""


class Filters(forms.Form):
    q = forms.CharField(required=False)
    state = forms.ChoiceField(label="State", choices=[("", "All"), ("new", "New")], required=False)


def test_filter_bar_is_a_get_form_that_counts_what_is_on() -> None:
    html = draw(
        "{% filter_bar form 'Filter' target='results' count='result-count' %}", form=Filters({"state": "new", "q": "x"})
    )
    assert 'method="get"' in html
    assert 'action="/here/"' in html
    assert "Filter (1)" in html
    assert 'hx-target="#results"' in html
    assert '<option value="new" selected>' in html


def test_table_keeps_its_meaning_when_rows_become_blocks() -> None:
    html = draw(
        "{% data_table 'Deviations' columns pick=True %}"
        "<tr role='row'>{% row_check 7 'Choose 2026-0007' %}</tr>{% enddata_table %}",
        columns=["No.", {"label": "Due", "sort_url": "?sort=-due", "sort": "ascending"}],
    )
    assert html.count('role="columnheader"') == 2
    assert 'aria-sort="ascending"' in html
    assert 'value="7"' in html
    assert 'tabindex="0"' in html


def test_pager_without_neighbours_has_no_links() -> None:
    assert "<a " not in draw("{% pager 8 8 %}")
    html = draw("{% pager 25 140 next_url='?after=x' %}")
    assert "Showing 25 of 140" in html
    assert 'rel="next"' in html
    assert 'rel="prev"' not in html


def _request() -> Any:
    request = RequestFactory().get("/")
    request.session = SessionBase()
    request._messages = FallbackStorage(request)
    return request


NAVIGATION = [
    {
        "label": None,
        "items": [{"label": "My page", "url": "/f/", "icon": "home", "count": 3, "current": True, "phone": True}],
    },
    {
        "label": "Lead",
        "items": [
            {"label": "Settings", "url": "/f/s/", "icon": "settings", "count": None, "current": False, "phone": False}
        ],
    },
]
SHELL = "{% extends 'shell.html' %}{% block title %}Page{% endblock %}{% block content %}<h1>Hi</h1>{% endblock %}"


def test_shell_has_landmarks_skip_link_and_the_way_around() -> None:
    html = draw(
        SHELL,
        request=_request(),
        organisation={"name": "Fjellvik kommune"},
        employee={"name": "Kari Lunde"},
        navigation=NAVIGATION,
        report_url="/f/meld/",
        search_url="/f/avvik/",
        inbox_url="/f/varsler/",
        unread_count=2,
        memberships=[{"name": "Fjellvik kommune", "url": "/f/", "current": True}, {"name": "Havbris", "url": "/h/"}],
        theme_url="/f/tema/0c5a5e.css",
        LANGUAGE_CODE="nn",
        color_scheme="dark",
        messages=["Saved"],
    )
    assert '<html lang="nn" data-color-scheme="dark"' in html
    assert "<title>Page – Fjellvik kommune</title>" in html
    assert 'href="#main"' in html
    assert 'id="main"' in html
    assert html.count("<main") == 1
    assert 'aria-current="page"' in html
    assert "Notifications, 2 new" in html
    assert "Havbris" in html
    assert "Saved" in html
    assert "htmx" in html


@pytest.mark.parametrize("code", ["400", "403", "404", "405", "409", "413", "429", "500", "csrf"])
def test_error_pages_need_no_context(code: str) -> None:
    from django.template.loader import render_to_string

    html = render_to_string(f"errors/{code}.html")
    assert html.count("<h1") == 1
    assert "<title>" in html


@pytest.mark.parametrize("page", [SHELL, SHELL.replace("shell", "focus")])
def test_nothing_inline(page: str) -> None:
    html = draw(page, request=_request(), navigation=NAVIGATION, organisation={"name": "F"}, employee={"name": "K"})
    assert " style=" not in html
    assert "<style" not in html
    assert " on" + "click" not in html
    assert "<script>" not in html


def test_a_tag_drawn_from_markup_is_never_reused_for_what_somebody_typed() -> None:
    assert "<i>x</i>" in draw("{% tag label %}", label=mark_safe("<i>x</i>"))
    assert "&lt;i&gt;x&lt;/i&gt;" in draw("{% tag label %}", label="<i>x</i>")
