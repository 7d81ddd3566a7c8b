// Networks in JavaScript against small ones that one can compute by hand; `tests/package/test_live.py`
// compares trained ones with torch.
import assert from "node:assert/strict";
import test from "node:test";
import { network } from "../../ai4mat_ising/live/network.mjs";
import { bytesOf, imagesOf, levelsOf, numbersOf } from "../../ai4mat_ising/live/packed.mjs";

const packed = (numbers) => Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
const run = (layers, weights, x) => [...network({ layers, type: "float32", weights: packed(weights) })(x)];

test("a linear layer multiplies and adds its bias", () => {
  const layer = { kind: "linear", from: 3, to: 2 };
  assert.deepEqual(run([layer], [1, 2, 3, 4, 5, 6, 10, 20], [1, 0, -1]), [8, 18]);
});

test("layers follow each other, each with its own weights", () => {
  const layers = [{ kind: "linear", from: 1, to: 2 }, { kind: "relu" }, { kind: "linear", from: 2, to: 1 }, { kind: "sigmoid" }];
  assert.deepEqual(run(layers, [1, -1, 0, 0, 3, 3, -6], [2]), [0.5]);
});

const conv = { kind: "conv", from: 1, to: 1, kernel: 3, stride: 1, padding: 1 };
const square = [1, 2, 3, 4, 5, 6, 7, 8, 9];

test("a convolution pads by zeros or goes round the torus", () => {
  const left = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]; // the neighbour to the left, and no bias
  assert.deepEqual(run([{ ...conv, circular: false }], left, square), [0, 1, 2, 0, 4, 5, 0, 7, 8]);
  assert.deepEqual(run([{ ...conv, circular: true }], left, square), [3, 1, 2, 6, 4, 5, 9, 7, 8]);
});

test("a convolution with a stride takes every other site, and channels add up", () => {
  const layer = { ...conv, from: 2, stride: 2, circular: false };
  const middle = [0, 0, 0, 0, 1, 0, 0, 0, 0];
  assert.deepEqual(run([layer], [...middle, ...middle.map((w) => 10 * w), 0.5], [...square, ...square]), [11.5, 33.5, 77.5, 99.5]);
});

test("a transposed convolution spreads each number over a square", () => {
  const layer = { kind: "deconv", from: 1, to: 1, kernel: 2, stride: 2, padding: 0, extra: 0 };
  assert.deepEqual(run([layer], [1, 2, 3, 4, 0.5], [1, 0, 0, 10]), [1.5, 2.5, 0.5, 0.5, 3.5, 4.5, 0.5, 0.5, 0.5, 0.5, 10.5, 20.5, 0.5, 0.5, 30.5, 40.5]);
});

test("layers that are not there and weights that are cut off are refused", () => {
  assert.throws(() => run([{ kind: "constructor" }], [], []), /there is no layer of kind constructor/);
  assert.throws(() => run([{ kind: "linear", from: 3, to: 2 }], [1, 2], []), /8 weights must be there, got 2/);
});

test("numbers of 16 bits are read, small and infinite ones as well", () => {
  const bits = [0x3c00, 0xc000, 0x0001, 0x0400, 0x7bff, 0x7c00, 0xfc00, 0x8000];
  const text = Buffer.from(Uint16Array.from(bits).buffer).toString("base64");
  assert.deepEqual([...numbersOf(text)], [1, -2, 2 ** -24, 2 ** -14, 65504, Infinity, -Infinity, -0]);
});

test("numbers of 8 bits have a sign", () => {
  const text = Buffer.from([0, 1, 127, 128, 129, 255]).toString("base64");
  assert.deepEqual([...numbersOf(text, "int8")], [0, 1, 127, -128, -127, -1]);
});

test("a digit of base64 is one of 64 levels from 0 to 1", () => {
  assert.deepEqual([...levelsOf("Af/")], [0, Math.fround(31 / 63), 1]);
});

test("spins are unpacked, eight to a byte, each configuration from a new byte", () => {
  const text = Buffer.from([0b10100000, 0b01010000, 0b11111111, 0b00000000]).toString("base64");
  assert.deepEqual([...bytesOf(text)], [160, 80, 255, 0]);
  const images = imagesOf(text, 12);
  assert.deepEqual(images.map((image) => image.join("")), ["101000000101", "111111110000"]);
});
