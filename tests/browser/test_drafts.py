"""What is written on a phone is neither lost nor doubled, and leaves no trace when it must not."""

import io
import json

import pytest
from PIL import Image

from deviations.models import Deviation
from hms.files.models import Attachment
from hms.tenancy.scope import tenant
from tests.browser.people import PHONE
from tests.browser.site import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHAT = "Stillaset ved porten mangler rekkverk på langsida."
FORM = "/fjellvik/meld/"
UNSENT = "Ikke sendt ennå. Send når du har dekning."
# Everything a page of ours could have left behind, as text; pictures by their size.
TRACES = """async () => {
  const left = { local: { ...localStorage }, drafts: [], keys: [], cached: [] };
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      left.cached.push(new URL(request.url).pathname + " " + await (await cache.match(request)).text());
    }
  }
  // Opening what is not there would make it.
  if (!(await indexedDB.databases()).some((database) => database.name === "hms")) return JSON.stringify(left);
  const opened = await new Promise((done) => {
    const asked = indexedDB.open("hms");
    asked.onsuccess = () => done(asked.result);
  });
  const all = (method) => new Promise((done) => {
    const asked = opened.transaction("drafts").objectStore("drafts")[method]();
    asked.onsuccess = () => done(asked.result);
  });
  left.keys = await all("getAllKeys");
  for (const draft of await all("getAll")) {
    left.drafts.push({ ...draft, photos: (draft.photos ?? []).map((photo) => photo.size) });
  }
  opened.close();
  return JSON.stringify(left);
}"""


def traces(somebody) -> str:
    return somebody.page.evaluate(TRACES)


def ready(somebody) -> None:
    somebody.page.wait_for_selector("form[data-ready]", state="attached")


def status(somebody) -> str:
    return somebody.see("[data-draft-status]").inner_text()


def kept(somebody) -> None:
    """Wait until the phone has the draft."""
    wait_for(lambda: status(somebody) == "Kladd lagret på telefonen", "the draft's notice")


def begin(somebody, picture=None) -> None:
    somebody.open(FORM)
    ready(somebody)
    somebody.fill(description=WHAT, place="Porten")
    somebody.choose("severity", 3)
    if picture:
        somebody.take_picture(picture)
    kept(somebody)
    wait_for(lambda: WHAT in traces(somebody), "the draft")
    if picture:
        wait_for(lambda: any(draft["photos"] for draft in json.loads(traces(somebody))["drafts"]), "the picture")


@pytest.fixture
def cases(cast):
    def find() -> list[Deviation]:
        with tenant(cast.fjellvik):
            return list(Deviation.objects.order_by("pk"))

    return find


@pytest.fixture
def photos(cast):
    def find() -> list[Attachment]:
        with tenant(cast.fjellvik):
            return list(Attachment.objects.all())

    return find


def test_without_coverage_and_then_with_it_is_one_case_with_its_picture(cast, person, picture, cases, photos):
    ingrid = person(cast.ingrid, **PHONE)
    begin(ingrid, picture)
    with ingrid.unwatched():
        ingrid.context.set_offline(True)
        ingrid.see(".sendbar button").click()
        wait_for(lambda: status(ingrid) == UNSENT, "the notice")
    assert not cases()
    ingrid.context.set_offline(False)
    assert ingrid.press(".sendbar button") == 200
    assert ingrid.path.startswith("/fjellvik/meld/kvittering/")
    assert [case.description for case in cases()] == [WHAT]
    assert len(photos()) == 1
    wait_for(lambda: WHAT not in traces(ingrid), "the draft to be gone")
    assert not any("values" in draft for draft in json.loads(traces(ingrid))["drafts"])


def test_closed_tab_keeps_text_picture_and_key(cast, person, picture, cases, photos):
    ingrid = person(cast.ingrid, **PHONE)
    begin(ingrid, picture)
    key = ingrid.see("[name=idempotency_key]").input_value()
    ingrid.page.close()
    ingrid.page = ingrid.context.new_page()
    ingrid.open(FORM)
    ready(ingrid)
    assert ingrid.see("[name=description]").input_value() == WHAT
    assert ingrid.see("[name=idempotency_key]").input_value() == key
    assert ingrid.see('[name=severity][value="3"]').is_checked()
    ingrid.see("[data-thumbs] img").first.wait_for()
    assert status(ingrid) == "Kladd lagret på telefonen"
    ingrid.press(".sendbar button")
    assert len(cases()) == len(photos()) == 1


def test_an_answer_that_was_lost_makes_no_second_case(cast, person, cases):
    """The report arrives, the receipt does not; what is on the phone is sent again, twice at once even."""
    ingrid = person(cast.ingrid, **PHONE)
    begin(ingrid)
    ingrid.page.evaluate(
        "fetch(location.href, { method: 'POST', body: new FormData(document.querySelector('form[data-report]')) })"
    )
    wait_for(cases, "the first case")
    ingrid.open(FORM)
    ready(ingrid)
    assert ingrid.see("[name=description]").input_value() == WHAT
    with ingrid.page.expect_navigation():
        ingrid.see(".sendbar button").dblclick()
    assert ingrid.path.startswith("/fjellvik/meld/kvittering/")
    assert len(cases()) == 1


