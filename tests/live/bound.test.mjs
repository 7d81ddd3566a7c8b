// Gibbs' bound against a spin in a field, where everything is known.
import assert from "node:assert/strict";
import test from "node:test";
import { gapAt, leastAt } from "../../ai4mat_ising/live/bound.mjs";

// Energies -1 and +1. A generator that is right at the temperature `at` has p = 1 / (1 + exp(-2 / at)).
const T = [0.5, 1, 2, 4];
const lnZ = T.map((one) => Math.log(2 * Math.cosh(1 / one)));
const generators = T.map((at) => {
  const p = 1 / (1 + Math.exp(-2 / at));
  return { energy: 1 - 2 * p, entropy: -p * Math.log(p) - (1 - p) * Math.log(1 - p) };
});
const state = { T, lnZ, generators };

test("the gap is the divergence: zero at the generator's own temperature, positive at others", () => {
  generators.forEach((one, i) =>
    T.forEach((_, k) => {
      const gap = gapAt(state, one, k);
      assert.ok(i === k ? Math.abs(gap) < 1e-12 : gap > 1e-3, `${i} ${k} ${gap}`);
    }),
  );
  assert.deepEqual(T.map((_, k) => leastAt(state, k)), [0, 1, 2, 3]);
});
