// The data collapse against curves of a known form.
import assert from "node:assert/strict";
import test from "node:test";
import { chiSquare, onScales } from "../../ai4mat_ising/live/collapse.mjs";

const sizes = [8, 16, 32];
const temperatures = sizes.map((L) => Array.from({ length: 13 }, (_, i) => 2.27 * (1 + (-1 + 0.2 * i) / L)));
const exactly = { Tc: 2.27, nu: 0.9, ratio: 0.2 };
const x = (T, L) => (1 - exactly.Tc / T) * L ** (1 / exactly.nu);
const f = (at) => 0.6 - 0.3 * at + 0.1 * at ** 3 - 0.02 * at ** 5;
const table = (value) => sizes.map((L, k) => temperatures[k].map((T) => value(T, L)));
const order = {
  U: table((T, L) => f(x(T, L))),
  y: table((T, L) => f(x(T, L)) * L ** -exactly.ratio),
  errorU: table(() => 0.01),
  errorY: table(() => 0.01),
};
const pick = (points, value) => points.flat().map((point) => [point[0], point[value], point[value + 1]]);

test("with the right numbers curves of one form collapse, and with wrong ones they do not", () => {
  for (const [value, fitted] of [[1, 2], [3, 3]]) {
    const chi = (at) => chiSquare(pick(onScales({ sizes, temperatures }, order, at), value), fitted);
    assert.ok(chi(exactly) < 1e-16);
    for (const wrong of [{ Tc: 2.28 }, { nu: 1.2 }, ...(value === 3 ? [{ ratio: 0.1 }] : [])]) assert.ok(chi({ ...exactly, ...wrong }) > 0.5, JSON.stringify(wrong));
  }
});

test("errors of one unit give the square sum of what a polynomial leaves", () => {
  const values = [1, 0, 0, 0, 0, 0, 0, 0];
  const points = values.map((value, i) => [i - 3.5, value, 1]);
  const two = chiSquare(points, 0);
  const scaled = chiSquare(points.map(([at, value]) => [1000 * at, 2 * value, 2]), 0);
  assert.ok(Math.abs(two - scaled) < 1e-12);
  // What a polynomial of degree 5 leaves of eight points: the projections on the discrete polynomials of degree 6 and 7.
  const [six, seven] = [[1, -5, 9, -5, -5, 9, -5, 1], [1, -7, 21, -35, 35, -21, 7, -1]];
  const share = (one) => one[0] ** 2 / one.reduce((sum, c) => sum + c * c, 0);
  assert.ok(Math.abs(two - (share(six) + share(seven)) / 2) < 1e-12);
});
