// Suggestions under a search box while one types. Without this script the form still sends what was typed.
//
// <form data-suggest="/search/suggest"> with one text input: a chosen suggestion opens its page.
// <div class="app-combobox" data-suggest="/…" data-value="org">: a chosen suggestion fills the input with its label and the
// hidden input named by data-value with its code.
// The address answers {"suggestions": [{"label", "kind", "code", "href"}]}.
import { say } from "./page.js";

let count = 0;

export function startComboboxes(root) {
  const boxes = [...root.querySelectorAll("[data-suggest]")];
  if (root.matches?.("[data-suggest]")) boxes.push(root);
  for (const box of boxes) if (!box.dataset.started) start(box);
}

function start(box) {
  const input = box.querySelector("input[type=search], input[type=text]");
  if (!input) return;
  box.dataset.started = "true";
  const list = document.createElement("ul");
  list.className = "app-suggestions";
  list.id = `app-suggestions-${++count}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  (input.closest(".nhsuk-header__search") ?? box).append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);

  let options = [];
  let at = -1;
  let asked = 0;
  let timer;

  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    at = index;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    const item = list.children[at];
    if (item) {
      input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    close();
    const kept = box.dataset.value && box.querySelector(`input[name="${box.dataset.value}"]`);
    if (kept) {
      input.value = option.label;
      kept.value = option.code;
      kept.dispatchEvent(new Event("change", { bubbles: true }));
    } else location.assign(option.href);
  }

  function show(found) {
    options = found;
    list.replaceChildren(...options.map((option, place) => {
      const item = document.createElement("li");
      item.className = "app-suggestions__item";
      item.id = `${list.id}-${place}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      const label = document.createElement("div");
      label.textContent = option.label;
      const kind = document.createElement("span");
      kind.textContent = [option.kind, option.code].filter(Boolean).join(" ");
      item.append(label, kind);
      // pointerdown comes before blur, which would close the list under the pointer
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(option); });
      return item;
    }));
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(options.length > 0));
    at = -1;
    say(options.length ? `${options.length} suggestions. Use the up and down arrows.` : "No suggestions.");
  }

  async function ask() {
    const text = input.value.trim();
    const mine = ++asked;
    if (text.length < 2) return close();
    try {
      const address = new URL(box.dataset.suggest, location.href);
      address.searchParams.set("q", text);
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok || mine !== asked) return;
      show((await answer.json()).suggestions);
    } catch {
      close(); // no suggestions is no fault: the form still works
    }
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "Escape") {
      event.preventDefault(); // which would empty a search box
      return close();
    }
    if (event.key === "ArrowDown") { event.preventDefault(); mark((at + 1) % options.length); }
    else if (event.key === "ArrowUp") { event.preventDefault(); mark(at <= 0 ? options.length - 1 : at - 1); }
    else if (event.key === "Enter" && at >= 0) { event.preventDefault(); choose(options[at]); }
  });
}
