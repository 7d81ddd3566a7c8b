// The Ising model, live: draws and controls the simulation of ising.mjs in an element of a page.
import { button, choice, clock, drawn, element, INTERVAL, LATTICES, screen, shown, thermometer, voice } from "./controls.mjs";
import { Ising, TC } from "./ising.mjs";

const KEPT = 200; // frames that the running points average over

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
export function renderIsing(box, state) {
  let model, algorithm = state.algorithm, steps = 0, means = [0, 0], pictured = 0;
  const { canvas, show } = screen("The spins: white is up, black is down.");
  const recent = averages();
  const charts = [
    chart("|m|", state.T, state.m, [0, 1.05], [0, 1]),
    chart("E / N", state.T, state.e, [-2.05, 0], [-2, -1, 0]),
  ];
  const { line, say } = voice();
  const numbers = element("p", { class: "live-numbers", "aria-hidden": "true" });
  const results = () => `|m| = ${shown(means[0])}, E/N = ${shown(means[1])}`;

  function frame() {
    means = recent.add(model);
    charts.forEach(({ move }, k) => move(model.temperature, means[k]));
    const cluster = algorithm === "wolff" && model.last ? `, last cluster ${model.last} spins` : "";
    numbers.textContent = `${results()} after ${steps} ${algorithm === "wolff" ? "steps" : "sweeps"}${cluster}`;
    if (algorithm === "wolff" && time.playing() && performance.now() - pictured < INTERVAL) return;
    pictured = performance.now();
    show(model.spins, -1);
  }

  function advance() {
    model.step(algorithm);
    steps++;
    frame();
  }

  function begin(size, how) {
    const temperature = model ? model.temperature : state.temperature;
    model = new Ising(size, { temperature, seed: Math.random() * 2 ** 31, start: how });
    recent.forget();
    steps = 0;
    frame();
  }

  const time = clock(box, advance, (on) => {
    if (!on) show(model.spins, -1); // the last picture may be older than the numbers
    say(on ? "Running." : `Paused: ${results()}.`);
  });
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
      thermometer(state.temperature, (T) => {
        model.temperature = T;
        recent.forget();
      }),
      choice("Lattice", LATTICES, `${state.size}`, (L) => begin(+L, "hot")),
      choice("Algorithm", algorithms, algorithm, (name) => {
        algorithm = name;
        model.last = 0;
      }),
      element(
        "div",
        { class: "live-buttons" },
        time.toggle,
        button("One step", () => {
          time.play(false);
          advance();
          say(`One step further: ${results()}.`);
        }),
        button("Start hot", start("hot", "Started from random spins.")),
        button("Start cold", start("cold", "Started with all spins up.")),
      ),
      line,
    ),
    element("div", { class: "live-charts" }, ...charts.map(({ picture }) => picture)),
  );
  begin(state.size, "hot");
}
