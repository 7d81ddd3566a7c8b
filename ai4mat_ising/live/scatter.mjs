// Points on white paper, with axes.
import { drawn, shown } from "./controls.mjs";

const [SIDE, LEFT, BELOW, EDGE] = [340, 40, 36, 6]; // of the drawing and of its margins
const INNER = SIDE - LEFT - EDGE; // the paper is as high as it is wide: distances count

// The largest of 1, 2, 5, 10, ... that is at most a number.
export function roundBelow(number) {
  const power = 10 ** Math.floor(Math.log10(number));
  return power * [5, 2, 1].find((k) => k * power <= number * 1.0001);
}

function ticksOf([low, high]) {
  const step = roundBelow((high - low) / 3);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, k) => (first + k) * step);
}

// A drawing of points, the names of its axes, and what is drawn `above` the points.
export function scatter(names, ...above) {
  let limits = [[0, 1], [0, 1]];
  const scale = () => INNER / (limits[0][1] - limits[0][0]);
  const x = (value) => LEFT + (value - limits[0][0]) * scale();
  const y = (value) => EDGE + (limits[1][1] - value) * scale();
  const [axes, cloud] = [drawn("g"), drawn("g", { opacity: 0.75 })];
  const inside = drawn("svg", { x: LEFT, y: EDGE, width: INNER, height: INNER, viewBox: `${LEFT} ${EDGE} ${INNER} ${INNER}` }, cloud, ...above);
  const paper = drawn("rect", { class: "live-paper", x: LEFT, y: EDGE, width: INNER, height: INNER });
  const svg = drawn("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, "aria-hidden": "true" }, paper, axes, inside);

  function drawAxes() {
    const text = (name, at, down, words) => drawn("text", { class: name, x: at, y: down }, words);
    const digits = (ticks) => (ticks.every(Number.isInteger) ? 0 : 1);
    const [across, up] = limits.map(ticksOf);
    axes.replaceChildren(
      ...across.map((tick) => text("live-below", x(tick), SIDE - BELOW + EDGE + 12, shown(tick, digits(across)))),
      ...up.map((tick) => text("live-beside", LEFT - 5, y(tick) + 4, shown(tick, digits(up)))),
      text("live-below", LEFT + INNER / 2, SIDE - 2, names[0]),
      drawn("text", { class: "live-below", transform: `translate(11 ${EDGE + INNER / 2}) rotate(-90)` }, names[1]),
    );
  }

  // Show points (x, y, x, y, ...) of given colours between the limits of both axes.
  function cover(square, points, colours) {
    limits = square;
    drawAxes();
    const dot = (fill, i) => drawn("circle", { cx: x(points[2 * i]).toFixed(1), cy: y(points[2 * i + 1]).toFixed(1), r: 2.2, fill });
    cloud.replaceChildren(...colours.map(dot));
  }

  // Keep the letter of a point beside it and on the paper.
  function beside(letter, [a, b]) {
    letter.setAttribute("x", Math.min(Math.max(x(a) + 8, LEFT + 8), SIDE - EDGE - 20));
    letter.setAttribute("y", Math.min(Math.max(y(b) - 8, EDGE + 16), EDGE + INNER - 8));
  }

  // The place on the paper under the pointer.
  function under(event) {
    const box = svg.getBoundingClientRect();
    const [right, down] = [event.clientX - box.left, event.clientY - box.top].map((v) => (v * SIDE) / box.width);
    return [limits[0][0] + (right - LEFT) / scale(), limits[1][1] - (down - EDGE) / scale()];
  }

  return { svg, scale, x, y, cover, beside, under };
}
