// Runs the layers of a trained network that `export.py` has written down.
// A layer maps an array to an array; images are square, their channels one after the other.
import { numbersOf } from "./packed.mjs";

// Layers by their kind. `take` returns that many of the weights that follow.
const LAYERS = {
  relu: () => (x) => x.map((value) => Math.max(value, 0)),
  sigmoid: () => (x) => x.map((value) => 1 / (1 + Math.exp(-value))),

  linear({ from, to }, take) {
    const [weights, bias] = [take(to * from), take(to)];
    return (x) =>
      Float64Array.from(bias, (sum, o) => {
        for (let i = 0, w = o * from; i < from; i++) sum += weights[w + i] * x[i];
        return sum;
      });
  },

  conv({ from, to, kernel, stride, padding, circular }, take) {
    const [weights, bias] = [take(to * from * kernel ** 2), take(to)];
    return (x) => {
      const size = Math.sqrt(x.length / from);
      const steps = Math.floor((size + 2 * padding - kernel) / stride) + 1;
      const y = new Float64Array(to * steps ** 2);
      const inside = (k) => (circular ? (k + size) % size : k < 0 || k >= size ? -1 : k);
      for (let o = 0, at = 0; o < to; o++)
        for (let r = 0; r < steps; r++)
          for (let c = 0; c < steps; c++, at++) {
            let sum = bias[o];
            for (let i = 0, w = o * from * kernel ** 2; i < from; i++)
              for (let p = 0; p < kernel; p++) {
                const row = inside(r * stride + p - padding);
                for (let q = 0; q < kernel; q++, w++) {
                  const column = inside(c * stride + q - padding);
                  if (row >= 0 && column >= 0) sum += weights[w] * x[(i * size + row) * size + column];
                }
              }
            y[at] = sum;
          }
      return y;
    };
  },

  // The transpose: each number of x is spread over a square of y.
  deconv({ from, to, kernel, stride, padding, extra }, take) {
    const [weights, bias] = [take(from * to * kernel ** 2), take(to)];
    return (x) => {
      const size = Math.sqrt(x.length / from);
      const length = (size - 1) * stride - 2 * padding + kernel + extra;
      const y = new Float64Array(to * length ** 2);
      for (let o = 0; o < to; o++) y.fill(bias[o], o * length ** 2, (o + 1) * length ** 2);
      for (let at = 0; at < x.length; at++) {
        if (!x[at]) continue; // so are many, after a ReLU
        const [i, site] = [Math.floor(at / size ** 2), at % size ** 2];
        const [top, left] = [Math.floor(site / size) * stride - padding, (site % size) * stride - padding];
        for (let o = 0, w = i * to * kernel ** 2; o < to; o++)
          for (let row = top; row < top + kernel; row++)
            for (let column = left; column < left + kernel; column++, w++)
              if (row >= 0 && row < length && column >= 0 && column < length)
                y[(o * length + row) * length + column] += x[at] * weights[w];
      }
      return y;
    };
  },
};

// A function from the input of a network to its output.
export function network({ layers, type, weights }) {
  const values = numbersOf(weights, type);
  let taken = 0;
  const take = (count) => values.subarray(taken, (taken += count));
  const run = layers.map((layer) => {
    if (!Object.hasOwn(LAYERS, layer.kind)) throw new TypeError(`there is no layer of kind ${layer.kind}`);
    return LAYERS[layer.kind](layer, take);
  });
  if (taken !== values.length) throw new RangeError(`${taken} weights must be there, got ${values.length}`);
  return (input) => run.reduce((x, layer) => layer(x), Float64Array.from(input));
}
