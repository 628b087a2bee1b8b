// The service worker: what HMS does on a device while none of its pages is open. It is served as /sw.js.
// One section for each thing it does; nothing is kept here that a page could not show.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

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
