// Metropolis beside Wolff, live: two lattices that start alike, at one temperature.
import { button, choice, clock, element, INTERVAL, LATTICES, screen, shown, thermometer, voice } from "./controls.mjs";
import { Ising } from "./ising.mjs";

const SPEEDS = [["1", "5 updates a second"], ["10", "50 updates a second"]];

// One of the two: its lattice, and below it what has come of it.
function runner(name, words) {
  const { canvas, show } = screen(`${name}: white spins are up, black ones down.`);
  const numbers = element("p", { class: "live-numbers", "aria-hidden": "true" });
  const made = element("div", {}, element("p", {}, element("strong", {}, name)), canvas, numbers);
  const frame = (model, updates) => {
    show(model.spins, -1);
    numbers.textContent = `${resultOf(model)} ${words(model, updates)}`;
  };
  return { made, frame };
}

const resultOf = ({ m }) => `|m|\u00a0=\u00a0${shown(Math.abs(m))}`;
const counted = (count, name) => `${count}\u00a0${name}${count === 1 ? "" : "s"}`;

// Show the race in `box`. `state` has size and temperature.
export function renderRace(box, state) {
  let metropolis, wolff, temperature = state.temperature, updates = 0, speed = 1, last = -Infinity;
  const left = runner("Metropolis", (_, done) => `after ${counted(done, "sweep")}`);
  const right = runner("Wolff", (model, done) => {
    const cluster = model.last ? `, last cluster ${counted(model.last, "spin")}` : "";
    return `after ${counted(done, "step")}${cluster}`;
  });
  const { line, say } = voice();
  const results = () => `Metropolis ${resultOf(metropolis)}, Wolff ${resultOf(wolff)}`;

  function frame() {
    left.frame(metropolis, updates);
    right.frame(wolff, updates);
  }

  function advance(count) {
    for (let i = 0; i < count; i++) {
      metropolis.step("metropolis");
      wolff.step("wolff");
    }
    updates += count;
    frame();
  }

  function begin(size, start) {
    [metropolis, wolff] = [0, 1].map(() => new Ising(size, { temperature, start, seed: Math.random() * 2 ** 31 }));
    wolff.spins.set(metropolis.spins);
    wolff.measure();
    updates = 0;
    last = performance.now(); // the start stays in sight for a moment
    frame();
  }

  const time = clock(
    box,
    () => {
      if (performance.now() - last < INTERVAL) return;
      last = performance.now();
      advance(speed);
    },
    (on) => say(on ? "Running." : `Paused: ${results()}.`),
  );
  const start = (how, words) => () => {
    begin(metropolis.size, how);
    say(words);
  };
  box.replaceChildren(
    element("div", { class: "live-pair" }, left.made, right.made),
    element(
      "div",
      { class: "live-left" },
      thermometer(temperature, (T) => {
        temperature = metropolis.temperature = wolff.temperature = T;
      }),
      choice("Lattice", LATTICES, `${state.size}`, (L) => begin(+L, "hot")),
      choice("Speed", SPEEDS, SPEEDS[0][0], (count) => (speed = +count)),
    ),
    element(
      "div",
      { class: "live-right" },
      element(
        "div",
        { class: "live-buttons" },
        time.toggle,
        button("One step", () => {
          time.play(false);
          advance(1);
          say(`One step further: ${results()}.`);
        }),
        button("Start hot", start("hot", "Both started from the same random spins.")),
        button("Start cold", start("cold", "Both started with all spins up.")),
      ),
      line,
    ),
  );
  begin(state.size, "hot");
}
