"""Pages speak the language that was chosen: texts, dates, the errors of forms, and the mails."""

import datetime
import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from hms.core.ui.dates import clock, long_date, short_date
from hms.tenancy.scope import tenant
from tests.cast import Cast
from tests.contracts.test_catalogues import ENGLISH
from tests.deviations.helpers import add_action, report

every_language = pytest.mark.parametrize("language", ["nb", "nn", "en"])

# address → what the page says in bokmål, nynorsk and English
PAGES = {
    "/fjellvik/": ("Det jeg har meldt", "Det eg har meldt", "What I have reported"),
    "/fjellvik/meld/": ("Hva skjedde?", "Kva skjedde?", "What happened?"),
    "/fjellvik/avvik/": ("Filtrer avvik", "Filtrer avvik", "Filter deviations"),
    "/fjellvik/avvik/{case}/": ("Hva skjedde", "Kva skjedde", "What happened"),
    "/fjellvik/oppgaver/": ("Oppgavene mine", "Oppgåvene mine", "My tasks"),
    "/fjellvik/varsler/": ("Varsler", "Varsel", "Notifications"),
    "/fjellvik/profil/": ("Språk", "Språk", "Language"),
}
SETTINGS = {
    "/fjellvik/innstillinger/": ("Innstillinger", "Innstillingar", "Settings"),
    "/fjellvik/innstillinger/folk/ny/": ("Ansattnummer", "Tilsettnummer", "Employee number"),
    "/fjellvik/innstillinger/virksomheten/": ("Organisasjonsnummer", "Organisasjonsnummer", "Organisation number"),
}
SIGN_IN = ("Glemt passordet?", "Gløymt passordet?", "Forgotten the password?")


def visible_text(html: str) -> str:
    """What a reader sees or hears: no markup, but titles and labels in attributes."""
    spoken = " ".join(re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*)"', html))
    shown = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>|<[^>]+>", " ", html)
    # The languages are listed in their own names.
    return unescape(f"{shown} {spoken}").replace("English", "")


def english_words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[^\W\d_]+", text)} & set(ENGLISH.split())


def speak(client: Client, language: str) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language


def check(html: str, language: str, wanted: tuple[str, str, str]) -> None:
    text = visible_text(html)
    assert f'<html lang="{language}"' in html
    assert wanted[["nb", "nn", "en"].index(language)] in text
    if language != "en":
        assert english_words(text) == set()


@every_language
def test_pages_of_work_speak_the_chosen_language(client: Client, cast: Cast, language: str) -> None:
    with tenant(cast.fjellvik):
        case = report(cast)
    client.force_login(cast.ingrid.user)
    speak(client, language)
    for path, wanted in PAGES.items():
        check(client.get(path.format(case=case.number)).content.decode(), language, wanted)


@every_language
def test_settings_speak_the_chosen_language(client: Client, cast: Cast, language: str) -> None:
    client.force_login(cast.admin.user)
    speak(client, language)
    for path, wanted in SETTINGS.items():
        check(client.get(path).content.decode(), language, wanted)


@every_language
def test_sign_in_speaks_the_chosen_language(client: Client, cast: Cast, language: str) -> None:
    speak(client, language)
    page = client.get(reverse("account_login"))
    check(page.content.decode(), language, SIGN_IN)
    assert page["Content-Language"] == language


def pages_from(client: Client, start: str) -> dict[str, str]:
    """Every page that links lead to from `start`, one of each kind, with its HTML."""
    queue, found, kinds = [start], {}, set()
    while queue:
        path = queue.pop()
        kind = re.sub(r"\d+", "0", path.partition("?")[0])
        if kind in kinds:
            continue
        kinds.add(kind)
        page = client.get(path)
        if "text/html" not in page.get("Content-Type", ""):
            continue
        found[path] = page.content.decode()
        queue += [unescape(link) for link in re.findall(r'href="(/(?:fjellvik|konto)/[^"#]*)"', found[path])]
    return found


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("name", ["amir", "kari", "admin"])
def test_no_page_that_links_lead_to_speaks_english(client: Client, cast: Cast, name: str, language: str) -> None:
    with tenant(cast.fjellvik):
        case = report(cast)
        add_action(cast, case)
        report(cast, "Nytt og ikke sett på ennå.")
    client.force_login(getattr(cast, name).user)
    speak(client, language)
    found = pages_from(client, "/fjellvik/")
    assert len(found) > 15
    # The page about importing people lists the column names it understands, in English too.
    english = {
        path: words
        for path, html in found.items()
        if (words := english_words(visible_text(html))) and not path.endswith("/import/")
    }
    assert english == {}


