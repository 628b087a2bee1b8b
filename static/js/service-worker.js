// The service worker: what HMS does on a device while none of its pages is open. It is served as /sw.js.
// One section for each thing it does; nothing is kept here that a page could not show.

// `SHELL` stands above this line when it is served: a version, the page for no coverage, and the files it needs.

const KEPT = `hms-${SHELL.version}`;

self.addEventListener("install", (event) => {
  const keep = async () => {
    await (await caches.open(KEPT)).addAll([SHELL.page, ...SHELL.files]);
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});
self.addEventListener("activate", (event) => {
  const takeOver = async () => {
    // What people keep (below) outlives a release.
    for (const name of await caches.keys()) if (name.startsWith("hms-") && name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(takeOver());
});

// --- without coverage ---

// Everything comes from the network while there is one: the shell's page answers for the report form, a favourite on the
// phone for itself, and the list of them for every other page.
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    const isReport = SHELL.serves.some((end) => pathname.endsWith(end));
    event.respondWith(isReport ? fetch(request).catch(() => caches.match(SHELL.page)) : pageOrFavourite(request, pathname));
  } else if (SHELL.files.includes(pathname) || PARTS.includes(request.destination)) {
    event.respondWith(inTime(fetch(request), () => caches.match(pathname, { ignoreVary: true }), 2000));
  }
});

// --- favourites without coverage ---

// favourites.js keeps them, in a cache for each person and organisation: `kept <person> <organisation>`. What lies there,
// and until when the session lasts, stands in its table.
const TABLE = "/kept";
const PARTS = ["image", "style", "script", "font"];

// What the network answers; what is kept when it does not answer, or not soon: a weak signal is worse than none.
async function inTime(asked, kept, patience) {
  let waiting;
  const late = new Promise((done) => (waiting = setTimeout(done, patience))).then(async () => (await kept()) ?? asked);
  try {
    return await Promise.race([asked, late]);
  } catch (error) {
    const page = await kept();
    if (page) return page;
    throw error;
  } finally {
    clearTimeout(waiting);
  }
}

// The caches of an organisation, or of all, whose person's session still lasts.
async function* keptIn(organisation) {
  for (const name of await caches.keys()) {
    const [kind, , where] = name.split(" ");
    if (kind !== "kept" || (organisation && where !== organisation)) continue;
    const cache = await caches.open(name);
    const table = await (await cache.match(TABLE))?.json();
    if (!table || table.until > Date.now()) yield { cache, table };
    else await caches.delete(name);
  }
}

async function favouriteAt(pathname) {
  for await (const { cache, table } of keptIn(pathname.split("/")[1])) {
    const found = table?.pages.find((page) => page.address === pathname || page.page === pathname);
    if (found) return { cache, page: found.page };
  }
  return null;
}

async function listFor(pathname) {
  for await (const { cache, table } of keptIn(pathname.split("/")[1])) {
    const list = table && (await cache.match(table.list, { ignoreVary: true }));
    if (list) return list;
  }
  return undefined;
}

async function pageOrFavourite(request, pathname) {
  const asked = fetch(request);
  asked.catch(() => {}); // met below
  try {
    const favourite = await favouriteAt(pathname);
    if (!favourite) return await asked;
    const { cache, page } = favourite;
    const answer = await inTime(asked, () => cache.match(page, { ignoreVary: true }), 5000);
    if ([403, 404, 410].includes(answer.status)) await cache.delete(page);
    return answer;
  } catch (error) {
    const list = await listFor(pathname);
    if (list) return list;
    throw error;
  }
}

// --- notifications ---

// Only pages of this very HMS are opened, whatever a message says.
function pageOf(address) {
  const page = new URL(address || "/", self.location.origin);
  return page.origin === self.location.origin ? page.href : self.location.origin;
}

self.addEventListener("push", (event) => {
  let message;
  try {
    message = event.data.json();
  } catch {
    return; // not ours
  }
  const options = {
    body: message.body,
    lang: message.language,
    tag: message.tag,
    icon: "/static/icons/icon-192.png",
    badge: "/static/icons/badge-96.png",
    data: { page: pageOf(message.url) },
  };
  event.waitUntil(self.registration.showNotification(message.title, options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { page } = event.notification.data;
  const open = async () => {
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const shown = windows.find((window) => window.url === page);
    return shown ? shown.focus() : self.clients.openWindow(page);
  };
  event.waitUntil(open());
});
