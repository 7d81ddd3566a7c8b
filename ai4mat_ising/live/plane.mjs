// The latent plane: codes of data as points. In `latentPlane` the reader moves one code among them,
// with the pointer or the arrow keys, or with the sliders of both coordinates.
import { drawn, element, shown, slider } from "./controls.mjs";
import { roundBelow, scatter } from "./scatter.mjs";

const LABEL = "Latent plane. Arrow keys move the code, with Shift they move it farther.";

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
  const at = ([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`;
  const clipped = (value, k) => Math.min(Math.max(value, limits[k][0]), limits[k][1]);

  const circles = drawn("g");
  const trail = drawn("path", { class: "live-trail" });
  const line = drawn("path", { class: "live-walk" });
  const ends = ["A", "B"].map((name) => drawn("text", { class: "live-end" }, name));
  const point = drawn("circle", { class: "live-code", r: 8 });
  const paper = scatter(["coordinate 1", "coordinate 2"], circles, trail, line, ...ends, point);
  const { x, y, scale, under } = paper;
  const picture = element("div", { class: "live-plane", role: "application", tabindex: 0, "aria-label": LABEL }, paper.svg);

  const sliders = [0, 1].map((k) =>
    slider(`Coordinate ${k + 1}`, { min: 0, max: 1, step, value: 0, short: true }, (v) => shown(v), (value) =>
      go(k === 0 ? [value, code[1]] : [code[0], value]),
    ),
  );

  function go(to) {
    code = to.map(clipped);
    moved(code);
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

  // Show points (x, y, x, y, ...) of given colours, and circles of given radii around zero.
  function cover(square, points, colours, radii = []) {
    limits = square;
    step = roundBelow((limits[0][1] - limits[0][0]) / 80);
    sliders.forEach(({ span }, k) => span({ min: limits[k][0], max: limits[k][1], step }));
    paper.cover(square, points, colours);
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
    walk?.forEach((end, k) => paper.beside(ends[k], end));
    sliders.forEach(({ set }, k) => set(code[k]));
  }

  return { picture, controls: sliders.map(({ made }) => made), cover, show };
}
