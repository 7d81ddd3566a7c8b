// A grid of networks over two logarithmic axes: where a value lies, and what theory says of a cell.
// No page in here, so that `node --test` can run it.

// The place of a value on an axis whose cells are all as wide, whatever their values: the middle of
// the first cell is at 0.5, that of the second at 1.5. Between and beyond them logarithms count.
export function placeOf(values, value) {
  const last = values.length - 2;
  const above = values.findIndex((one) => one > value);
  const k = above < 0 ? last : Math.min(Math.max(above - 1, 0), last);
  return k + 0.5 + Math.log(value / values[k]) / Math.log(values[k + 1] / values[k]);
}

// What becomes of the code of a network, if `limit` is the largest eigenvalue of the data's covariance.
// A code in the mean costs beta epsilon^2, one in the width beta.
export function predicted(beta, epsilon, limit) {
  const prices = [beta * epsilon ** 2, beta];
  if (Math.min(...prices) > limit) return "no code";
  if (prices[0] === prices[1]) return "a code";
  const way = prices[0] < prices[1] ? "mean" : "width";
  return Math.max(...prices) > limit ? `a code in the ${way} only` : `a code, in the ${way} first`;
}

// Where the line of collapse runs, or that of codes in the mean, in units of cells: [x, y] of points.
export function lineOf(betas, epsilons, limit, { mean = false } = {}) {
  const [low, high] = [epsilons[0] / 10, epsilons.at(-1) * 10].map(Math.log);
  const points = Array.from({ length: 201 }, (_, k) => Math.exp(low + (k / 200) * (high - low)));
  const beta = (epsilon) => limit / (mean ? epsilon ** 2 : Math.min(1, epsilon ** 2));
  return points.map((epsilon) => [placeOf(epsilons, epsilon), placeOf(betas, beta(epsilon))]);
}
