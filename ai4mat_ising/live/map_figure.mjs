// A map of trained networks, live: the reader goes from cell to cell and sees each network's codes.
import { lineOf, predicted } from "./cells.mjs";
import { colourOf, HEIGHTS, SIGNED } from "./colours.mjs";
import { choice, colourBar, drawn, element, named, screen, shown, slider, titled, voice } from "./controls.mjs";
import { imagesOf, levelsOf, numbersOf } from "./packed.mjs";
import { scatter } from "./scatter.mjs";

const CELL = 42; // of the drawing, as the margins
const MARGIN = { left: 54, top: 4, right: 4, below: 40 };
const MAP = "Map of networks. Arrow keys go from network to network.";
// The numbers of a network; a scale without ends has those of the numbers.
const QUANTITIES = [
  { name: "divergence (nats)", logarithm: true, low: 1e-3 },
  { name: "reconstruction (nats per spin)", high: Math.LN2 },
  { name: "correlation with m", low: 0, high: 1 },
];

// The map. `moved` is called with the row and the column to which the reader goes.
function networkMap({ betas, epsilons, limit, numbers }, moved) {
  const [rows, columns] = [betas.length, epsilons.length];
  const [wide, high] = [columns * CELL, rows * CELL];
  const at = ([x, y]) => `${(x * CELL).toFixed(1)} ${(high - y * CELL).toFixed(1)}`;
  const colours = drawn("g");
  const path = (kind, options) => drawn("path", { class: kind, d: `M${lineOf(betas, epsilons, limit, options).map(at).join("L")}` });
  const lines = [path("live-line-below", { mean: true }), path("live-line-dashed", { mean: true }), path("live-line-below"), path("live-line")];
  const here = ["live-here-below", "live-here"].map((kind) => drawn("rect", { class: kind, width: CELL, height: CELL }));
  const inside = drawn("svg", { x: MARGIN.left, y: MARGIN.top, width: wide, height: high }, colours, ...lines, ...here);
  const text = (kind, x, y, words) => drawn("text", { class: kind, x, y }, words);
  const [across, down] = [MARGIN.left + wide / 2, MARGIN.top + high / 2];
  const axes = [
    ...epsilons.map((value, j) => text("live-below", MARGIN.left + (j + 0.5) * CELL, MARGIN.top + high + 16, value)),
    ...betas.map((value, i) => text("live-beside", MARGIN.left - 5, MARGIN.top + high - (i + 0.5) * CELL + 4, value)),
    text("live-below", across, MARGIN.top + high + 35, "width of the noise ε"),
    drawn("text", { class: "live-below", transform: `translate(12 ${down}) rotate(-90)` }, "weight of the divergence β"),
  ];
  const [width, height] = [MARGIN.left + wide + MARGIN.right, MARGIN.top + high + MARGIN.below];
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, ...axes, inside);
  const picture = element("div", { class: "live-map", role: "application", tabindex: 0, "aria-label": MAP }, svg);
  let cell = [0, 0];

  const go = (to) => moved(to.map((k, axis) => Math.min(Math.max(k, 0), [rows, columns][axis] - 1)));
  picture.addEventListener("click", (event) => {
    const frame = colours.getBoundingClientRect();
    const share = [1 - (event.clientY - frame.top) / frame.height, (event.clientX - frame.left) / frame.width];
    go([Math.floor(share[0] * rows), Math.floor(share[1] * columns)]);
  });
  picture.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] }[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault(); // the page would scroll
    go(cell.map((k, axis) => k + way[axis]));
  });

  // Colour the map by one of the quantities; returns the ends of the scale.
  function colour(quantity) {
    const { low, high: top, logarithm } = QUANTITIES[quantity];
    const values = numbers[quantity];
    const ends = [low ?? Math.min(...values), top ?? Math.max(...values)];
    const on = logarithm ? (value) => Math.log(Math.max(value, ends[0])) : (value) => value;
    const share = (value) => (on(value) - on(ends[0])) / (on(ends[1]) - on(ends[0]));
    const place = (k) => ({ x: (k % columns) * CELL, y: high - (Math.floor(k / columns) + 1) * CELL, width: CELL, height: CELL });
    colours.replaceChildren(...values.map((value, k) => drawn("rect", { ...place(k), fill: colourOf(share(value), HEIGHTS) })));
    return ends;
  }

  function show(to) {
    cell = to;
    for (const frame of here) {
      frame.setAttribute("x", cell[1] * CELL);
      frame.setAttribute("y", high - (cell[0] + 1) * CELL);
    }
  }

  return { picture, colour, show };
}