@every_language
def test_a_wrong_password_is_told_in_the_chosen_language(client: Client, cast: Cast, language: str) -> None:
    speak(client, language)
    page = client.post(reverse("account_login"), {"login": cast.ingrid.email, "password": "feil passord her"})
    told = {
        "nb": "E-postadressen eller passordet er feil.",
        "nn": "E-postadressa eller passordet er feil.",
        "en": "The email address and/or password you specified are not correct.",
    }
    assert told[language] in visible_text(page.content.decode())


@every_language
def test_errors_of_a_form_speak_the_chosen_language(client: Client, cast: Cast, language: str) -> None:
    client.force_login(cast.ingrid.user)
    speak(client, language)
    page = client.post("/fjellvik/meld/", {"unit": cast.solbakken.pk})
    assert page.status_code == 422
    wanted = (
        "Skriv hva som skjedde. En setning er nok.",
        "Skriv kva som skjedde. Éi setning er nok.",
        "Write what happened. One sentence is enough.",
    )
    check(page.content.decode(), language, wanted)


def test_the_persons_own_language_goes_before_the_organisations(client: Client, cast: Cast) -> None:
    client.force_login(cast.ingrid.user)
    assert '<html lang="nb"' in client.get("/fjellvik/").content.decode()
    client.post(reverse("set_language"), {"language": "nn"})
    client.cookies.clear()
    client.force_login(cast.ingrid.user)
    assert '<html lang="nn"' in client.get("/fjellvik/").content.decode()


@pytest.mark.parametrize(
    ("language", "subject", "texts"),
    [
        ("nb", "Frist mandag", ("Hei, Amir", "Åpne oppgaven", "Avdeling")),
        ("nn", "Frist måndag", ("Hei, Amir", "Opne oppgåva", "Avdeling")),
        ("en", "Due Monday", ("Hi, Amir", "Open the task", "Unit")),
    ],
)
def test_a_mail_speaks_the_language_of_whoever_gets_it(
    cast: Cast,
    django_capture_on_commit_callbacks: Any,
    language: str,
    subject: str,
    texts: tuple[str, ...],
) -> None:
    cast.amir.user.language = language
    cast.amir.user.save()
    # Whatever the one who causes it speaks.
    with time_machine.travel(datetime.datetime(2026, 11, 16, 9, tzinfo=datetime.UTC), tick=False):
        with django_capture_on_commit_callbacks(execute=True), translation.override("en"), tenant(cast.fjellvik):
            report(cast)
    [message] = [message for message in mail.outbox if message.to == [cast.amir.email]]
    assert message.subject.startswith(subject)
    html = str(message.alternatives[0][0])
    assert f'lang="{language}"' in html
    for text in texts:
        assert text in html
        assert text in message.body


@pytest.mark.parametrize(
    ("language", "long", "short", "bare", "time"),
    [
        ("nb", "tirsdag 4. august 2020", "4. aug. 2020", "04.08.2020", "08.05"),
        ("nn", "tysdag 4. august 2020", "4. aug. 2020", "04.08.2020", "08.05"),
        ("en", "Tuesday 4 August 2020", "4 Aug 2020", "4 Aug 2020", "08:05"),
    ],
)
def test_dates_are_written_as_people_of_the_language_write_them(
    language: str, long: str, short: str, bare: str, time: str
) -> None:
    day = datetime.date(2020, 8, 4)
    with translation.override(language):
        assert long_date(day) == long
        assert short_date(day) == short
        assert date_format(day, "SHORT_DATE_FORMAT") == bare
        assert clock(datetime.time(8, 5)) == time
