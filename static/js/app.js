// What every page has: shortcut to search, toasts that can be closed, forms that are sent once. All of it is
// a convenience: without this file everything still works.

const root = document.documentElement;

// «/» goes to the search box. WCAG 2.1.4: a person can switch single-key shortcuts off.
if (root.dataset.shortcuts !== "off") {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    const box = [...document.querySelectorAll("[data-search]")].find((input) => input.checkVisibility());
    if (!box) return;
    event.preventDefault();
    box.focus();
  });
}

// Toasts get a close button only where it can work.
function dressToasts() {
  const list = document.querySelector("[data-toasts]");
  for (const toast of document.querySelectorAll("[data-toast]:not([data-dressed])")) {
    toast.dataset.dressed = "";
    const close = document.createElement("button");
    close.type = "button";
    close.className = "iconbtn";
    close.setAttribute("aria-label", list.dataset.closeLabel);
    close.textContent = "×";
    close.addEventListener("click", () => toast.remove());
    toast.append(close);
  }
}
dressToasts();

// A form is sent once. The button says so and keeps its focus; it is never `disabled`.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (!button?.dataset.busy) return;
  // After the browser has collected the values, so that the button's own name and value go along.
  setTimeout(() => {
    button.dataset.label = button.innerHTML;
    button.setAttribute("aria-disabled", "true");
    button.textContent = button.dataset.busy;
  });
});
function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[data-label]")) {
    button.innerHTML = button.dataset.label;
    button.removeAttribute("aria-disabled");
    delete button.dataset.label;
  }
}
// «Back» may show the page as it was left: make it usable again. The same after an answer to htmx.
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
});
// Enter in a search box would both change and submit: one is enough.
document.addEventListener("change", (event) => event.target.matches(".filterbar .q input") && event.stopPropagation(), true);
// Filters that are not in use stay out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") return;
  for (const [name, value] of [...event.detail.formData]) if (value === "") event.detail.formData.delete(name);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) release(form);
});
document.addEventListener("htmx:afterSwap", dressToasts);

// The error summary has autofocus; Safari on iOS ignores that on what is not an input.
document.querySelector("[data-error-summary]")?.focus();

// So do notifications: the next one at this device must not see them. The push service then tells the server.
const endPush = async (registration) => (await registration?.pushManager?.getSubscription())?.unsubscribe();
// Browsers let a page copy only where it came by https (or from this very machine).
if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach((button) => (button.hidden = false));

// Drafts of reports (report.js) are kept for seven days, and only while one is signed in.
function forgetDrafts() {
  indexedDB.deleteDatabase("hms");
  localStorage.removeItem("drafts");
}
try {
  const kept = localStorage.getItem("drafts");
  if (kept && Date.now() - kept > 7 * 86400000) forgetDrafts();
} catch {} // a browser that keeps nothing

// Favourites on the phone (favourites.js) are one person's: gone when another is here, or nobody, or others use the phone.
async function forgetKept(but) {
  for (const name of (await globalThis.caches?.keys()) ?? []) {
    if (name.startsWith("kept ") && name.split(" ")[1] !== but) await caches.delete(name);
  }
}
try {
  const { person } = root.dataset; // a page that does not know who is here says nothing
  if (localStorage.getItem("shared-device") !== null) forgetKept();
  else if (person !== undefined) forgetKept(person);
} catch {} // a browser that keeps nothing
document.addEventListener("change", (event) => event.target.id === "shared-device" && event.target.checked && forgetKept());

document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const field = document.getElementById(copy.dataset.copy);
    field.select();
    navigator.clipboard.writeText(field.value).then(() => (copy.textContent = copy.dataset.copied), () => {});
  }
  // Drafts and favourites on the phone belong to the one who is signed in.
  if (event.target.closest("[data-sign-out]")) {
    navigator.serviceWorker?.getRegistration("/").then(endPush);
    forgetDrafts();
    forgetKept();
  }
  if (event.target.closest("[data-print]")) print();
});
