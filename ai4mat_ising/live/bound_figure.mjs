// Gibbs' bound, live: a generator keeps its configurations while the reader changes the temperature.
import { graph, pathOf } from "./axes.mjs";
import { gapAt, leastAt } from "./bound.mjs";
import { button, choice, drawn, element, screen, shown, slider, voice } from "./controls.mjs";
import { imagesOf } from "./packed.mjs";

const PICTURES = 3; // configurations beside one another
const MOST = 12; // nats: what lies higher is cut off

// Show the bound in `box`. `state` has exact curves and the generators.
export function renderBound(box, state) {
  const { T, lnZ, e, size, generators } = state;
  const sites = size ** 2;
  const images = generators.map(({ spins }) => imagesOf(spins, sites));
  let which, first, k = T.findIndex((one) => one > 2.26);
  const gaps = graph("nats above −ln Z", "temperature T", "How far F_q / T of each generator lies above the exact value, against T.");
  const lines = graph("free energy per spin", "temperature T", "The exact free energy, a curve, and F_q of the chosen generator, a straight line above it.");
  const screens = Array.from({ length: PICTURES }, () => screen("A configuration of the generator."));
  const numbers = element("p", { class: "live-numbers", "aria-hidden": "true" });
  const { line, later } = voice("live-spoken");

  const exact = T.map((one, i) => [one, (-one * lnZ[i]) / sites]);
  const curves = generators.map((generator) => T.map((one, i) => [one, gapAt(state, generator, i)]));
  const straight = ({ energy, entropy }) => [T[0], T.at(-1)].map((one) => [one, (energy - one * entropy) / sites]);
  const ends = [T[0], T.at(-1)];
  const low = Math.min(...exact.map(([, F]) => F));
  const high = Math.max(...exact.map(([, F]) => F));
  const path = (kind, points, x, y) => drawn("path", { class: kind, d: pathOf(points, x, y) });
  const here = (x, y, value) => [
    drawn("path", { class: "live-now", d: `M${x(T[k]).toFixed(1)} 0V300` }),
    drawn("circle", { class: "live-point", r: 5, cx: x(T[k]), cy: y(value) }),
  ];

  function show() {
    const chosen = generators[which];
    const gap = curves[which][k][1];
    gaps.cover([ends, [0, MOST]], (x, y) => [
      ...curves.map((one) => path("live-other", one, x, y)),
      path("live-chosen", curves[which], x, y),
      ...here(x, y, Math.min(gap, MOST)),
    ]);
    lines.cover([ends, [low - 0.1, high + 0.3]], (x, y) => [
      path("live-exact", exact, x, y),
      path("live-chosen", straight(chosen), x, y),
      ...here(x, y, (chosen.energy - T[k] * chosen.entropy) / sites),
    ]);
    temperature.set(k);
    numbers.textContent = `At T\u00a0=\u00a0${shown(T[k])}: ${shown(gap)} nats above. Energy per spin ${shown(chosen.energy / sites)} at every T; exact here ${shown(e[k])}.`;
    return `${chosen.name}. ${numbers.textContent}`;
  }

  function choose(now) {
    which = now;
    first = 0;
    names.querySelector("select").value = `${which}`;
    picture();
    return show();
  }

  const picture = () => screens.forEach((one, i) => one.show(images[which][(first + i) % images[which].length]));
  const names = choice("Generator", generators.map(({ name }, i) => [`${i}`, name]), "0", (now) => later(choose(+now)));
  const temperature = slider("Temperature T", { min: 0, max: T.length - 1, step: 1, value: k, short: true }, (at) => shown(T[at]), (at) => {
    k = at;
    later(show());
  });
  const others = () => {
    first += PICTURES;
    picture();
    later("Other configurations of the same generator.");
  };
  box.replaceChildren(
    element("div", { class: "live-charts" }, gaps.picture, lines.picture),
    element(
      "div",
      { class: "live-left" },
      names,
      temperature.made,
      element("div", { class: "live-buttons" }, button("Best generator here", () => later(choose(leastAt(state, k)))), button("Other configurations", others)),
      numbers,
      line,
    ),
    element("div", { class: "live-right" }, element("div", { class: "live-screens" }, ...screens.map(({ canvas }) => canvas)), element("p", {}, "Its configurations. They do not know of T.")),
  );
  choose(leastAt(state, k)); // it begins with a good one
}
