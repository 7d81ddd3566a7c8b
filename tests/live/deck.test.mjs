// Piles of samples and means of what has been drawn from them. `node --test` runs it.
import assert from "node:assert/strict";
import test from "node:test";
import { Deck, digitsOf, RunningMean, shuffled } from "../../ai4mat_ising/live/deck.mjs";
import { words } from "../../ai4mat_ising/live/ising.mjs";

test("each sample is drawn once, and then each once more in another order", () => {
  const deck = new Deck(50, words(1));
  const round = () => Array.from({ length: 50 }, () => deck.draw());
  const rounds = [round(), round()];
  for (const drawn of rounds) assert.equal(new Set(drawn).size, 50);
  for (const drawn of rounds) assert.ok(Math.min(...drawn) === 0 && Math.max(...drawn) === 49);
  assert.notDeepEqual(...rounds);
});

test("a deck knows how many are drawn and left", () => {
  const deck = new Deck(3, words(2));
  const seen = [[deck.left]];
  for (let k = 0; k < 4; k++) {
    deck.draw();
    seen.push([deck.drawn, deck.left]);
  }
  assert.deepEqual(seen, [[0], [1, 2], [2, 1], [3, 0], [1, 2]]);
});

test("all orders are equally likely", () => {
  const next = words(3);
  const counts = new Map();
  for (let k = 0; k < 24000; k++) {
    const order = shuffled(4, next).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 24);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 140, `${count}`); // 4.5 sigmas
});

test("a running mean is the mean, and its error that of the mean", () => {
  const mean = new RunningMean();
  assert.equal(mean.n, 0);
  mean.add(3);
  assert.deepEqual([mean.n, mean.mean, mean.error], [1, 3, Infinity]);
  for (const value of [5, 4, 8]) mean.add(value);
  assert.ok(Math.abs(mean.mean - 5) < 1e-12);
  assert.ok(Math.abs(mean.error - Math.sqrt(14 / 3 / 4)) < 1e-12);
});

test("an error is given in units of the last digit", () => {
  assert.deepEqual(digitsOf(0.0123), [2, 1]);
  assert.deepEqual(digitsOf(0.0023), [3, 2]);
  assert.deepEqual(digitsOf(0.0099), [3, 10]);
  assert.deepEqual(digitsOf(25), [0, 25]);
});
