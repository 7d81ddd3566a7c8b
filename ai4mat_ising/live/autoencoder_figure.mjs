// An autoencoder, live: a simulation's code moves in the latent plane, and the reader moves it on.
import { PHASES } from "./colours.mjs";
import { button, choice, clock, element, named, shown, slider, thermometer, titled, voice } from "./controls.mjs";
import { Ising, TC } from "./ising.mjs";
import { network } from "./network.mjs";
import { imagesOf, numbersOf } from "./packed.mjs";
import { latentPlane, squareAround } from "./plane.mjs";

const PACE = 4; // frames for each sweep
const TRAIL = 30; // codes that are remembered

const magnetizationOf = (image) => (2 * image.reduce((sum, value) => sum + value, 0)) / image.length - 1;
const pair = ([a, b]) => `(${shown(a)}, ${shown(b)})`;

// A trained network and its data, from what has travelled.
function opened(set, size) {
  const codes = numbersOf(set.codes);
  const images = imagesOf(set.spins, size ** 2);
  const code = (i) => [codes[2 * i], codes[2 * i + 1]];
  const m = images.map(magnetizationOf);
  const ends = [Math.min(...m), Math.max(...m)].map((end) => code(m.indexOf(end)));
  return {
    encode: network(set.encoder),
    decode: network(set.decoder),
    T: numbersOf(set.temperatures, "float32"),
    codes, images, m, ends,
  };
}

// Which of the codes is next to z.
function nearest(codes, [a, b]) {
  let [best, least] = [0, Infinity];
  for (let i = 0; i < codes.length; i += 2) {
    const distance = (codes[i] - a) ** 2 + (codes[i + 1] - b) ** 2;
    if (distance < least) [best, least] = [i / 2, distance];
  }
  return best;
}

function legend() {
  const entry = (colour, words) => [element("span", { class: "live-dot", style: `background: ${colour}` }), words];
  return element("p", { class: "live-legend" }, ...entry(PHASES.ordered, "ordered"), ...entry(PHASES.disordered, "disordered"));
}

// Show an autoencoder in `box`. `state` has size, temperature and the sets, each with its network.
export function renderAutoencoder(box, state) {
  const model = new Ising(state.size, { temperature: state.temperature, seed: Math.random() * 2 ** 31 });
  const known = new Map();
  let set, code, walk, been = [], frames = 0;
  const plane = latentPlane((to) => place(to));
  const simulated = titled("Spins of the simulation: white is up, black is down.", "simulation");
  const decoded = titled("What the decoder makes of the code, in shades of gray.", "decoded");
  const real = titled("The configuration of the data set whose code is nearest.", "nearest");
  const numbers = element("p", { class: "live-numbers", "aria-hidden": "true" });
  const { line, say, later } = voice("live-spoken");

  function show() {
    const image = set.decode(code);
    const i = nearest(set.codes, code);
    decoded.show(image);
    real.show(set.images[i]);
    plane.show(code, been, walk);
    const words = `Code ${pair(code)}: decoded ${named("m", magnetizationOf(image))}. Nearest in the data: ${named("T", set.T[i])}, ${named("m", set.m[i])}.`;
    numbers.textContent = words;
    return words;
  }

  // The code of the simulation's configuration.
  function follow() {
    code = [...set.encode(model.spins.map((s) => (s + 1) / 2))];
    been = [...been, code].slice(-TRAIL);
    simulated.show(model.spins, -1);
    return show();
  }

  // A code of the reader's.
  function place(to) {
    if (time.playing()) time.play(false);
    [code, been] = [to, []];
    later(show());
  }

  function change(name) {
    if (!known.has(name)) known.set(name, opened(state.sets.find((one) => one.name === name), state.size));
    set = known.get(name);
    [been, walk] = [[], [...set.ends]];
    const colours = Array.from(set.T, (T) => (T < TC ? PHASES.ordered : PHASES.disordered));
    plane.cover(squareAround(set.codes), set.codes, colours);
    return follow();
  }

  const time = clock(box, () => {
    if (frames++ % PACE) return;
    model.sweep();
    follow();
  }, (on) => say(on ? "Running." : "Paused."));
  const start = (how) => () => {
    model.start(how);
    been = [];
    later(follow());
  };
  const between = slider("From A to B", { min: 0, max: 1, step: 0.05, value: 0, short: true }, (share) => shown(share), (share) =>
    place([0, 1].map((k) => walk[0][k] + share * (walk[1][k] - walk[0][k]))),
  );
  const mark = (end) => () => {
    walk[end] = code;
    between.set(end);
    show();
    say(`${"AB"[end]} is at ${pair(code)}.`);
  };
  const names = state.sets.map(({ name }) => [name, name]);

  change(names[0][0]);
  box.replaceChildren(
    element("div", { class: "live-left" }, plane.picture, legend()),
    element(
      "div",
      { class: "live-right" },
      element("div", { class: "live-screens" }, simulated.made, decoded.made, real.made),
      numbers,
      line,
    ),
    element(
      "div",
      { class: "live-left" },
      choice("Trained on", names, names[0][0], (name) => later(change(name))),
      thermometer(state.temperature, (T) => (model.temperature = T)),
      element(
        "div",
        { class: "live-buttons" },
        time.toggle,
        button("One sweep", () => {
          if (time.playing()) time.play(false);
          model.sweep();
          later(follow());
        }),
        button("Start hot", start("hot")),
        button("Start cold", start("cold")),
      ),
    ),
    element(
      "div",
      { class: "live-right" },
      ...plane.controls,
      between.made,
      element("div", { class: "live-buttons" }, button("Set A", mark(0)), button("Set B", mark(1))),
    ),
  );
}
