// Gibbs' bound at any temperature, for generators that stay as they are.
// No page in here, so that `node --test` can run it.

// How many nats F_q / T of a generator lies above the exact -ln Z, at the k-th temperature.
export const gapAt = ({ T, lnZ }, { energy, entropy }, k) => energy / T[k] - entropy + lnZ[k];

// The place of the generator with the smallest gap there.
export function leastAt(state, k) {
  const gaps = state.generators.map((one) => gapAt(state, one, k));
  return gaps.indexOf(Math.min(...gaps));
}
