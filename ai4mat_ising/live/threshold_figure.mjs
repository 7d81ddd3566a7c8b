// A threshold, live: the reader drags it through the histograms of both phases.
import { roundTicks } from "./axes.mjs";
import { PHASES } from "./colours.mjs";
import { button, choice, drawn, element, shown, slider, voice } from "./controls.mjs";
import { bestOf, judged, total } from "./rule.mjs";

const [BROAD, HIGH, ASIDE, UNDER, ABOVE] = [300, 230, 44, 38, 26]; // the drawing and its margins
const [RIGHT, FLOOR] = [BROAD - 12, HIGH - UNDER];
const BAR = 10; // steps of the threshold for each bar
const WORD = 92; // that a word beside the threshold needs

const percent = (share) => `${shown(100 * share, 1)}\u00a0%`;

// Where bars begin and end: at round numbers, and the rest of a bar belongs to its neighbour.
function borders({ low, step, ordered }) {
  const last = ordered.length;
  const first = (BAR - (Math.round(low / step) % BAR)) % BAR;
  const inner = [];
  for (let k = first; k <= last; k += BAR) if (k >= BAR / 2 && k <= last - BAR / 2) inner.push(k);
  return [0, ...inner, last];
}

// Histograms with a threshold. `moved` is called with the place to which the reader drags it.
function histograms(moved) {
  let last = 1, held = false, below = false;
  const x = (k) => ASIDE + (k / last) * (RIGHT - ASIDE);
  const paper = drawn("rect", { class: "live-paper", x: ASIDE, y: ABOVE, width: RIGHT - ASIDE, height: FLOOR - ABOVE });
  const chart = drawn("g");
  const mark = drawn("path", { class: "live-threshold" });
  const sides = [drawn("text", { class: "live-beside", y: ABOVE - 9 }), drawn("text", { y: ABOVE - 9 })];
  const svg = drawn("svg", { viewBox: `0 0 ${BROAD} ${HIGH}`, role: "img" }, paper, chart, mark, ...sides);
  const picture = element("div", { class: "live-histograms" }, svg);

  function place(event) {
    const box = svg.getBoundingClientRect();
    const across = ((event.clientX - box.left) * BROAD) / box.width;
    moved(Math.min(Math.max(Math.round(((across - ASIDE) / (RIGHT - ASIDE)) * last), 0), last));
  }

  picture.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    held = true;
    picture.setPointerCapture(event.pointerId);
    place(event);
  });
  picture.addEventListener("pointermove", (event) => {
    if (held) place(event);
  });
  for (const end of ["pointerup", "pointercancel"]) picture.addEventListener(end, () => (held = false));

  function cover(feature) {
    const { name, low, step, ordered, disordered } = feature;
    [last, below] = [ordered.length, feature.below];
    const cuts = borders(feature);
    const bars = [ordered, disordered].map((counts) => cuts.slice(1).map((end, i) => total(counts.slice(cuts[i], end))));
    const most = Math.max(...bars.flat());
    const y = (count) => FLOOR - (count / (1.05 * most)) * (FLOOR - ABOVE);
    const outline = (heights) =>
      `M${x(0)} ${FLOOR}${heights.map((count, i) => `V${y(count).toFixed(1)}H${x(cuts[i + 1]).toFixed(1)}`).join("")}V${FLOOR}`;
    const text = (kind, across, down, words) => drawn("text", { class: kind, x: across, y: down }, words);
    const [across, up] = [roundTicks(low, low + last * step), roundTicks(0, most)];
    chart.replaceChildren(
      drawn("path", { class: "live-filled", d: outline(bars[0]), style: `fill: ${PHASES.ordered}; stroke: ${PHASES.ordered}` }),
      drawn("path", { class: "live-outline", d: outline(bars[1]), style: `stroke: ${PHASES.disordered}` }),
      ...across.ticks.map((tick) => text("live-below", x((tick - low) / step), FLOOR + 16, shown(tick, across.digits))),
      ...up.ticks.map((tick) => text("live-beside", ASIDE - 5, y(tick) + 4, shown(tick, 0))),
      text("live-below", (ASIDE + RIGHT) / 2, HIGH - 5, name),
      drawn("text", { class: "live-below", transform: `translate(12 ${(ABOVE + FLOOR) / 2}) rotate(-90)` }, "configurations"),
    );
    svg.setAttribute("aria-label", `Histograms of ${name} for both phases, and the threshold.`);
  }

  function show(k) {
    mark.setAttribute("d", `M${x(k).toFixed(1)} ${ABOVE}V${FLOOR}`);
    const words = ["\u2190 disordered", "ordered \u2192"];
    const named = below ? ["\u2190 ordered", "disordered \u2192"] : words;
    sides.forEach((side, i) => {
      side.setAttribute("x", x(k) + (i ? 7 : -7));
      // A word that has too little room is left out.
      side.textContent = (i ? BROAD - x(k) : x(k)) < WORD ? "" : named[i];
    });
  }

  return { picture, cover, show };
}

function phases() {
  const box = (name, style) => [element("span", { class: "live-box", style }), name];
  return element(
    "p",
    { class: "live-legend" },
    ...box("ordered (filled)", `background: ${PHASES.ordered}; border-color: ${PHASES.ordered}`),
    ...box("disordered (outline)", `background: #fff; border-color: ${PHASES.disordered}`),
  );
}

// Show a threshold in `box`. `state` has the features, each with its histograms.
export function renderThreshold(box, state) {
  let feature, k;
  const chart = histograms((to) => later(place(to)));
  const numbers = element("p", { class: "live-numbers", "aria-hidden": "true" });
  const { line, later } = voice("live-spoken");
  const digits = () => Math.max(2, Math.ceil(-Math.log10(feature.step) - 1e-9));
  const threshold = (at) => shown(feature.low + at * feature.step, digits());

  function place(to) {
    k = to;
    const { accuracy, ordered, disordered } = judged(feature, k);
    const words = `Ordered if ${feature.name} ${feature.below ? "<" : ">"}\u00a0${threshold(k)}: accuracy ${percent(accuracy)}. Called right: ${percent(ordered)} of the ordered and ${percent(disordered)} of the disordered samples.`;
    numbers.textContent = words;
    chart.show(k);
    control.set(k);
    return words;
  }

  function change(name) {
    feature = state.features.find((one) => one.name === name);
    const last = feature.ordered.length;
    control.span({ max: last });
    chart.cover(feature);
    return place(Math.round(last / 2));
  }

  const names = state.features.map(({ name }) => [name, name]);
  feature = state.features[0];
  const control = slider("Threshold", { min: 0, max: feature.ordered.length, step: 1, value: 0, short: true }, threshold, (to) => later(place(to)));
  change(feature.name);
  box.replaceChildren(
    element("div", { class: "live-left" }, chart.picture, phases()),
    element(
      "div",
      { class: "live-right" },
      choice("Feature", names, feature.name, (name) => later(change(name))),
      control.made,
      element("div", { class: "live-buttons" }, button("Best threshold", () => later(place(bestOf(feature))))),
      numbers,
      line,
    ),
  );
}
