// The report form: previews of pictures, smaller pictures before sending, a draft on the phone, and what to do without
// coverage. Without this file the form still sends everything; it only sends larger pictures and keeps no draft.

const LONGEST = 2000; // pixels on the longest side

// --- pictures ---

async function smaller(file) {
  if (!file.type.startsWith("image/") || file.type === "image/gif" || file.type === "image/svg+xml") return file;
  const small = 1500000; // bytes: a picture that is small in every way is left as it is
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" }); // the right way up
    const share = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    if (share === 1 && file.size < small) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * share);
    canvas.height = Math.round(picture.height * share);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (!blob || (share === 1 && blob.size >= file.size)) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file; // a format this browser cannot read; the server can
  }
}

// What a field holds now (`files`), a way to fill it (`put`), and a promise that its pictures are small (`ready`).
const photoFields = [...document.querySelectorAll("[data-photos]")].map((field) => {
  const input = field.querySelector("input[type=file]");
  const list = field.querySelector("[data-thumbs]");
  const holds = { files: [], ready: Promise.resolve(), put: (files) => ((holds.files = files), show()) };

  const show = () => {
    const all = new DataTransfer();
    holds.files.forEach((file) => all.items.add(file));
    input.files = all.files;
    list.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
    list.replaceChildren(
      ...holds.files.map((file, index) => {
        const item = document.createElement("li");
        const image = new Image();
        image.src = URL.createObjectURL(file);
        image.alt = file.name;
        const remove = document.createElement("button");
        remove.type = "button";
        remove.className = "iconbtn";
        remove.textContent = "×";
        remove.setAttribute("aria-label", `${field.dataset.removeLabel} ${index + 1}`);
        remove.addEventListener("click", () => {
          holds.put(holds.files.filter((other) => other !== file));
          input.focus();
          input.dispatchEvent(new Event("input", { bubbles: true }));
        });
        item.append(image, remove);
        return item;
      }),
    );
  };

  input.addEventListener("change", () => {
    const shrinking = Promise.all([...input.files].map(smaller)).then((added) => {
      holds.put(input.multiple ? [...holds.files, ...added] : added);
    });
    holds.ready = Promise.all([holds.ready, shrinking]);
  });
  return holds;
});

// --- drafts: text and pictures, per organisation and person, in this browser only ---
// Never on a form without `data-draft` (nobody is signed in), for an anonymous report, or on a device others use.

const DAY = 86400000;