// Show the map in `box`. `state` has the axes, and for each network its numbers, codes and pictures.
export function renderMap(box, state) {
  const { betas, epsilons, limit, reach } = state;
  const m = numbersOf(state.m, "float32");
  const codes = Float32Array.from(numbersOf(state.codes, "int8"), (value) => (value * reach) / 127);
  const pictures = levelsOf(state.pictures);
  const examples = imagesOf(state.spins, state.size ** 2);
  const hues = Array.from(m, (value) => colourOf((value + 1) / 2, SIGNED));
  const letters = examples.map((_, k) => String.fromCharCode(65 + k));
  const rings = letters.map(() => drawn("circle", { class: "live-code", r: 5 }));
  const labels = letters.map((letter) => drawn("text", { class: "live-end" }, letter));
  const paper = scatter(["coordinate 1 / width", "coordinate 2 / width"], ...rings, ...labels);
  const originals = letters.map((letter, k) => titled(`Configuration ${letter}: white is up, black is down.`, `${letter}: ${named("m", m[k])}`));
  const decoded = letters.map((letter) => screen(`What the decoder makes of the code of ${letter}: the whiter, the more likely is spin up.`));
  const numbers = element("p", { class: "live-numbers", "aria-hidden": "true" });
  const legend = element("p", { class: "live-legend" });
  const { line, later } = voice("live-spoken");
  const map = networkMap(state, (cell) => later(go(cell)));
  let [i, j] = state.cell;

  // Go to the network of a row and a column; returns what is to be said of it.
  function go(cell) {
    [i, j] = cell;
    const k = i * epsilons.length + j;
    const mine = codes.subarray(2 * k * m.length, 2 * (k + 1) * m.length);
    paper.cover([[-1.02 * reach, 1.02 * reach], [-1.02 * reach, 1.02 * reach]], mine, hues);
    const size = state.size ** 2;
    letters.forEach((_, n) => {
      const [a, b] = mine.subarray(2 * n, 2 * n + 2);
      rings[n].setAttribute("cx", paper.x(a));
      rings[n].setAttribute("cy", paper.y(b));
      paper.beside(labels[n], [a, b]);
      const from = (k * letters.length + n) * size;
      decoded[n].show(pictures.subarray(from, from + size));
    });
    map.show(cell);
    rowSlider.set(i);
    columnSlider.set(j);
    const [kl, reconstruction, correlation] = state.numbers.map((values) => values[k]);
    const words = `β\u00a0=\u00a0${betas[i]}, ε\u00a0=\u00a0${epsilons[j]}: divergence ${shown(kl, 4)}\u00a0nats, reconstruction ${shown(reconstruction, 4)}\u00a0nats per spin, correlation with\u00a0m ${shown(correlation)}. Theory predicts ${predicted(betas[i], epsilons[j], limit)}.`;
    numbers.textContent = words;
    return words;
  }

  function colour(quantity) {
    const [low, high] = map.colour(quantity).map((end) => +end.toPrecision(3));
    legend.replaceChildren(`${low} `, colourBar(HEIGHTS), ` ${high}; solid line: predicted collapse, dashed: of codes in the mean`);
  }

  const axis = (text, values, moved) =>
    slider(text, { min: 0, max: values.length - 1, step: 1, value: 0, short: true }, (k) => `${values[k]}`, (k) => later(go(moved(k))));
  const rowSlider = axis("Weight β", betas, (k) => [k, j]);
  const columnSlider = axis("Noise ε", epsilons, (k) => [i, k]);
  const names = QUANTITIES.map(({ name }, k) => [`${k}`, name]);
  originals.forEach(({ show }, k) => show(examples[k]));
  colour(0);
  go(state.cell);
  box.replaceChildren(
    element("div", { class: "live-left" }, map.picture, legend),
    element("div", { class: "live-right live-codes" }, paper.svg, element("p", { class: "live-legend" }, "m = −1 ", colourBar(SIGNED), " 1; width: of all codes of the network")),
    element("div", { class: "live-left" }, rowSlider.made, columnSlider.made, choice("Colours show", names, "0", (k) => colour(+k)), numbers, line),
    element(
      "div",
      { class: "live-right" },
      element("div", { class: "live-four" }, ...originals.map(({ made }) => made)),
      element("div", { class: "live-four" }, ...decoded.map(({ canvas }) => canvas)),
      element("p", { class: "live-legend" }, "Above: configurations; below: what the decoder makes of their codes."),
    ),
  );
}
