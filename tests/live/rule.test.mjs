// The rule of the live threshold against counts that one can do by hand.
import assert from "node:assert/strict";
import test from "node:test";
import { bestOf, judged } from "../../ai4mat_ising/live/rule.mjs";

// Four thresholds, and between them 4 ordered and 10 disordered samples.
const above = { below: false, ordered: [1, 0, 3], disordered: [6, 3, 1] };
const below = { below: true, ordered: [3, 0, 1], disordered: [1, 3, 6] };

test("the ends call all samples ordered, or none", () => {
  assert.deepEqual(judged(above, 0), { accuracy: 4 / 14, ordered: 1, disordered: 0 });
  assert.deepEqual(judged(above, 3), { accuracy: 10 / 14, ordered: 0, disordered: 1 });
  assert.deepEqual(judged(below, 0), { accuracy: 10 / 14, ordered: 0, disordered: 1 });
  assert.deepEqual(judged(below, 3), { accuracy: 4 / 14, ordered: 1, disordered: 0 });
});

test("between them it counts both phases", () => {
  assert.deepEqual(judged(above, 2), { accuracy: 12 / 14, ordered: 3 / 4, disordered: 9 / 10 });
  assert.deepEqual(judged(below, 1), { accuracy: 12 / 14, ordered: 3 / 4, disordered: 9 / 10 });
});

test("the best threshold has the best accuracy, and is the first of several", () => {
  assert.equal(bestOf(above), 2);
  assert.equal(bestOf(below), 1);
  assert.equal(bestOf({ below: false, ordered: [0, 0, 1], disordered: [1, 0, 0] }), 1);
});
