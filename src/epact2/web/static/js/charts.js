// Reading a chart with the pointer or the arrow keys, over the SVG that the server made.
//
// <figure class="app-figure" data-chart> holds the SVGs (one wide, one narrow), a <script type="application/json"> with the
// readings and, where the browser may redraw it (data-vega), the chart's specification.
// A reading: {label, rows: [[name, value, own]], say, wide: [x, y], narrow: [x, y]}, in the units of that SVG's viewBox.
import { say } from "./page.js";

const STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 };

export function startCharts(root) {
  for (const figure of root.querySelectorAll("[data-chart]")) if (!figure.dataset.started) start(figure);
}

function start(figure) {
  const source = figure.querySelector("script[type='application/json']");
  if (!source) return;
  figure.dataset.started = "true";
  const data = JSON.parse(source.textContent);
  const readings = data.readings ?? [];
  const tip = document.createElement("div");
  tip.className = "app-tip";
  tip.hidden = true;
  figure.append(tip);
  if (data.vega) redrawOnFirstTouch(figure, data);
  if (!readings.length) return;
  figure.tabIndex = 0;
  figure.setAttribute("role", "group");
  figure.setAttribute("aria-label", `${figure.dataset.title}. Use the left and right arrow keys to read each value. The same data is in the table.`);

  let at = -1;
  const upright = data.axis !== "y";

  function shown() {
    const svg = [...figure.querySelectorAll("svg.app-chart")].find((one) => one.getClientRects().length);
    return svg && { svg, width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height, which: svg.dataset.width };
  }

  function show(index, aloud) {
    const chart = shown();
    if (!chart) return;
    at = Math.max(0, Math.min(readings.length - 1, index));
    const reading = readings[at];
    const title = document.createElement("b");
    title.textContent = reading.label;
    const rows = document.createElement("dl");
    for (const [name, value, own] of reading.rows) {
      const term = document.createElement("dt");
      const text = document.createElement("dd");
      term.textContent = name;
      text.textContent = value;
      if (own) { term.className = "app-tip__own"; text.className = "app-tip__own"; }
      rows.append(term, text);
    }
    tip.replaceChildren(title, rows);
    tip.hidden = false;
    place(chart, reading[chart.which]);
    if (aloud) say(reading.say);
  }

  function place(chart, [x, y]) {
    const box = chart.svg.getBoundingClientRect();
    const scale = box.width / chart.width;
    let line = chart.svg.querySelector(".app-cursor");
    if (!line) {
      line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      line.setAttribute("class", "app-cursor");
      chart.svg.append(line);
    }
    const [top, bottom] = data.plot[chart.which];
    const ends = upright ? { x1: x, x2: x, y1: top, y2: bottom } : { x1: top, x2: bottom, y1: y, y2: y };
    for (const [name, value] of Object.entries(ends)) line.setAttribute(name, value);
    line.removeAttribute("visibility");
    const left = x * scale;
    const room = figure.clientWidth;
    const beside = left + 14 + tip.offsetWidth > room ? left - tip.offsetWidth - 14 : left + 14;
    // Positions set by script through the CSSOM are allowed by the policy; style attributes in markup are not.
    tip.style.left = `${Math.max(0, Math.min(room - tip.offsetWidth, beside))}px`;
    const offset = box.top - figure.getBoundingClientRect().top;
    tip.style.top = upright ? `${offset + 8}px` : `${offset + y * scale + 12}px`;
  }

  function hide() {
    tip.hidden = true;
    for (const line of figure.querySelectorAll(".app-cursor")) line.setAttribute("visibility", "hidden");
  }

  function nearest(event) {
    const chart = shown();
    const box = chart.svg.getBoundingClientRect();
    const here = upright
      ? ((event.clientX - box.left) / box.width) * chart.width
      : ((event.clientY - box.top) / box.height) * chart.height;
    let best = 0;
    let least = Infinity;
    readings.forEach((reading, index) => {
      const far = Math.abs(reading[chart.which][upright ? 0 : 1] - here);
      if (far < least) { least = far; best = index; }
    });
    return best;
  }

  figure.addEventListener("pointermove", (event) => { if (event.target.closest("svg")) show(nearest(event), false); });
  figure.addEventListener("pointerleave", hide);
  figure.addEventListener("blur", hide);
  figure.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (step) { event.preventDefault(); show(at < 0 || tip.hidden ? (step > 0 ? 0 : readings.length - 1) : at + step, true); }
    else if (event.key === "Home") { event.preventDefault(); show(0, true); }
    else if (event.key === "End") { event.preventDefault(); show(readings.length - 1, true); }
    else if (event.key === "Escape") hide();
  });
}

// The chart libraries are large: they come when somebody first touches a chart that can be drawn in the browser.
function redrawOnFirstTouch(figure, data) {
  const begin = async () => {
    figure.removeEventListener("pointerenter", begin);
    figure.removeEventListener("keydown", begin);
    if (matchMedia("(max-width: 640px)").matches) return; // a phone keeps the server's narrow picture
    const { embed, expressionInterpreter } = await import("../vendor/vega.min.js");
    const holder = document.createElement("div");
    holder.className = "app-vega";
    const still = figure.querySelector(".app-wide svg.app-chart");
    const drawing = document.createElement("div");
    await embed(drawing, data.vega, {
      ast: true, expr: expressionInterpreter, actions: false, renderer: "svg", defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
    });
    const drawn = drawing.querySelector("svg");
    // Its parts are not read one by one: the picture has one name, and the table holds the values.
    for (const part of drawn.querySelectorAll("[role]")) {
      part.removeAttribute("role");
      part.removeAttribute("aria-roledescription");
    }
    // It takes the place of the server's picture, name and all, so that the reading works over it too.
    drawn.setAttribute("class", "app-chart");
    drawn.dataset.width = "wide";
    for (const name of ["role", "aria-labelledby"]) drawn.setAttribute(name, still.getAttribute(name));
    for (const part of still.querySelectorAll(":scope > title, :scope > desc")) drawn.prepend(part.cloneNode(true));
    drawn.removeAttribute("width");
    drawn.removeAttribute("height");
    still.replaceWith(drawing);
    figure.dataset.drawn = "true";
  };
  figure.addEventListener("pointerenter", begin);
  figure.addEventListener("keydown", begin);
}
