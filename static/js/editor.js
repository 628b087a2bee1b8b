// The editor of routines: a toolbar that types Markdown, and saving while one writes. Without this file one types the
// marks and saves with the button.

const area = document.querySelector("[data-editor]");
const form = area?.form;
const toolbar = document.querySelector("[data-toolbar]");

// Typing through the browser keeps its own «undo».
function type(text, from, to) {
  area.focus();
  area.setSelectionRange(from, to);
  if (!document.execCommand?.("insertText", false, text)) area.setRangeText(text, from, to, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function around(mark) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  type(mark + value.slice(from, to) + mark, from, to);
  area.setSelectionRange(from + mark.length, to + mark.length);
}

function lines(prefix) {
  const { value } = area;
  const from = value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const end = value.indexOf("\n", area.selectionEnd);
  const to = end < 0 ? value.length : end;
  const text = value.slice(from, to).split("\n").map((line, place) => prefix(place) + line).join("\n");
  type(text, from, to);
}

function link(address) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  type(`[${value.slice(from, to)}](${address})`, from, to);
  if (from === to) area.setSelectionRange(from + 1, from + 1);
}

const marks = {
  heading: () => lines(() => "## "),
  bold: () => around("**"),
  list: () => lines(() => "- "),
  numbers: () => lines((place) => `${place + 1}. `),
  task: () => lines(() => "- [ ] "),
  link: () => link("https://"),
};

if (toolbar) {
  toolbar.hidden = false;
  toolbar.addEventListener("click", (event) => marks[event.target.closest("[data-mark]")?.dataset.mark]?.());
  const linkTo = toolbar.querySelector("[data-link-to]");
  linkTo?.addEventListener("change", () => {
    if (!linkTo.value) return;
    const { selectionStart: from, selectionEnd: to, value } = area;
    const words = value.slice(from, to) || linkTo.selectedOptions[0].textContent;
    type(`[${words}](${linkTo.value})`, from, to);
    linkTo.value = "";
  });
}

// What is typed is saved two seconds after the last key. A text that somebody else has changed is never overwritten:
// then it is said, and «Save» shows both.
const status = document.querySelector("[data-draft-status]");
let timer;
let saving = false;
let waiting = false;

async function save() {
  if (saving) {
    waiting = true;
    return;
  }
  saving = true;
  try {
    const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), redirect: "error" });
    const part = document.createElement("div");
    if (answer.ok || answer.status === 422) {
      part.innerHTML = await answer.text();
      const next = part.querySelector("[data-revision]");
      if (next) form.elements.revision.value = next.value;
      status.textContent = part.textContent.trim();
    } else {
      status.textContent = form.dataset.lostWords;
    }
  } catch {
    status.textContent = form.dataset.lostWords;
  }
  saving = false;
  if (waiting) {
    waiting = false;
    save();
  }
}

form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(save, 2000);
});
form?.addEventListener("submit", () => clearTimeout(timer));
