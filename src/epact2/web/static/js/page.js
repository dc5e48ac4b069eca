// Small things of a page: folding steps on a phone, filters that send themselves, what a swap says aloud.

/** Say something to screen readers, politely. */
export function say(text) {
  const status = document.getElementById("app-status");
  if (!status) return;
  status.textContent = "";
  // A change of text is what is read out: the same words twice need an empty moment between them.
  requestAnimationFrame(() => { status.textContent = text; });
}

export function startPage(root) {
  if (matchMedia("(max-width: 900px)").matches) {
    for (const step of root.querySelectorAll(".app-step[open]:not([data-keep-open])")) step.open = false;
  }
  if (matchMedia("(max-width: 640px)").matches) {
    for (const part of root.querySelectorAll(".app-fold[open]")) part.open = false;
  }
  // A filter form with data-auto sends itself when a choice changes; its button stays for everyone else.
  for (const form of root.querySelectorAll("form[data-auto]")) {
    for (const select of form.querySelectorAll("select")) select.addEventListener("change", () => form.requestSubmit());
  }
  for (const link of root.querySelectorAll("[data-copy-link]")) {
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      try {
        await navigator.clipboard.writeText(new URL(link.getAttribute("href"), location.href).href);
        say("The link is copied.");
        link.textContent = "Link copied";
      } catch {
        location.assign(link.href);
      }
    });
  }
}

// The server names what a swap did in a header ("Sorted by items, highest first").
document.addEventListener("htmx:afterRequest", (event) => {
  const said = event.detail.xhr?.getResponseHeader("X-Status-Text");
  if (said) say(said);
});
