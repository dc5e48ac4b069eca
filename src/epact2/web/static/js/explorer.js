// The explorer's form, made quicker: a choice sends itself after a moment, and a swap keeps one's place.
// Without this script every choice is sent by its button.
import { say } from "./page.js";

const WAIT = 300; // long enough to choose twice with the keyboard, short enough to feel at once
let timer;
let openSteps = new Set();

function form() {
  return document.querySelector("[data-explorer]");
}

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.closest("[data-explorer]") || field.closest("[data-wait]")) return;
  // A text that is typed waits for Enter or its button; a suggestion that was chosen changes a hidden field.
  if (field.matches("input[type=text]") && field.name !== "top") return;
  if (field.name === "period" && field.value === "range") return;
  clearTimeout(timer);
  timer = setTimeout(() => form()?.requestSubmit(), WAIT);
});

document.addEventListener("submit", () => clearTimeout(timer), true);

// What was open stays open, and the keyboard's place is not lost when a button goes with what it removed.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "explorer") return;
  openSteps = new Set([...document.querySelectorAll("#question details[open]")].map((step) => step.id));
});

document.addEventListener("htmx:afterSettle", (event) => {
  const part = document.getElementById("explorer");
  if (!part || event.detail.elt !== part) return;
  for (const step of part.querySelectorAll("#question details")) {
    if (openSteps.has(step.id)) step.open = true;
  }
  start(part);
  const problem = part.querySelector(".nhsuk-error-summary");
  if (problem) { problem.tabIndex = -1; problem.focus(); }
  else if (document.activeElement === document.body) part.querySelector("#do-update")?.focus({ preventScroll: true });
});

function start(root) {
  for (const button of root.querySelectorAll("[data-copy-text]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copyText).value);
      say("The question is copied.");
    });
  }
}

start(document);