function database() {
  return new Promise((done, fail) => {
    const asked = indexedDB.open("hms", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("drafts");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

// One transaction. Opened for each, so that signing out in another window can remove everything at once.
async function drafts(mode, act) {
  const opened = await database();
  try {
    return await new Promise((done, fail) => {
      const transaction = opened.transaction("drafts", mode);
      const asked = act(transaction.objectStore("drafts"));
      transaction.oncomplete = () => done(asked.result);
      transaction.onerror = transaction.onabort = () => fail(transaction.error);
    });
  } finally {
    opened.close();
  }
}

const read = (key) => drafts("readonly", (store) => store.get(key));
const write = (key, value) => drafts("readwrite", (store) => store.put(value, key));
const remove = (key) => drafts("readwrite", (store) => store.delete(key));

async function removeOld() {
  for (const key of await drafts("readonly", (store) => store.getAllKeys())) {
    if (!key.startsWith("at:") && Date.now() - (await read(key)).saved > 7 * DAY) await remove(key);
  }
}

// --- the form ---

const form = document.querySelector("form[data-report]");

// Something small of our own, past every cache: only an answer proves that there is a way through.
async function isReachable() {
  try {
    await fetch("/sw.js", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(15000) });
    return true;
  } catch {
    return false;
  }
}

async function keepDrafts() {
  const { dataset } = form;
  const slug = location.pathname.split("/")[1];
  const status = form.querySelector("[data-draft-status]");
  const say = (text) => (status.textContent = text);
  const photos = photoFields[0];
  const isOffline = "offline" in dataset;
  const shared = form.querySelector("[data-shared-device]");
  const sharedBox = shared?.querySelector("input");
  const isKept = (element) =>
    element.name && !["hidden", "file", "password", "submit"].includes(element.type) && element.tagName !== "BUTTON";
  const isAnonymous = () => Boolean(form.querySelector("[value=anonymous]:checked"));
  const mayKeep = () => Boolean(key) && !isAnonymous() && localStorage.getItem("shared-device") === null;

  let key = dataset.draft;
  let idempotency = form.elements.idempotency_key?.value;
  let isUnsent = false;
  let others = []; // answers of the draft that this form does not ask for
  let waiting = 0;

  const button = form.querySelector("[type=submit]");
  const label = button.textContent;
  let isSending = false;
  const rest = () => {
    isSending = false;
    button.textContent = label;
    button.removeAttribute("aria-disabled");
  };
  addEventListener("pageshow", (event) => event.persisted && rest());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    button.setAttribute("aria-disabled", "true");
    button.textContent = button.dataset.busy || label;
    await photos?.ready;
    if (await isReachable()) {
      if (key) await save();
      // On the page for no coverage there is now a real form behind the same address, filled from the draft.
      if (isOffline) location.replace(location.href);
      else form.submit();
      return;
    }
    isUnsent = true;
    if (key) await save();
    say(dataset.notSent);
    rest();
  });

  // The page for no coverage knows nobody; the form, while one was signed in, noted whose draft it is.
  if (isOffline) {
    key = (await read(`at:${slug}`).catch(() => null))?.draft;
    document.querySelector(key ? "[data-with-draft]" : "[data-no-draft]").hidden = false;
  }

  async function forget() {
    await remove(key);
    await remove(`at:${slug}`);
    localStorage.removeItem("drafts");
    say("");
  }

  async function save() {
    clearTimeout(waiting);
    waiting = 0;
    await photos?.ready;
    if (!key) return;
    if (!mayKeep()) {
      await forget();
      return;
    }
    const values = [...form.elements]
      .filter(isKept)
      .map((element) => [element.name, element.value, element.matches("[type=radio],[type=checkbox]") ? element.checked : null]);
    const draft = { saved: Date.now(), values: [...others, ...values], idempotency, isUnsent, photos: photos?.files ?? [] };
    try {
      try {
        await write(key, draft);
        say(isUnsent ? dataset.notSent : dataset.draftSaved);
      } catch {
        await write(key, { ...draft, photos: [] }); // no room, or a browser that keeps no files
        say(draft.photos.length ? dataset.draftPartly : dataset.draftSaved);
      }
      if (!isOffline) await write(`at:${slug}`, { saved: Date.now(), draft: key });
      localStorage.setItem("drafts", Date.now());
    } catch {
      say(""); // the phone is full or private: promise nothing
    }
  }

  async function restore(onlyPhotos) {
    const draft = await read(key);
    if (!draft) return;
    if (draft.photos.length && photos && !photos.files.length) photos.put(draft.photos);
    if (onlyPhotos) return;
    others = draft.values.filter(([name]) => !form.elements[name]);
    for (const [name, value, checked] of draft.values) {
      for (const element of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (!isKept(element)) continue;
        if (checked !== null) {
          if (element.value === value) element.checked = checked;
        } else if (element.tagName !== "SELECT" || [...element.options].some((option) => option.value === value)) {
          element.value = value;
        }
      }
    }
    // The same report however often it is sent: an answer may have been lost, not the report.
    idempotency = draft.idempotency ?? idempotency;
    if (form.elements.idempotency_key && idempotency) form.elements.idempotency_key.value = idempotency;
    isUnsent = draft.isUnsent;
    say(isUnsent ? dataset.notSent : dataset.draftSaved);
  }

  if (shared) {
    shared.hidden = false;
    sharedBox.checked = localStorage.getItem("shared-device") !== null;
    sharedBox.addEventListener("change", () => {
      if (sharedBox.checked) localStorage.setItem("shared-device", "");
      else localStorage.removeItem("shared-device");
    });
  }
  if (key) {
    await removeOld().catch(() => {});
    if (localStorage.getItem("shared-device") === null) {
      // A page that came back with errors holds what was typed; it is newer than the draft. Pictures never come back.
      await restore(Boolean(document.querySelector("[data-error-summary]"))).catch(() => {});
      if (!isOffline) {
        await write(`at:${slug}`, { saved: Date.now(), draft: key }).catch(() => {});
        navigator.serviceWorker?.register("/sw.js").catch(() => {});
      }
    }
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(save, 400);
    });
    // The tab is closed, or the phone put away.
    document.addEventListener("visibilitychange", () => document.hidden && waiting && !isSending && save());
  }

  form.dataset.ready = "";
}

if (form) keepDrafts();

// The receipt says which draft has been sent.
const sent = document.querySelector("[data-draft-sent]");
if (sent) {
  remove(sent.dataset.draftSent).catch(() => {});
  localStorage.removeItem("drafts");
}
