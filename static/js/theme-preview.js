// The accent colour shows at once while it is chosen. Without this file it shows after saving.

const input = document.querySelector("[data-theme-preview]");
const address = input?.closest("[data-theme-url]")?.dataset.themeUrl;

let waiting;
input?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const colour = input.value.slice(1).toLowerCase();
    if (!/^[0-9a-f]{6}$/.test(colour)) return;
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = address.replace("000000", colour);
    sheet.dataset.preview = "";
    sheet.addEventListener("load", () => {
      for (const old of document.querySelectorAll("link[data-preview]")) if (old !== sheet) old.remove();
    });
    document.head.append(sheet);
  }, 150);
});
