// The grid of the live map: where values lie on its axes, and what theory predicts of its cells.
import assert from "node:assert/strict";
import test from "node:test";
import { lineOf, placeOf, predicted } from "../../ai4mat_ising/live/cells.mjs";

const [betas, epsilons] = [[1, 10, 1000], [0.01, 0.1, 1, 10]];
const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} for ${b}`);

test("a value of the axis lies in the middle of its cell, one between two values in between", () => {
  betas.forEach((beta, i) => close(placeOf(betas, beta), i + 0.5));
  close(placeOf(betas, Math.sqrt(10)), 1);
  close(placeOf(betas, 100), 2); // half of the way on a logarithmic axis
});

test("beyond its ends the axis goes on as between the last two values", () => {
  close(placeOf(betas, 0.1), -0.5);
  close(placeOf(betas, 1e5), 3.5);
});

test("theory predicts no code where each of its two prices is above the limit", () => {
  assert.equal(predicted(101, 1, 100), "no code");
  assert.equal(predicted(99, 1, 100), "a code");
  assert.equal(predicted(2501, 0.2, 100), "no code");
  assert.equal(predicted(2499, 0.2, 100), "a code in the mean only");
  assert.equal(predicted(99, 0.2, 100), "a code, in the mean first");
  assert.equal(predicted(101, 10, 100), "no code");
  assert.equal(predicted(99, 10, 100), "a code in the width only");
  assert.equal(predicted(0.9, 10, 100), "a code, in the width first");
});

test("the lines run where the prediction changes", () => {
  const limit = 50;
  // Back from the middle of the map to beta and epsilon.
  const valueAt = (values, place) => {
    const k = Math.min(Math.max(Math.floor(place - 0.5), 0), values.length - 2);
    return values[k] * (values[k + 1] / values[k]) ** (place - 0.5 - k);
  };
  for (const mean of [false, true]) {
    const points = lineOf(betas, epsilons, limit, { mean });
    assert.equal(points.length, 201);
    for (const [x, y] of points) {
      const [beta, epsilon] = [valueAt(betas, y), valueAt(epsilons, x)];
      const price = (factor) => factor * beta * (mean ? epsilon ** 2 : Math.min(1, epsilon ** 2));
      assert.ok(price(0.999) < limit && price(1.001) > limit, `${beta}, ${epsilon}`);
      if (!mean) assert.notEqual(predicted(0.999 * beta, epsilon, limit), predicted(1.001 * beta, epsilon, limit));
    }
  }
});
