// Everything here improves pages that already work without it.
import { initAll } from "../vendor/nhsuk/nhsuk-frontend.min.js";
import { startCharts } from "./charts.js";
import { startComboboxes } from "./combobox.js";
import { startPage } from "./page.js";

initAll();
startPage(document);
startComboboxes(document);
startCharts(document);

// A part of the page that htmx has swapped gets the same.
document.addEventListener("htmx:afterSwap", (event) => {
  const part = event.detail.elt ?? event.target;
  initAll({ scope: part });
  startPage(part);
  startComboboxes(part);
  startCharts(part);
});
