// A graph on white paper, as the other figures are: axes with round ticks, and what is put on them.
import { drawn, shown } from "./controls.mjs";

const [ACROSS, HEIGHT, BESIDE, BENEATH, OVER] = [300, 230, 44, 38, 26]; // and its margins
const [END, BASE] = [ACROSS - 12, HEIGHT - BENEATH];
let papers = 0;

// The ticks of an axis: some four round numbers.
export function roundTicks(low, high) {
  const raw = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((k) => k * power >= raw * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return { ticks: Array.from({ length: count }, (_, k) => (first + k) * step), digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

// A graph of the quantity `title` against `below`, for eyes: `label` says what it shows.
export function graph(title, below, label) {
  let limits = [[0, 1], [0, 1]];
  const at = (k, [from, to]) => (value) => from + ((value - limits[k][0]) / (limits[k][1] - limits[k][0])) * (to - from);
  const [x, y] = [at(0, [BESIDE, END]), at(1, [BASE, OVER])];
  const text = (kind, across, down, words) => drawn("text", { class: kind, x: across, y: down }, words);
  const place = { x: BESIDE, y: OVER, width: END - BESIDE, height: BASE - OVER };
  const clip = `live-paper-${papers++}`;
  const [ticks, content] = [drawn("g"), drawn("g", { "clip-path": `url(#${clip})` })];
  const picture = drawn(
    "svg",
    { viewBox: `0 0 ${ACROSS} ${HEIGHT}`, role: "img", "aria-label": label },
    drawn("clipPath", { id: clip }, drawn("rect", place)),
    drawn("rect", { class: "live-paper", ...place }),
    ticks,
    content,
    text("live-below", (BESIDE + END) / 2, HEIGHT - 5, below),
    text("live-title", BESIDE, OVER - 9, title),
  );

  // Show limits [[low, high], [low, high]], and the elements that `put` makes for them.
  function cover(now, put) {
    limits = now;
    const [right, up] = limits.map((ends) => roundTicks(...ends));
    ticks.replaceChildren(
      ...right.ticks.map((tick) => text("live-below", x(tick), BASE + 16, shown(tick, right.digits))),
      ...up.ticks.map((tick) => text("live-beside", BESIDE - 5, y(tick) + 4, shown(tick, up.digits))),
    );
    content.replaceChildren(...put(x, y));
  }

  return { picture, cover };
}

// The path of a line through points [x, y].
export const pathOf = (points, x, y) => `M${points.map(([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("L")}`;
