// Push on this device: on, off, or why not. The forms are ordinary ones; this file fills them in, because only the
// browser knows its own address. Without it the list of devices still works.

const box = document.querySelector("[data-push]");
const say = (what) => {
  for (const part of box.querySelectorAll("[data-push-say]")) part.hidden = part.dataset.pushSay !== what;
};
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const base64 = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// A subscription made with another key (the installation got a new one) reaches nobody.
const isOurs = (subscription) => base64(subscription.options.applicationServerKey) === box.dataset.push;
const device = (subscription) =>
  [...document.querySelectorAll("[data-endpoint]")].find((item) => item.dataset.endpoint === subscription.endpoint);

async function subscribed() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  return subscription && isOurs(subscription) ? subscription : null;
}

async function subscribe() {
  await navigator.serviceWorker.register("/sw.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const old = await pushManager.getSubscription();
  if (old && isOurs(old)) return old;
  await old?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.push) });
}

async function show() {
  const isApple = /iPhone|iPad/.test(navigator.userAgent);
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    return say(isApple ? "home-screen" : "unsupported");
  }
  if (Notification.permission === "denied") return say("denied");
  const subscription = await subscribed();
  const item = subscription && device(subscription);
  item?.querySelector("[data-this-device]").removeAttribute("hidden");
  return say(item ? "on" : "off");
}

async function turnOn(form) {
  say("waiting");
  if ((await Notification.requestPermission()) !== "granted") {
    return say(Notification.permission === "denied" ? "denied" : "off");
  }
  const subscription = await subscribe();
  const { endpoint, keys } = subscription.toJSON();
  form.elements.endpoint.value = endpoint;
  form.elements.p256dh.value = keys.p256dh;
  form.elements.auth.value = keys.auth;
  return form.submit();
}

async function turnOff(form) {
  const subscription = await subscribed();
  form.elements.endpoint.value = subscription?.endpoint ?? "";
  // The address first: what has ended has none any more.
  await subscription?.unsubscribe();
  return form.submit();
}

if (box) {
  const act = (selector, action) =>
    box.querySelector(selector).addEventListener("submit", (event) => {
      event.preventDefault();
      action(event.target).catch(() => say("failed"));
    });
  act("[data-push-on]", turnOn);
  act("[data-push-off]", turnOff);
  show().catch(() => say("failed"));
}
