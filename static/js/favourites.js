// Favourites on the phone: kept while there is coverage, read without. Without this file the star works as before.
// The service worker answers with what is kept here; app.js removes it when somebody else is here, or nobody.

const HOUR = 3600000;
// Bytes of pictures: a routine with more keeps its text, and the phone is left room for other things.
const PICTURES_OF_ONE = 10e6;
const PICTURES_OF_ALL = 60e6;
const TABLE = "/kept";

const { person } = document.documentElement.dataset;
const isShared = () => localStorage.getItem("shared-device") !== null;
// What one carries along: a phone, a tablet, or HMS put on the home screen. An office machine keeps nothing.
const isCarried = matchMedia("(pointer: coarse), (display-mode: standalone)").matches;

// --- what is kept ---

const nameOf = (organisation) => `kept ${person} ${organisation}`;
class Refused extends Error {}
const isFull = (error) => error.name === "QuotaExceededError";
const tableIn = async (cache) => (await (await cache.match(TABLE))?.json()) ?? null;
const writeTable = (cache, table) => cache.put(TABLE, new Response(JSON.stringify(table)));

async function tableOf(organisation) {
  if (!(await caches.has(nameOf(organisation)))) return null;
  return tableIn(await caches.open(nameOf(organisation)));
}

// Only an answer of 200 from that very address: a sign-in page is no routine.
async function fetched(address) {
  const answer = await fetch(address, { cache: "no-store", redirect: "error" });
  if (!answer.ok) throw new Refused();
  return answer;
}

async function putMissing(cache, addresses) {
  for (const address of addresses) {
    if (!(await cache.match(address, { ignoreVary: true }))) await cache.put(address, await fetched(address));
  }
}

// The pictures that there is room for; false when not all of a routine's are there.
async function putPictures(cache, page, room) {
  const bytes = page.pictures.reduce((sum, picture) => sum + picture.bytes, 0);
  if (bytes > Math.min(PICTURES_OF_ONE, room)) return false;
  try {
    await putMissing(cache, page.pictures.map((picture) => picture.address));
    return true;
  } catch {
    return false; // no room, or one is gone: the text is what matters
  }
}

// What an organisation's server says that somebody keeps, made so on the phone. Gives the table, null when nothing is kept.
async function refresh(organisation, contents) {
  const answer = await fetch(contents, { cache: "no-store", redirect: "manual" });
  if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) {
    await caches.delete(nameOf(organisation));
    return null;
  }
  if (!answer.ok) throw new Error(`${answer.status}`);
  const wanted = await answer.json();
  if (wanted.person !== person) return null; // somebody else has signed in in another window
  if (!wanted.pages.length) {
    await caches.delete(nameOf(organisation));
    return null;
  }
  await navigator.serviceWorker.register("/sw.js");
  // Opened once: if everything is removed meanwhile (signing out), the rest is written to what is gone.
  const cache = await caches.open(nameOf(organisation));
  const before = await tableIn(cache);
  const known = new Map((before?.pages ?? []).map((page) => [page.page, page]));
  const table = { ...wanted, contents, checked: Date.now(), pages: [], isFull: false };
  try {
    await putMissing(cache, wanted.files);
    if (before?.stamp !== wanted.stamp) await cache.put(wanted.list, await fetched(wanted.list));
  } catch (error) {
    if (!isFull(error)) throw error;
    table.isFull = true;
  }
  let room = PICTURES_OF_ALL;
  for (const page of wanted.pages) {
    try {
      const isThere = known.get(page.page)?.stamp === page.stamp && (await cache.match(page.page, { ignoreVary: true }));
      if (!isThere) await cache.put(page.page, await fetched(page.page));
    } catch (error) {
      if (!isFull(error) && !(error instanceof Refused)) throw error;
      table.isFull ||= isFull(error);
      continue; // no room, or no favourite any more since the list was made
    }
    const isWhole = await putPictures(cache, page, room);
    if (isWhole) room -= page.pictures.reduce((sum, picture) => sum + picture.bytes, 0);
    table.pages.push({ ...page, isWhole });
  }
  await sweep(cache, table);
  try {
    await writeTable(cache, table);
  } catch (error) {
    if (!isFull(error)) throw error;
    await caches.delete(nameOf(organisation)); // without a table nothing can be found
    return { ...table, pages: [], isFull: true };
  }
  return table;
}

