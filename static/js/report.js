// The report form: previews of pictures, smaller pictures before sending, and a draft on the phone.
// Without this file the form still sends everything; it only sends larger pictures and keeps no draft.

const LONGEST = 2000; // pixels on the longest side
const DAYS = 7;

// --- pictures ---

async function smaller(file) {
  if (!file.type.startsWith("image/") || file.type === "image/gif" || file.type === "image/svg+xml") return file;
  const small = 1500000; // bytes: a picture that is small in every way is left as it is
  try {
    const picture = await createImageBitmap(file);
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

for (const field of document.querySelectorAll("[data-photos]")) {
  const input = field.querySelector("input[type=file]");
  const list = field.querySelector("[data-thumbs]");
  let chosen = [];

  const show = () => {
    const all = new DataTransfer();
    chosen.forEach((file) => all.items.add(file));
    input.files = all.files;
    list.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
    list.replaceChildren(
      ...chosen.map((file, index) => {
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
          chosen = chosen.filter((other) => other !== file);
          show();
          input.focus();
        });
        item.append(image, remove);
        return item;
      }),
    );
  };

  input.addEventListener("change", async () => {
    const added = await Promise.all([...input.files].map(smaller));
    chosen = input.multiple ? [...chosen, ...added] : added;
    show();
  });
}

// --- draft: text only, per organisation and person; never on an anonymous or shared form (no data-draft there) ---

const form = document.querySelector("form[data-draft]");
if (form) {
  const key = `draft:${form.dataset.draft}`;
  const status = form.querySelector("[data-draft-status]");
  const kept = (element) =>
    element.name && !["hidden", "file", "password", "submit"].includes(element.type) && element.tagName !== "BUTTON";
  const anonymous = () => Boolean(form.querySelector("[value=anonymous]:checked"));

  const forget = () => localStorage.removeItem(key);
  const save = () => {
    if (anonymous()) {
      forget();
      status.textContent = "";
      return;
    }
    const values = [...form.elements]
      .filter(kept)
      .map((element) => [element.name, element.value, element.matches("[type=radio],[type=checkbox]") ? element.checked : null]);
    try {
      localStorage.setItem(key, JSON.stringify({ saved: Date.now(), values }));
      status.textContent = form.dataset.draftSaved;
    } catch {
      status.textContent = ""; // the phone is full or private: promise nothing
    }
  };
  const restore = () => {
    let draft;
    try {
      draft = JSON.parse(localStorage.getItem(key));
    } catch {
      draft = null;
    }
    if (!draft || Date.now() - draft.saved > DAYS * 86400000) return forget();
    for (const [name, value, checked] of draft.values) {
      for (const element of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (checked === null) {
          if (!element.value) element.value = value;
        } else if (element.value === value) element.checked = checked;
      }
    }
    status.textContent = form.dataset.draftSaved;
  };

  // A page that came back with errors holds what was typed; it is newer than the draft.
  if (!document.querySelector("[data-error-summary]")) restore();
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, 400);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}

// The receipt says which draft has been sent.
const sent = document.querySelector("[data-draft-sent]");
if (sent) localStorage.removeItem(`draft:${sent.dataset.draftSent}`);
