// The Ising model, live: draws and controls the simulation of ising.mjs in an element of a page.
import { Ising, TC } from "./ising.mjs";

const MINUS = "\u2212";
const SIZES = [32, 64, 128, 256];
const KEPT = 200; // frames that the running points average over

const shown = (value, digits = 2) => (value < 0 ? MINUS : "") + Math.abs(value).toFixed(digits);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function button(text, pressed) {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", pressed);
  return made;
}

let labels = 0;

function labelled(text, control) {
  control.id = `live-${labels++}`;
  return element("div", { class: "live-control" }, element("label", { for: control.id }, text), control);
}

function choice(text, options, chosen, changed) {
  const select = element("select");
  for (const [value, name] of options) select.add(new Option(name, value, false, value === chosen));
  select.addEventListener("change", () => changed(select.value));
  return labelled(text, select);
}

// The temperature. No <output> for the value: it would be spoken at each step of the slider.
function thermometer(T, changed) {
  const text = (value) => `${shown(value)} (${shown(value / TC)} Tc)`;
  const slider = element("input", { type: "range", min: 1, max: 4, step: 0.01, value: T });
  const value = element("span", { "aria-hidden": "true" });
  const show = () => {
    value.textContent = text(+slider.value);
    slider.setAttribute("aria-valuetext", text(+slider.value));
  };
  slider.addEventListener("input", () => {
    show();
    changed(+slider.value);
  });
  show();
  const made = labelled("Temperature T", slider);
  made.append(value);
  return made;
}

// An observable against the temperature: the exact curve, and a point that runs.
function chart(title, Ts, curve, [low, high], marks) {
  const [width, height, left, bottom] = [300, 190, 40, 34];
  const x = (T) => left + ((T - 1) / 3) * (width - left - 12);
  const y = (value) => 10 + ((high - value) / (high - low)) * (height - bottom - 10);
  const line = (name, d) => drawn("path", { class: name, d });
  const text = (name, at, below, words) => drawn("text", { class: name, x: at, y: below }, words);
  const point = drawn("circle", { class: "live-point", r: 6, cx: -20, cy: 0 });
  const path = Ts.map((T, i) => `${i ? "L" : "M"}${x(T).toFixed(1)} ${y(curve[i]).toFixed(1)}`);
  const picture = drawn(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title} against T, exact, and a point for the simulation.` },
    line("live-axis", `M${left} 10V${height - bottom}H${width - 12}`),
    line("live-critical", `M${x(TC)} 10V${height - bottom}`),
    line("live-curve", path.join("")),
    ...[1, 2, 3, 4].map((T) => text("live-below", x(T), height - bottom + 16, `${T}`)),
    ...marks.map((mark) => text("live-beside", left - 6, y(mark) + 4, shown(mark, 0))),
    text("live-below", (left + width) / 2, height - 3, "temperature T"),
    text("live-beside", width - 14, 22, title),
    point,
  );
  const move = (T, value) => {
    point.setAttribute("cx", x(T).toFixed(1));
    point.setAttribute("cy", y(value).toFixed(1));
  };
  return { picture, move };
}

// The lattice, a pixel for each spin; the style sheet enlarges it without a blur.
function screen() {
  const canvas = element("canvas", { role: "img", "aria-label": "The spins: white is up, black is down." });
  const context = canvas.getContext("2d", { alpha: false });
  let image, pixels;
  const show = ({ size, spins }) => {
    if (canvas.width !== size || !image) {
      canvas.width = canvas.height = size;
      image = context.createImageData(size, size);
      pixels = new Uint32Array(image.data.buffer);
    }
    for (let i = 0; i < pixels.length; i++) pixels[i] = spins[i] > 0 ? 0xffffffff : 0xff000000;
    context.putImageData(image, 0, 0);
  };
  return { canvas, show };
}

// Means of the last frames at one temperature and size.
function averages() {
  let frames = [];
  return {
    forget: () => (frames = []),
    add: ({ m, e }) => {
      frames.push([Math.abs(m), e]);
      if (frames.length > KEPT) frames.shift();
      return [0, 1].map((k) => frames.reduce((sum, frame) => sum + frame[k], 0) / frames.length);
    },
  };
}

// Show the simulation in `box`. `state` has size, temperature, algorithm and the exact curves T, m, e.
export function render(box, state) {
  let model, algorithm = state.algorithm, steps = 0, means = [0, 0];
  let playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  let inSight = false, asked = 0;
  const { canvas, show } = screen();
  const recent = averages();
  const charts = [
    chart("|m|", state.T, state.m, [0, 1.05], [0, 1]),
    chart("E / N", state.T, state.e, [-2.05, 0], [-2, -1, 0]),
  ];
  const status = element("p", { class: "live-status", role: "status" });
  const numbers = element("p", { class: "live-numbers", "aria-hidden": "true" });

  const say = (what) => (status.textContent = what);
  const results = () => `|m| = ${shown(means[0])}, E/N = ${shown(means[1])}`;

  function frame() {
    means = recent.add(model);
    charts.forEach(({ move }, k) => move(model.temperature, means[k]));
    const cluster = algorithm === "wolff" && model.last ? `, last cluster ${model.last} spins` : "";
    numbers.textContent = `${results()} after ${steps} ${algorithm === "wolff" ? "steps" : "sweeps"}${cluster}`;
    show(model);
  }

  function advance() {
    model.step(algorithm);
    steps++;
    frame();
  }

  function tick() {
    asked = 0;
    if (!playing || !inSight || document.hidden) return;
    advance();
    ask();
  }

  function ask() {
    if (!asked && playing && inSight) asked = requestAnimationFrame(tick);
  }

  function begin(size, how) {
    const temperature = model ? model.temperature : state.temperature;
    model = new Ising(size, { temperature, seed: Math.random() * 2 ** 31, start: how });
    recent.forget();
    steps = 0;
    frame();
  }

  function play(on) {
    playing = on;
    toggle.textContent = on ? "Pause" : "Play";
    say(on ? "Running." : `Paused: ${results()}.`);
    ask();
  }

  const toggle = button(playing ? "Pause" : "Play", () => play(!playing));
  const heat = thermometer(state.temperature, (T) => {
    model.temperature = T;
    recent.forget();
  });
  const sizes = SIZES.map((L) => [`${L}`, `${L} × ${L}`]);
  const algorithms = [["metropolis", "Metropolis"], ["wolff", "Wolff"]];
  const start = (how, words) => () => {
    begin(model.size, how);
    say(words);
  };
  box.replaceChildren(
    element("div", { class: "live-left" }, canvas, numbers),
    element(
      "div",
      { class: "live-right" },
      heat,
      choice("Lattice", sizes, `${state.size}`, (L) => begin(+L, "hot")),
      choice("Algorithm", algorithms, algorithm, (name) => {
        algorithm = name;
        model.last = 0;
      }),
      element(
        "div",
        { class: "live-buttons" },
        toggle,
        button("One step", () => {
          play(false);
          advance();
          say(`One step further: ${results()}.`);
        }),
        button("Start hot", start("hot", "Started from random spins.")),
        button("Start cold", start("cold", "Started with all spins up.")),
      ),
      status,
    ),
    element("div", { class: "live-charts" }, ...charts.map(({ picture }) => picture)),
  );
  begin(state.size, "hot");
  new IntersectionObserver(([entry]) => {
    inSight = entry.isIntersecting;
    ask();
  }).observe(box);
  document.addEventListener("visibilitychange", ask);
}