// What is no favourite any more, with its pictures, and the files of an earlier release.
async function sweep(cache, table) {
  const wanted = new Set();
  const want = (address) => wanted.add(new URL(address, location.origin).pathname);
  [TABLE, table.list, ...table.files].forEach(want);
  for (const page of table.pages) {
    want(page.page);
    if (page.isWhole) page.pictures.forEach((picture) => want(picture.address));
  }
  for (const request of await cache.keys()) {
    if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
  }
}

// --- a page with coverage ---

// This organisation when the page shows that it is not as on the phone, or an hour has gone; others when theirs has.
async function keepAndSay(place) {
  const organisation = place.dataset.keep.split("/")[1];
  const say = (name) => (place.textContent = name ? (place.dataset[name] ?? "") : "");
  const { address, stamp } = place.dataset; // on a routine's own page; no stamp when it is no favourite
  if (isShared()) {
    say(stamp || place.dataset.saved ? "shared" : "");
    return;
  }
  let table = await tableOf(organisation);
  const here = () => table?.pages.find((page) => page.address === address);
  const isOld = !table || Date.now() - table.checked > HOUR || (address && here()?.stamp !== (stamp || undefined));
  try {
    if (isOld && (table || stamp || isDue(organisation))) {
      if (stamp) say("saving");
      table = await refresh(organisation, place.dataset.keep);
      localStorage.setItem(`kept-asked ${organisation}`, Date.now());
    }
    say(stateOf(table, address ? here() : null, address ? stamp : table));
  } catch {
    say(here() ? "saved" : ""); // no coverage just now: what is kept is kept
  }
  for (const name of await caches.keys()) {
    const [kind, , other] = name.split(" ");
    if (kind !== "kept" || other === organisation) continue;
    const kept = await tableOf(other);
    if (kept && Date.now() - kept.checked > HOUR) await refresh(other, kept.contents).catch(() => {});
  }
}

async function keep(place) {
  await keepAndSay(place).catch(() => {}); // a browser that keeps nothing
  place.dataset.ready = "";
}

// A phone that keeps nothing asks once an hour whether there is anything: the star may have been set elsewhere.
const isDue = (organisation) => Date.now() - (localStorage.getItem(`kept-asked ${organisation}`) ?? 0) > HOUR;

function stateOf(table, page, isWanted) {
  if (!isWanted) return "";
  if (page === undefined) return "full";
  if (page) return page.isWhole ? "saved" : "text";
  if (!table.pages.length) return "full";
  if (table.isFull) return "some";
  return table.pages.every((each) => each.isWhole) ? "saved" : "text";
}

// --- a page from the phone ---

async function tell(place) {
  const [, organisation] = location.pathname.split("/");
  for (const name of await caches.keys()) {
    const [kind, , where] = name.split(" ");
    if (kind !== "kept" || (organisation && where !== organisation)) continue;
    const table = await tableIn(await caches.open(name));
    if (!table) continue;
    const format = { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };
    const when = new Intl.DateTimeFormat(document.documentElement.lang, format).format(table.checked);
    place.textContent = place.dataset.kept.replace("{when}", when);
    const there = new Set(table.pages.map((page) => page.address));
    for (const row of document.querySelectorAll("[data-row]")) row.hidden = !there.has(row.dataset.row);
    const elsewhere = document.querySelector("[data-elsewhere]");
    if (elsewhere) elsewhere.hidden = location.pathname === table.list;
    break;
  }
}

const canKeep = "caches" in globalThis && navigator.serviceWorker;
const place = document.querySelector("[data-keep]");
if (place && person && canKeep && isCarried) keep(place);
const kept = document.querySelector("[data-kept]");
if (kept && canKeep) tell(kept).catch(() => {});
