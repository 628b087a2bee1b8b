"""How soon a routine can be read on a phone: headless Chromium, slow 4G, a processor a quarter as fast.

    python -m bench.phone URL     prints JSON; a reader of the measured routines (bench/routines_data.py) is signed in

Each page is opened in a new window, with nothing in the cache, and once more with the files there already; the routine
then as a favourite without coverage.
"""

import json
import os
import shutil
import statistics
import sys
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

ROUNDS = 3
# What Lighthouse calls slow 4G: bytes a second, and milliseconds there and back.
NETWORK = {
    "offline": False, "latency": 150, "downloadThroughput": 1_600 * 1024 / 8, "uploadThroughput": 750 * 1024 / 8,
}  # fmt: skip
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 3}
PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# When the text has been painted, and everything that was fetched for it.
PAINTED = """() => new Promise((done) => {
  const [way] = performance.getEntriesByType("navigation");
  const marks = { answered: way.responseStart, ready: way.domContentLoadedEventEnd };
  new PerformanceObserver((list) => {
    marks.largest_paint = list.getEntries().at(-1).startTime;
    const [first] = performance.getEntriesByName("first-contentful-paint");
    marks.first_paint = first?.startTime ?? marks.largest_paint;
    done(marks);
  }).observe({ type: "largest-contentful-paint", buffered: true });
})"""


def measure(url: str, cookie: str, paths: list[str]) -> dict[str, Any]:
    """For each path the medians of both visits: milliseconds to each mark, and bytes over the network."""
    program = os.environ.get("HMS_CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    result: dict[str, Any] = {}
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=sandbox)
        for path in paths:
            visits: dict[str, list[dict[str, float]]] = {"first": [], "again": []}
            for _round in range(ROUNDS):
                context = browser.new_context(base_url=url, **PHONE)
                name, _equals, value = cookie.partition("=")
                context.add_cookies([{"name": name, "value": value, "url": url}])
                for kind in ("first", "again"):
                    visits[kind].append(visit(context, path))
                if path == paths[0]:
                    star(context, path)
                    visits.setdefault("without coverage", []).append(visit(context, path, offline=True))
                context.close()
            result[path] = {
                kind: {mark: statistics.median(each[mark] for each in rounds) for mark in rounds[0]}
                for kind, rounds in visits.items()
            }
        browser.close()
    return result


def star(context: BrowserContext, path: str) -> None:
    """Make it a favourite, unless it is one, and wait until the phone has it."""
    page = context.new_page()
    page.goto(path)
    if page.locator('form[action$="/favoritt/"] [name=wanted][value="1"]').count():
        with page.expect_navigation():
            page.click('form[action$="/favoritt/"] button')
    page.wait_for_selector("[data-keep][data-ready]", state="attached")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.close()


def visit(context: BrowserContext, path: str, *, offline: bool = False) -> dict[str, float]:
    """One visit in a tab of its own."""
    page: Page = context.new_page()
    devtools = context.new_cdp_session(page)
    sizes: dict[str, float] = {"bytes": 0, "page_bytes": 0}
    pages: set[str] = set()

    def answered(event: dict[str, Any]) -> None:
        if event["type"] == "Document":
            pages.add(event["requestId"])

    def loaded(event: dict[str, Any]) -> None:
        sizes["bytes"] += event["encodedDataLength"]
        if event["requestId"] in pages:
            sizes["page_bytes"] += event["encodedDataLength"]

    devtools.on("Network.responseReceived", answered)
    devtools.on("Network.loadingFinished", loaded)
    devtools.send("Network.enable")
    if offline:
        context.set_offline(True)
    else:
        devtools.send("Network.emulateNetworkConditions", NETWORK)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(path, wait_until="load")
    marks = page.evaluate(PAINTED)
    page.wait_for_load_state("networkidle")
    page.close()
    context.set_offline(False)
    return {**marks, **sizes}


if __name__ == "__main__":
    import django

    django.setup()
    from bench.routines import SEARCHED, somebody

    _organisation, _reader, session = somebody(SEARCHED, "Leser")
    print(json.dumps(measure(sys.argv[1], session, [f"/{SEARCHED}/rutiner/r-1/", f"/{SEARCHED}/rutiner/?q=brann"])))
