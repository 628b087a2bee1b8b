"""A real browser, a real server and a real worker, on committed data. Skipped where there is no Chromium."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser.people import Person
from tests.browser.site import Site
from tests.cast import Cast, build_cast
from tests.conftest import as_owner
from tests.worker import private_queues

OFFLINE = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    # Names nothing but this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
]
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all: the one of HMS_CHROMIUM, else the system's, else Playwright's own."""
    program = os.environ.get("HMS_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    # Playwright's loop stands still in this thread meanwhile, which Django takes for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
            try:
                chromium = playwright.chromium.launch(executable_path=program, args=[*OFFLINE, *sandbox])
            except PlaywrightError as error:
                why = error.message.splitlines()[0]
                pytest.skip(f"No browser starts (set HMS_CHROMIUM, or install Chromium): {why}")
            yield chromium
            chromium.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture(scope="package")
def running_site(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, worker_id: str, browser: Browser
) -> Iterator[Site]:
    """Server and worker, once for every process that runs tests."""
    # The cache that `clean_cache` empties before every test.
    number = 1 + int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 15
    with Site(tmp_path_factory.mktemp("site"), number).running() as site:
        yield site


@pytest.fixture
def site(running_site: Site, settings: Any) -> Iterator[Site]:
    """The running system, fresh for this test; this process keeps files where the server looks for them."""
    settings.STORAGES["default"]["OPTIONS"]["location"] = str(running_site.folder / "files")
    with private_queues() as options:
        # Mails about what a test prepares are nobody's business; nobody reads these queues.
        yield running_site
    running_site.forget(str(options["global_keyprefix"]))
    running_site.tidy()


@pytest.fixture
def cast(serving_role: None, site: Site) -> Cast:
    """The cast, committed, so that the server sees it."""
    with as_owner():
        return build_cast()


@pytest.fixture
def person(browser: Browser, site: Site) -> Iterator[Callable[..., Person]]:
    """Opens windows; closes them afterwards and fails when something went wrong in one."""
    people: list[Person] = []

    def enter(employee: Any = None, **options: Any) -> Person:
        somebody = Person(browser, site, **options)
        people.append(somebody)
        if employee is not None:
            somebody.sign_in(employee)
        return somebody

    yield enter
    problems = [problem for somebody in people for problem in somebody.problems]
    for somebody in people:
        somebody.context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture
def picture(tmp_path: Path) -> str:
    """A photo as a phone takes it: larger than what is kept, with the place and camera written into it."""
    exif = Image.Exif()
    exif[0x010F] = "Telefon"
    path = tmp_path / "trapp.jpg"
    Image.new("RGB", (2400, 1800), "#8a6d3b").save(path, exif=exif)
    return str(path)
