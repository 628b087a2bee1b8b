// A routine that has been before somebody's eyes for five seconds is counted as opened: a number for each month, nobody's
// name. What fetches pages without showing them (scanners, prefetching, a hidden tab) runs this never or waits for ever.
// Without this file nothing is counted here.

const article = document.querySelector("[data-opened]");
const token = document.querySelector("[name=csrfmiddlewaretoken]");
let timer;

function look() {
  clearTimeout(timer);
  if (document.visibilityState === "visible" && !document.prerendering) timer = setTimeout(tell, 5000);
}

function tell() {
  document.removeEventListener("visibilitychange", look);
  const headers = { "X-CSRFToken": token.value };
  // A page that is read without coverage is not counted.
  fetch(article.dataset.opened, { method: "POST", headers, redirect: "error" }).catch(() => {});
}

if (article && token) {
  document.addEventListener("visibilitychange", look);
  document.addEventListener("prerenderingchange", look);
  look();
}
