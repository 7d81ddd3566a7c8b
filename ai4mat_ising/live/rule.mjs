// Rules for the phase: how often a threshold in the histograms of both phases is right.
// No page in here, so that `node --test` can run it.

export const total = (counts) => counts.reduce((sum, count) => sum + count, 0);

// What the rule does at the k-th threshold: which share of each phase is called right, and of all.
export function judged({ below, ordered, disordered }, k) {
  const called = (counts) => total(below ? counts.slice(0, k) : counts.slice(k));
  const [n, others] = [total(ordered), total(disordered)];
  const [right, wrong] = [called(ordered), called(disordered)];
  return { accuracy: (right + others - wrong) / (n + others), ordered: right / n, disordered: 1 - wrong / others };
}

// The first of the thresholds with the best accuracy.
export function bestOf(feature) {
  const places = Array.from({ length: feature.ordered.length + 1 }, (_, k) => judged(feature, k).accuracy);
  return places.indexOf(Math.max(...places));
}
