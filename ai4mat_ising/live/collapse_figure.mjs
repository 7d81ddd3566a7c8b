// A data collapse, live: the reader turns Tc and the exponents, and the sizes become one curve.
import { graph } from "./axes.mjs";
import { chiSquare, onScales } from "./collapse.mjs";
import { LINES } from "./colours.mjs";
import { button, choice, drawn, element, shown, slider, voice } from "./controls.mjs";

// A mark for each size: circle, square, triangle, diamond.
const MARKS = ["M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", "M-3.5 -3.5h7v7h-7z", "M0 -4.5l4.5 8h-9z", "M0 -5l4 5l-4 5l-4 -5z"];
// What the reader turns: name, words, smallest, largest, step, digits. It begins far from a collapse.
const TURNED = [
  ["Tc", "Tc", 2.2, 2.34, 0.001, 3],
  ["nu", "ν", 0.5, 2, 0.01, 2],
  ["ratio", "β/ν", 0, 0.4, 0.005, 3],
];
const START = { Tc: 2.31, nu: 1.6, ratio: 0 };

const markOf = (k, attributes = {}) => drawn("path", { class: "live-mark", d: MARKS[k], style: `fill: ${LINES[k]}`, ...attributes });

function sizesOf(sizes) {
  const one = (L, k) => [drawn("svg", { class: "live-key", viewBox: "-6 -6 12 12", "aria-hidden": "true" }, markOf(k)), `L\u00a0=\u00a0${L} `];
  return element("p", { class: "live-legend" }, ...sizes.flatMap(one));
}

// Show the collapse in `box`. `state` has the sizes, their temperatures and the order parameters.
export function renderCollapse(box, state) {
  let order = state.orders[0], at = START;
  const charts = [
    graph("cumulant U", "x", "Cumulants of all sizes against x."),
    graph("L^(β/ν) · order parameter", "x", "Scaled order parameters of all sizes against x."),
  ];
  const numbers = element("p", { class: "live-numbers", "aria-hidden": "true" });
  const { line, later } = voice("live-spoken");

  function draw(points) {
    const x = points.flat().map((point) => point[0]);
    const across = [Math.min(...x), Math.max(...x)].map((end) => 1.06 * end);
    charts.forEach(({ cover }, which) => {
      const values = points.flat().map((point) => point[1 + 2 * which]);
      const ends = [Math.min(...values), Math.max(...values)];
      const room = 0.06 * (ends[1] - ends[0]);
      cover([across, [ends[0] - room, ends[1] + room]], (right, up) =>
        points.flatMap((part, k) =>
          part.map((point) => markOf(k, { transform: `translate(${right(point[0]).toFixed(1)} ${up(point[1 + 2 * which]).toFixed(1)})` })),
        ),
      );
    });
  }

  function show() {
    const points = onScales(state, order, at);
    draw(points);
    controls.forEach(({ set }, k) => set(at[TURNED[k][0]]));
    const fit = (value, turned) => chiSquare(points.flat().map((point) => [point[0], point[value], point[value + 1]]), turned);
    const [U, y] = [fit(1, 2), fit(3, 3)]; // beta / nu does not enter the cumulant
    const words = `Chi-square per degree of freedom: cumulant ${shown(U, 1)}, order parameter ${shown(y, 1)}.`;
    numbers.textContent = words;
    return `${TURNED.map(([name, text, , , , digits]) => `${text} ${shown(at[name], digits)}`).join(", ")}. ${words}`;
  }

  const turn = (to) => {
    at = { ...at, ...to };
    later(show());
  };
  const controls = TURNED.map(([name, text, min, max, step, digits]) =>
    slider(text, { min, max, step, value: at[name], short: true }, (v) => shown(v, digits), (value) => turn({ [name]: value })),
  );
  const exactly = state.exactly ? [button("Exact values", () => turn(state.exactly))] : [];
  box.replaceChildren(
    element("div", { class: "live-charts" }, ...charts.map(({ picture }) => picture)),
    element(
      "div",
      { class: "live-left" },
      sizesOf(state.sizes),
      choice("Order parameter", state.orders.map(({ name }) => [name, name]), order.name, (name) => {
        order = state.orders.find((one) => one.name === name);
        later(show());
      }),
      numbers,
      line,
    ),
    element(
      "div",
      { class: "live-right" },
      ...controls.map(({ made }) => made),
      element("div", { class: "live-buttons" }, button("The fit of the page", () => turn(order.best)), ...exactly, button("Far away", () => turn(START))),
    ),
  );
  show();
}
