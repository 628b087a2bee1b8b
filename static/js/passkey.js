// Passkey buttons are shown where the browser knows passkeys, and a failed attempt is told in words.

if (window.PublicKeyCredential) {
  for (const part of document.querySelectorAll("[data-passkey]")) part.hidden = false;
}
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const message = document.querySelector("[data-passkey-error]");
  if (message) message.hidden = false;
});
