// The simulation of the live figures against sums over all configurations. `node --test` runs it.
import assert from "node:assert/strict";
import test from "node:test";
import { Ising, TC, words } from "../../ai4mat_ising/live/ising.mjs";

// Exact means of E, |M|, E^2 and M^2 of 4 x 4 spins.
function exact(T) {
  const model = new Ising(4);
  const sums = [0, 0, 0, 0];
  let Z = 0;
  for (let code = 0; code < 2 ** 16; code++) {
    for (let i = 0; i < 16; i++) model.spins[i] = (code >> i) & 1 ? 1 : -1;
    model.measure();
    const { E, M } = model;
    const weight = Math.exp(-(E + 32) / T);
    Z += weight;
    [E, Math.abs(M), E * E, M * M].forEach((value, k) => (sums[k] += weight * value));
  }
  return sums.map((sum) => sum / Z);
}

// Means over a long run, with errors from 100 blocks.
function measured(T, algorithm) {
  const model = new Ising(4, { temperature: T, seed: 7 });
  const blocks = [];
  for (let i = 0; i < 200; i++) model.step(algorithm);
  for (let block = 0; block < 100; block++) {
    const sums = [0, 0, 0, 0];
    for (let i = 0; i < 2000; i++) {
      model.step(algorithm);
      const { E, M } = model;
      [E, Math.abs(M), E * E, M * M].forEach((value, k) => (sums[k] += value / 2000));
    }
    blocks.push(sums);
  }
  return [0, 1, 2, 3].map((k) => {
    const mean = blocks.reduce((sum, block) => sum + block[k], 0) / 100;
    const spread = blocks.reduce((sum, block) => sum + (block[k] - mean) ** 2, 0) / 99;
    return [mean, Math.sqrt(spread / 100)];
  });
}

for (const algorithm of ["metropolis", "wolff"])
  for (const T of [1.5, TC, 3.5])
    test(`${algorithm} at T = ${T.toFixed(2)} has the means of Boltzmann's distribution`, () => {
      const expected = exact(T);
      measured(T, algorithm).forEach(([mean, error], k) => {
        assert.ok(error < 0.02 * Math.abs(expected[k]), `error ${error}`);
        assert.ok(Math.abs(mean - expected[k]) < 4.5 * error, `${mean} for ${expected[k]}`);
      });
    });

test("a clock that looks at the state is found out", () => {
  const model = new Ising(4, { temperature: 3.5, seed: 3 });
  let sum = 0;
  for (let i = 0; i < 20000; i++) {
    for (let flipped = 0; flipped < 16; ) flipped += model.cluster();
    model.measure();
    sum += model.E;
  }
  const [energy] = exact(3.5);
  assert.ok(Math.abs(sum / 20000 / energy - 1) > 0.05, "it must be biased, or this test sees nothing");
});

test("the energy and the magnetization are kept", () => {
  const model = new Ising(32, { temperature: 2.3, seed: 2 });
  for (let i = 0; i < 60; i++) model.step(i % 2 ? "wolff" : "metropolis");
  model.sweep();
  const { M, E } = model;
  model.measure();
  assert.deepEqual([M, E], [model.M, model.E]);
});

test("a seed fixes the run, and seeds that are alike give others", () => {
  const run = (seed) => {
    const model = new Ising(16, { seed });
    for (let i = 0; i < 20; i++) model.sweep();
    return model.spins.join();
  };
  assert.equal(run(9), run(9));
  assert.notEqual(run(9), run(10));
});

test("random words are even", () => {
  const next = words(1);
  const bits = new Array(32).fill(0);
  for (let i = 0; i < 40000; i++) {
    const word = next();
    for (let k = 0; k < 32; k++) bits[k] += (word >>> k) & 1;
  }
  for (const count of bits) assert.ok(Math.abs(count - 20000) < 450, `${count}`);
});

test("a start is what it says", () => {
  assert.equal(new Ising(8, { start: "cold" }).m, 1);
  assert.ok(Math.abs(new Ising(128, { seed: 1 }).m) < 0.04);
});

test("sizes and temperatures that cannot be are refused", () => {
  assert.throws(() => new Ising(15), /size must be an even integer of at least 4, got 15/);
  assert.throws(() => new Ising(16, { temperature: 0 }), /temperature must be positive, got 0/);
});
