"""Somebody in front of a screen: a browser window of their own that notices everything that goes wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Locator, Request, Response

from hms.organisations.models import Employee
from tests.browser.site import Site

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}


class Person:
    """A person's browser. `problems` fills with script errors, broken policies and files that did not come."""

    def __init__(self, browser: Browser, site: Site, **options: Any) -> None:
        self.site = site
        self.problems: list[str] = []
        self.context = browser.new_context(base_url=site.url, reduced_motion="reduce", **(DESKTOP | options))
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.path}: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    # --- what goes wrong ---

    def _heard(self, message: ConsoleMessage) -> None:
        # Every answer of 400 and more is said here too; `_answered` knows which of them are pages.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"{self.path}: {message.text}")

    def _failed(self, request: Request) -> None:
        # The browser gives up what it was fetching when one goes on to another page.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"{self.path}: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        is_page = response.request.is_navigation_request()
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.problems.append(f"{self.path}: {response.url} answered {response.status}")

    # --- what one does ---

    @property
    def path(self) -> str:
        """Where one is."""
        return urlsplit(self.page.url).path

    def open(self, address: str) -> int:
        """Go to an address (of this site, or a whole one); gives the answer's status."""
        response = self.page.goto(address)
        assert response is not None
        return response.status

    def see(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def reads(self, text: str) -> bool:
        """Whether the page's content says a text."""
        return text in self.see("main").inner_text()

    def press(self, selector: str = "main form button[type=submit]") -> int:
        """Press what leads to another page; gives the answer's status."""
        with self.page.expect_navigation() as going:
            self.see(selector).first.click()
        assert going.value is not None
        return going.value.status

    def choose(self, name: str, value: object) -> None:
        """Choose one of the answers that are shown as cards."""
        self.see(f'label.choice:has(input[name="{name}"][value="{value}"])').click()

    def fill(self, **fields: object) -> None:
        for name, value in fields.items():
            self.see(f'main [name="{name}"]').fill(str(value))

    def take_picture(self, picture: str) -> None:
        """Choose a picture, and see it."""
        self.see("input[name=photos]").set_input_files(picture)
        self.see("[data-thumbs] img").first.wait_for()

    def sign_in(self, employee: Employee) -> None:
        """Signed in already when the window opens; the story itself uses the page."""
        assert employee.user is not None
        client = Client()
        client.force_login(employee.user)
        self.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.site.url}]
        )

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """What happens inside is not the page's own doing."""
        before = len(self.problems)
        yield
        del self.problems[before:]