def test_opened_without_coverage_the_draft_is_there_and_can_be_written_on(cast, person, cases):
    ingrid = person(cast.ingrid, **PHONE)
    begin(ingrid)
    ingrid.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    wait_for(lambda: "/frakoblet/" in traces(ingrid), "the page to be kept")
    ingrid.page.close()
    ingrid.page = ingrid.context.new_page()
    with ingrid.unwatched():
        ingrid.context.set_offline(True)
        ingrid.page.goto(FORM)
        ready(ingrid)
    assert ingrid.reads("Du har ikke dekning")
    assert ingrid.see("[name=description]").input_value() == WHAT
    ingrid.see("[name=description]").fill(WHAT + " Det er høyt.")
    wait_for(lambda: "Det er høyt." in traces(ingrid), "the draft")
    ingrid.context.set_offline(False)
    with ingrid.page.expect_navigation():
        ingrid.see(".sendbar button").click()
    ready(ingrid)
    assert ingrid.see("[name=description]").input_value() == WHAT + " Det er høyt."
    assert ingrid.see("[name=unit]").input_value() == str(cast.solbakken.pk)
    ingrid.press(".sendbar button")
    assert [case.description for case in cases()] == [WHAT + " Det er høyt."]


def test_what_is_kept_for_no_coverage_says_nothing_of_anybody(cast, person):
    ingrid = person(cast.ingrid, **PHONE)
    begin(ingrid)
    wait_for(lambda: "/frakoblet/" in traces(ingrid), "the page to be kept")
    cached = " ".join(json.loads(traces(ingrid))["cached"])
    for word in ("Ingrid", "Fjellvik", cast.ingrid.user.email, WHAT, "csrf"):
        assert word not in cached


def test_anonymous_leaves_nothing_on_the_phone(cast, person, picture, cases):
    ingrid = person(cast.ingrid, **PHONE)
    begin(ingrid, picture)
    ingrid.choose("who", "anonymous")
    wait_for(lambda: WHAT not in traces(ingrid), "the draft to be gone")
    assert status(ingrid) == ""
    ingrid.fill(description=WHAT + " Ikke si at det var meg.")
    ingrid.page.wait_for_timeout(700)  # longer than typing is waited for
    assert "Stillaset" not in traces(ingrid)
    assert ingrid.press(".sendbar button") == 200
    left = json.loads(traces(ingrid))
    assert left["drafts"] == []
    assert left["keys"] == []
    assert left["local"] == {}
    assert "Stillaset" not in " ".join(left["cached"])
    assert len(cases()) == 1


def test_by_qr_code_without_sign_in_nothing_is_kept_and_nothing_is_installed(cast, person, cases):
    nina = person(**PHONE)
    nina.open(f"{FORM}?sted={cast.solbakken.report_token}")
    ready(nina)
    nina.fill(description=WHAT)
    nina.choose("severity", 1)
    nina.choose("who", "anonymous")
    nina.page.wait_for_timeout(700)
    left = json.loads(traces(nina))
    assert (left["drafts"], left["local"], left["cached"]) == ([], {}, [])
    assert nina.page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    with nina.unwatched():
        nina.context.set_offline(True)
        nina.see(".sendbar button").click()
        wait_for(lambda: status(nina) == UNSENT, "the notice")
    nina.context.set_offline(False)
    assert nina.press(".sendbar button") == 200
    assert len(cases()) == 1


def test_a_device_that_others_use_keeps_nothing(cast, person):
    ingrid = person(cast.ingrid, **PHONE)
    begin(ingrid)
    ingrid.see("details summary").first.click()
    ingrid.see("label[for=shared-device]").click()
    wait_for(lambda: WHAT not in traces(ingrid), "the draft to be gone")
    ingrid.open(FORM)
    ready(ingrid)
    assert ingrid.see("[name=description]").input_value() == ""
    ingrid.fill(description=WHAT)
    ingrid.page.wait_for_timeout(700)
    assert WHAT not in traces(ingrid)


def test_signing_out_removes_the_draft_and_so_do_seven_days(cast, person):
    ingrid = person(cast.ingrid)
    begin(ingrid)
    eight_days = 8 * 86_400_000
    ingrid.page.evaluate(f"localStorage.setItem('drafts', Date.now() - {eight_days})")
    ingrid.open("/fjellvik/")
    wait_for(lambda: WHAT not in traces(ingrid), "what is old to be gone")
    begin(ingrid)
    ingrid.open("/fjellvik/")
    ingrid.page.evaluate("document.querySelector('[data-sign-out]').click()")
    ingrid.page.wait_for_url(lambda address: "/fjellvik/" not in address)
    wait_for(lambda: WHAT not in traces(ingrid), "the draft to be gone")


def test_large_picture_is_shrunk_on_the_phone_and_the_right_way_up(cast, person, tmp_path, photos):
    large = tmp_path / "stor.jpg"
    turned = Image.new("RGB", (3600, 2400), "#446")
    turned.paste("#c22", (0, 0, 1800, 2400))
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: turn it a quarter clockwise
    turned.save(large, exif=exif, quality=95)
    ingrid = person(cast.ingrid, **PHONE)
    begin(ingrid, str(large))
    size = ingrid.page.evaluate(
        "createImageBitmap(document.querySelector('input[name=photos]').files[0]).then((b) => [b.width, b.height])"
    )
    assert size == [1333, 2000]
    ingrid.press(".sendbar button")
    picture = ingrid.context.request.get(ingrid.site.url + f"/fjellvik/filer/{photos()[0].pk}/{photos()[0].name}")
    if picture.ok:
        shown = Image.open(io.BytesIO(picture.body()))
        assert shown.height > shown.width
        assert shown.getpixel((10, 10))[0] > 150


def test_without_javascript_everything_is_sent(cast, person, picture, cases, photos):
    ingrid = person(cast.ingrid, java_script_enabled=False, **PHONE)
    ingrid.open(FORM)
    ingrid.fill(description=WHAT)
    ingrid.choose("severity", 2)
    ingrid.see("input[name=photos]").set_input_files(picture)
    assert ingrid.press(".sendbar button") == 200
    assert (cases()[0].kind, len(photos())) == ("unsafe_condition", 1)
    assert not ingrid.see("[data-shared-device]").count()
