// Samples of several models beside exact ones, live: drawn one by one, and which one is exact?
import { button, element, screen, shown, voice } from "./controls.mjs";
import { Deck, digitsOf, RunningMean, shuffled } from "./deck.mjs";
import { Ising, words } from "./ising.mjs";
import { imagesOf } from "./packed.mjs";

const MANY = 10; // draws at once
const ENOUGH = 10; // draws that an error needs

// A place for a picture, and below it a name or a button.
function card(chosen) {
  const { canvas, show } = screen("");
  const below = element("p");
  const pick = button("", () => chosen());
  canvas.addEventListener("click", () => pick.isConnected && chosen());
  const made = element("div", {}, canvas, below);
  const name = (text, label) => {
    below.textContent = text;
    if (pick.isConnected) pick.replaceWith(below);
    canvas.setAttribute("aria-label", `${label}: white spins are up, black ones down.`);
  };
  const ask = (letter) => {
    pick.textContent = `${letter} is exact`;
    below.replaceWith(pick);
    canvas.setAttribute("aria-label", `Configuration ${letter}: white spins are up, black ones down.`);
  };
  return { made, show, name, ask };
}

// A mean with its error in brackets, and how far it is from what is expected.
function cellsOf(mean, expected) {
  if (mean.n < ENOUGH || !mean.error) return [shown(mean.mean), ""];
  const [digits, last] = digitsOf(mean.error);
  const off = Math.round((10 * (mean.mean - expected)) / mean.error) / 10 || 0; // no -0.0
  return [`${shown(mean.mean, digits)}(${last})`, `${off > 0 ? "+" : ""}${shown(off, 1)}`];
}

// The table of means. Rows have a name and the two means, columns what is expected of them.
function tableOf(rows, columns) {
  const head = (...texts) => element("tr", {}, ...texts.map((text) => element("th", { scope: "col" }, text)));
  const lines = rows.map(({ name }) => element("tr", {}, element("th", { scope: "row" }, name)));
  const last = element("tr", {}, element("th", { scope: "row" }, "expected"));
  for (const { expected } of columns) last.append(element("td", {}, shown(expected, 4)), element("td"));
  const made = element(
    "table",
    { class: "live-table" },
    element("caption", {}, `Means of the draws so far. From draw ${ENOUGH} on: in brackets the error in units of the last digit, and by how many errors a mean is off.`),
    element("thead", {}, head("model", ...columns.flatMap(({ name }) => [name, "off"]))),
    element("tbody", {}, ...lines, last),
  );
  const show = () =>
    rows.forEach(({ means }, k) => {
      const cells = means.flatMap((mean, column) => cellsOf(mean, columns[column].expected));
      lines[k].replaceChildren(lines[k].firstChild, ...cells.map((text) => element("td", {}, text)));
    });
  return { made, show };
}

// Show draws in `box`. `state` has the size, names, samples and what is expected; the last is exact.
export function renderDraws(box, state) {
  const next = words(Math.random() * 2 ** 31);
  const model = new Ising(state.size); // measures what is drawn
  const kinds = state.names.map((name, k) => ({ name, images: imagesOf(state.spins[k], state.size ** 2), means: [] }));
  const exact = kinds.length - 1;
  const pile = new Deck(kinds[0].images.length, next);
  const columns = [{ name: "E/N", expected: state.energy }, { name: "|m|", expected: state.magnetization }];
  const table = tableOf(kinds, columns);
  const cards = kinds.map((_, place) => card(() => choose(place)));
  const { line, say } = voice("live-status live-verdict");
  let order = null, at, asked = 0, right = 0; // `order` is set while the reader is asked

  const letter = (place) => String.fromCharCode(65 + place);
  const drawn = () => `Draw ${pile.drawn} of ${pile.n}${pile.left ? "" : ": all have been shown. The next draw starts anew, in another order"}.`;

  // Take the next sample of each model, without showing it.
  function take() {
    if (!pile.left) for (const kind of kinds) kind.means = [new RunningMean(), new RunningMean()];
    at = pile.draw();
  }

  // Count what has been taken.
  function count() {
    for (const { images, means } of kinds) {
      model.spins.set(images[at].map((up) => 2 * up - 1)); // 255 is -1 there
      model.measure();
      means[0].add(model.e);
      means[1].add(Math.abs(model.m));
    }
  }

  // Show the names, in the order in which the pictures stand.
  function reveal(places, names) {
    places.forEach((k, place) => {
      cards[place].show(kinds[k].images[at]);
      cards[place].name(names(k, place), kinds[k].name);
    });
    table.show();
  }

  // A guess that is left open counts as a draw.
  function close() {
    if (order) count();
    order = null;
  }

  function draw(times) {
    close();
    for (let k = 0; k < times && (k === 0 || pile.left); k++) {
      take();
      count();
    }
    reveal([...kinds.keys()], (k) => kinds[k].name);
    return drawn();
  }

  function ask() {
    close();
    take();
    order = shuffled(kinds.length, next);
    order.forEach((k, place) => {
      cards[place].show(kinds[k].images[at]);
      cards[place].ask(letter(place));
    });
    say("Which of them is exact? Choose one.");
  }

  function choose(place) {
    const places = order;
    const good = places[place] === exact;
    asked++;
    right += good;
    close();
    reveal(places, (k, where) => `${letter(where)}: ${kinds[k].name}`);
    guess.focus(); // the button that was pressed is gone
    const verdict = good ? `Right, ${letter(place)} is exact.` : `${letter(place)} is ${kinds[places[place]].name}; ${letter(places.indexOf(exact))} is exact.`;
    say(`${verdict} ${right} of ${asked} guesses right. ${drawn()}`);
  }

  const guess = button("Guess which is exact", ask);
  draw(1);
  box.replaceChildren(
    element("div", { class: "live-cards" }, ...cards.map(({ made }) => made)),
    element(
      "div",
      { class: "live-left" },
      element("div", { class: "live-buttons" }, button("Draw another", () => say(draw(1))), button(`Draw ${MANY}`, () => say(draw(MANY))), guess),
      line,
    ),
    element("div", { class: "live-right" }, table.made),
  );
  line.textContent = drawn();
}
