// A variational autoencoder, live: what its decoder makes of a code that the reader moves.
import { colourOf, SCALE } from "./colours.mjs";
import { button, choice, colourBar, element, named, shown, titled, voice } from "./controls.mjs";
import { Ising, words } from "./ising.mjs";
import { network } from "./network.mjs";
import { numbersOf } from "./packed.mjs";
import { latentPlane } from "./plane.mjs";

const SIGMAS = [1, 2]; // circles of the prior

// A normal random number, by Box and Muller.
function normal(next) {
  const [a, b] = [(next() + 1) / 2 ** 32, next() / 2 ** 32];
  return Math.sqrt(-2 * Math.log(a)) * Math.cos(2 * Math.PI * b);
}

function scaleOf(low, high) {
  return element("p", { class: "live-legend" }, `T = ${shown(low)} `, colourBar(SCALE), ` ${shown(high)}; circles: 1σ and 2σ of the prior`);
}

// Show a VAE in `box`. `state` has size, temperatures and the sets, each with its network.
export function renderVAE(box, state) {
  const next = words(Math.random() * 2 ** 31);
  const model = new Ising(state.size); // measures what is drawn
  const T = numbersOf(state.temperatures, "float32");
  const [cold, hot] = [Math.min(...T), Math.max(...T)];
  const colours = Array.from(T, (value) => colourOf((value - cold) / (hot - cold)));
  const known = new Map();
  let set, code = [0, 0], p;
  const plane = latentPlane((to) => place(to));
  const chances = titled("The decoder's probability of spin up at each site: white is one, black is zero.", "probabilities");
  const sample = titled("A configuration drawn from the probabilities.", "drawn");
  const numbers = element("p", { class: "live-numbers", "aria-hidden": "true" });
  const { line, later } = voice("live-spoken");

  // Draw each spin with its probability.
  function draw() {
    for (let i = 0; i < p.length; i++) model.spins[i] = next() / 2 ** 32 < p[i] ? 1 : -1;
    model.measure();
    sample.show(model.spins, -1);
    const mean = p.reduce((sum, value) => sum + value, 0) / p.length;
    const spread = Math.sqrt(p.reduce((sum, value) => sum + (value - mean) ** 2, 0) / p.length);
    const text = `Code (${shown(code[0])}, ${shown(code[1])}): ${named("p", mean)} on average, ±\u00a0${shown(spread)} from site to site. Drawn: ${named("m", model.m)}, ${named("E/N", model.e)}.`;
    numbers.textContent = text;
    return text;
  }

  function place(to) {
    code = to;
    p = set.decode(code);
    chances.show(p);
    plane.show(code);
    later(draw());
  }

  function change(name) {
    if (!known.has(name)) {
      const { decoder, codes, reach } = state.sets.find((one) => one.name === name);
      known.set(name, { decode: network(decoder), codes: numbersOf(codes), reach });
    }
    set = known.get(name);
    const side = [-set.reach, set.reach];
    plane.cover([side, side], set.codes, colours, SIGMAS);
    place(code);
  }

  const names = state.sets.map(({ name }) => [name, name]);
  change(names[0][0]);
  box.replaceChildren(
    element("div", { class: "live-left" }, plane.picture, scaleOf(cold, hot)),
    element(
      "div",
      { class: "live-right" },
      element("div", { class: "live-screens" }, chances.made, sample.made),
      numbers,
      choice("Trained with", names, names[0][0], change),
      ...plane.controls,
      element(
        "div",
        { class: "live-buttons" },
        button("Code from the prior", () => place([normal(next), normal(next)])),
        button("Draw again", () => later(draw())),
      ),
      line,
    ),
  );
}
