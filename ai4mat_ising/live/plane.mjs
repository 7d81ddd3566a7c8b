// The latent plane: codes of data as points, and one code that the reader moves among them, with
// the pointer or the arrow keys, or with the sliders of both coordinates.
import { drawn, element, shown, slider } from "./controls.mjs";

const [SIDE, LEFT, BELOW, EDGE] = [340, 40, 36, 6]; // of the drawing and of its margins
const INNER = SIDE - LEFT - EDGE; // the plane is as high as it is wide: distances count
const LABEL = "Latent plane. Arrow keys move the code, with Shift they move it farther.";

// The largest of 1, 2, 5, 10, ... that is at most a number.
function round(number) {
  const power = 10 ** Math.floor(Math.log10(number));
  return power * [5, 2, 1].find((k) => k * power <= number * 1.0001);
}

function ticksOf([low, high]) {
  const step = round((high - low) / 3);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, k) => (first + k) * step);
}

// The square around points (x, y, x, y, ...), with some room.
export function squareAround(points) {
  const ends = [0, 1].map((k) => {
    const values = points.filter((_, i) => i % 2 === k);
    return [Math.min(...values), Math.max(...values)];
  });
  const half = 0.54 * Math.max(...ends.map(([low, high]) => high - low));
  return ends.map(([low, high]) => [(low + high) / 2 - half, (low + high) / 2 + half]);
}

// `moved` is called with the code to which the reader moves.
export function latentPlane(moved) {
  let limits = [[0, 1], [0, 1]], step = 0.01, code = [0, 0], held = false;
  const scale = () => INNER / (limits[0][1] - limits[0][0]);
  const x = (value) => LEFT + (value - limits[0][0]) * scale();
  const y = (value) => EDGE + (limits[1][1] - value) * scale();
  const at = ([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`;
  const clipped = (value, k) => Math.min(Math.max(value, limits[k][0]), limits[k][1]);

  const [axes, cloud, circles] = [drawn("g"), drawn("g", { opacity: 0.75 }), drawn("g")];
  const trail = drawn("path", { class: "live-trail" });
  const line = drawn("path", { class: "live-walk" });
  const ends = ["A", "B"].map((name) => drawn("text", { class: "live-end" }, name));
  const point = drawn("circle", { class: "live-code", r: 8 });
  const inside = drawn("svg", { x: LEFT, y: EDGE, width: INNER, height: INNER, viewBox: `${LEFT} ${EDGE} ${INNER} ${INNER}` }, cloud, circles, trail, line, ...ends, point);
  const paper = drawn("rect", { class: "live-paper", x: LEFT, y: EDGE, width: INNER, height: INNER });
  const svg = drawn("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, "aria-hidden": "true" }, paper, axes, inside);
  const picture = element("div", { class: "live-plane", role: "application", tabindex: 0, "aria-label": LABEL }, svg);

  const sliders = [0, 1].map((k) =>
    slider(`Coordinate ${k + 1}`, { min: 0, max: 1, step, value: 0, short: true }, (v) => shown(v), (value) =>
      go(k === 0 ? [value, code[1]] : [code[0], value]),
    ),
  );

  function go(to) {
    code = to.map(clipped);
    moved(code);
  }

  function under(event) {
    const box = svg.getBoundingClientRect();
    const [right, down] = [event.clientX - box.left, event.clientY - box.top].map((v) => (v * SIDE) / box.width);
    return [limits[0][0] + (right - LEFT) / scale(), limits[1][1] - (down - EDGE) / scale()];
  }

  picture.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    held = true;
    picture.setPointerCapture(event.pointerId);
    go(under(event));
  });
  picture.addEventListener("pointermove", (event) => {
    if (held) go(under(event));
  });
  for (const end of ["pointerup", "pointercancel"]) picture.addEventListener(end, () => (held = false));
  picture.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault(); // the page would scroll
    go(code.map((value, k) => value + way[k] * step * (event.shiftKey ? 5 : 1)));
  });

  function drawAxes() {
    const text = (name, at, down, words) => drawn("text", { class: name, x: at, y: down }, words);
    const digits = (ticks) => (ticks.every(Number.isInteger) ? 0 : 1);
    const [across, up] = limits.map(ticksOf);
    axes.replaceChildren(
      ...across.map((tick) => text("live-below", x(tick), SIDE - BELOW + EDGE + 12, shown(tick, digits(across)))),
      ...up.map((tick) => text("live-beside", LEFT - 5, y(tick) + 4, shown(tick, digits(up)))),
      text("live-below", LEFT + INNER / 2, SIDE - 2, "coordinate 1"),
      drawn("text", { class: "live-below", transform: `translate(11 ${EDGE + INNER / 2}) rotate(-90)` }, "coordinate 2"),
    );
  }

  // Show points (x, y, x, y, ...) of given colours, and circles of given radii around zero.
  function cover(square, points, colours, radii = []) {
    limits = square;
    step = round((limits[0][1] - limits[0][0]) / 80);
    sliders.forEach(({ span }, k) => span({ min: limits[k][0], max: limits[k][1], step }));
    drawAxes();
    const dot = (fill, i) => drawn("circle", { cx: x(points[2 * i]).toFixed(1), cy: y(points[2 * i + 1]).toFixed(1), r: 2.2, fill });
    cloud.replaceChildren(...colours.map(dot));
    const circle = (r) => drawn("circle", { class: "live-sigma", cx: x(0), cy: y(0), r: r * scale() });
    circles.replaceChildren(...radii.map(circle));
  }

  // Show the code, where it has been, and the two ends of a walk.
  function show(now, been = [], walk = null) {
    code = now;
    point.setAttribute("cx", x(code[0]));
    point.setAttribute("cy", y(code[1]));
    trail.setAttribute("d", been.length ? `M${been.map(at).join("L")}` : "");
    line.setAttribute("d", walk ? `M${walk.map(at).join("L")}` : "");
    if (walk)
      walk.forEach((end, k) => {
        ends[k].setAttribute("x", Math.min(Math.max(x(end[0]) + 8, LEFT + 8), SIDE - EDGE - 20));
        ends[k].setAttribute("y", Math.min(Math.max(y(end[1]) - 8, EDGE + 16), EDGE + INNER - 8));
      });
    sliders.forEach(({ set }, k) => set(code[k]));
  }

  return { picture, controls: sliders.map(({ made }) => made), cover, show };
}
