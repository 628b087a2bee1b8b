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
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(takeOver());
});

// --- the report form without coverage ---

// Everything comes from the network while there is one. Only pages and files that say nothing about anybody are kept.
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method !== "GET") return;
  const isReport = request.mode === "navigate" && SHELL.serves.some((end) => pathname.endsWith(end));
  if (isReport) event.respondWith(fetch(request).catch(() => caches.match(SHELL.page)));
  else if (SHELL.files.includes(pathname)) event.respondWith(fetch(request).catch(() => caches.match(pathname)));
});

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
