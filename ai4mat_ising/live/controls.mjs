// What live figures share: elements, buttons, sliders, a screen for spins, a clock, a voice.
import { TC } from "./ising.mjs";

// Below Tc nearly all spins may change at each of Wolff's steps. More than three flashes in a second
// can hurt, so there are five pictures in a second, on any display.
export const INTERVAL = 200; // milliseconds

// The sizes that a reader may choose; `simulation.py` has the same.
export const LATTICES = [32, 64, 128, 256].map((L) => [`${L}`, `${L} × ${L}`]);

const MINUS = "\u2212";
let labels = 0;

export function shown(value, digits = 2) {
  const number = Math.abs(value).toFixed(digits);
  return (value < 0 && +number ? MINUS : "") + number; // zero has no sign
}

export const named = (name, value) => `${name}\u00a0=\u00a0${shown(value)}`; // stays on one line

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function button(text, pressed) {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", pressed);
  return made;
}

function labelled(text, control) {
  control.id = `live-${labels++}`;
  return element("div", { class: "live-control" }, element("label", { for: control.id }, text), control);
}

export function choice(text, options, chosen, changed) {
  const select = element("select");
  for (const [value, name] of options) select.add(new Option(name, value, false, value === chosen));
  select.addEventListener("change", () => changed(select.value));
  return labelled(text, select);
}

// A slider and its value, beside it if `short`. No <output>: it would be spoken at each step.
export function slider(text, { min, max, step, value, short = false }, words, changed) {
  const input = element("input", { type: "range", min, max, step, value });
  const beside = element("span", { "aria-hidden": "true" });
  const show = (now) => {
    beside.textContent = words(now);
    input.setAttribute("aria-valuetext", words(now));
  };
  input.addEventListener("input", () => {
    show(+input.value);
    changed(+input.value);
  });
  show(+value);
  const made = labelled(text, input);
  if (short) made.classList.add("live-short");
  made.append(beside);
  // The handle goes to the nearest step; the words are exact.
  const set = (now) => {
    input.value = now;
    show(now);
  };
  const span = (limits) => Object.assign(input, limits);
  return { made, set, span };
}

export function thermometer(T, changed) {
  const words = (value) => `${shown(value)} (${shown(value / TC)} Tc)`;
  return slider("Temperature T", { min: 1, max: 4, step: 0.01, value: T }, words, changed).made;
}

// The colours of a scale, side by side.
export function colourBar(scale) {
  return element("span", { class: "live-scale", style: `background: linear-gradient(to right, ${scale.join()})` });
}

// A lattice, a pixel for each site; the style sheet enlarges it without a blur.
export function screen(label) {
  const canvas = element("canvas", { role: "img", "aria-label": label });
  const context = canvas.getContext("2d", { alpha: false });
  let image, pixels;
  // Values from `black` to 1, which is white.
  const show = (values, black = 0) => {
    const size = Math.sqrt(values.length);
    if (canvas.width !== size || !image) {
      canvas.width = canvas.height = size;
      image = context.createImageData(size, size);
      pixels = new Uint32Array(image.data.buffer);
    }
    for (let i = 0; i < pixels.length; i++) {
      const gray = Math.round((255 * (values[i] - black)) / (1 - black));
      pixels[i] = 0xff000000 | (gray * 0x010101);
    }
    context.putImageData(image, 0, 0);
  };
  return { canvas, show };
}

// A screen with words below it.
export function titled(label, words) {
  const { canvas, show } = screen(label);
  const below = element("p", { "aria-hidden": "true" }, words);
  const made = element("div", {}, canvas, below);
  return { made, show, say: (text) => (below.textContent = text) };
}

// The one line that is spoken, for figures that show as much elsewhere out of sight. `later` waits
// until nothing has come for half a second.
export function voice(name = "live-status") {
  const line = element("p", { class: name, role: "status" });
  let waiting = 0;
  const say = (text) => {
    clearTimeout(waiting);
    line.textContent = text;
  };
  const later = (text) => {
    clearTimeout(waiting);
    waiting = setTimeout(say, 500, text);
  };
  return { line, say, later };
}

// A clock that calls `tick` in every frame while it plays and `box` is in sight, and its button.
// It stands still at first for readers who asked for less motion.
export function clock(box, tick, changed) {
  let playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  let inSight = false, asked = 0;
  const toggle = button(playing ? "Pause" : "Play", () => play(!playing));

  function ask() {
    if (!asked && playing && inSight && !document.hidden) asked = requestAnimationFrame(frame);
  }

  function frame() {
    asked = 0;
    if (!playing || !inSight || document.hidden) return;
    tick();
    ask();
  }

  function play(on) {
    playing = on;
    toggle.textContent = on ? "Pause" : "Play";
    changed(on);
    ask();
  }

  new IntersectionObserver(([entry]) => {
    inSight = entry.isIntersecting;
    ask();
  }).observe(box);
  document.addEventListener("visibilitychange", ask);
  return { toggle, play, playing: () => playing };
}
