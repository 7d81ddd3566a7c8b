// The Ising model on an L x L torus: Metropolis' sweeps and Wolff's clusters.
// No page and no clock in here, so that `node --test` can run it.

export const TC = 2 / Math.log(1 + Math.SQRT2);
const WORDS = 2 ** 32;

// The generator sfc32 by Chris Doty-Humphrey (public domain): random 32-bit words from a seed.
export function words(seed) {
  let [a, b, c, count] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88 | 0, 1];
  const next = () => {
    const word = (a + b + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    return word >>> 0;
  };
  for (let i = 0; i < 15; i++) next(); // seeds that are alike begin alike
  return next;
}

export class Ising {
  constructor(size, { temperature = TC, seed = 0, start = "hot" } = {}) {
    if (!Number.isInteger(size) || size < 4 || size % 2)
      throw new RangeError(`size must be an even integer of at least 4, got ${size}`);
    this.size = size;
    this.spins = new Int8Array(size * size);
    this.waiting = new Int32Array(size * size);
    this.next = words(seed);
    this.temperature = temperature;
    this.start(start);
  }

  get temperature() {
    return this.T;
  }

  set temperature(T) {
    if (!(T > 0)) throw new RangeError(`temperature must be positive, got ${T}`);
    this.T = T;
    // Probabilities as 32-bit words. A flip of s among neighbours of sum h costs 2 s h.
    this.accept = Float64Array.from({ length: 9 }, (_, i) => Math.exp((-2 * (i - 4)) / T) * WORDS);
    this.bond = -Math.expm1(-2 / T) * WORDS;
  }

  // Set all spins: "hot" at random, "cold" all up.
  start(how) {
    for (let i = 0; i < this.spins.length; i++)
      this.spins[i] = how === "cold" || this.next() & 1 ? 1 : -1;
    this.measure();
  }

  // Count M, the sum of all spins, and E, the energy in units of J.
  measure() {
    const { size, spins } = this;
    this.M = this.E = 0;
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const s = spins[y * size + x];
        this.M += s;
        this.E -= s * (spins[((y + 1) % size) * size + x] + spins[y * size + ((x + 1) % size)]);
      }
  }

  get m() {
    return this.M / this.spins.length;
  }

  get e() {
    return this.E / this.spins.length;
  }

  // One chance for each spin, first on the black sites of a chessboard and then on the white ones.
  sweep() {
    const { size, spins, accept, next } = this;
    let { M, E } = this;
    for (let colour = 0; colour < 2; colour++)
      for (let y = 0; y < size; y++) {
        const row = y * size;
        const above = ((y + size - 1) % size) * size;
        const below = ((y + 1) % size) * size;
        for (let x = (y + colour) & 1; x < size; x += 2) {
          const s = spins[row + x];
          const left = spins[row + (x ? x - 1 : size - 1)];
          const right = spins[row + (x + 1 < size ? x + 1 : 0)];
          const sh = s * (spins[above + x] + spins[below + x] + left + right);
          if (next() < accept[sh + 4]) {
            spins[row + x] = -s;
            M -= 2 * s;
            E += 2 * sh;
          }
        }
      }
    this.M = M;
    this.E = E;
  }

  // Flip one cluster and return how many spins it has. `measure` must follow.
  cluster() {
    const { size, spins, waiting, next, bond } = this;
    const first = Math.floor((next() / WORDS) * spins.length);
    const s = spins[first];
    let [top, flipped] = [1, 0];
    waiting[0] = first;
    spins[first] = -s;
    while (top) {
      const site = waiting[--top];
      const x = site % size;
      const row = site - x;
      flipped++;
      const around = [
        row + (x ? x - 1 : size - 1),
        row + (x + 1 < size ? x + 1 : 0),
        ((row + spins.length - size) % spins.length) + x,
        ((row + size) % spins.length) + x,
      ];
      for (const neighbour of around)
        if (spins[neighbour] === s && next() < bond) {
          spins[neighbour] = -s;
          waiting[top++] = neighbour;
        }
    }
    return flipped;
  }

  // About one chance for each spin. How many clusters that takes is decided by the temperature
  // alone. "Until N spins are flipped" would be a clock that looks at the state: it stops more
  // often after a large cluster, and what it stops at is no sample from equilibrium.
  step(algorithm) {
    if (algorithm === "metropolis") return this.sweep();
    for (let k = this.clusters(); k > 0; k--) this.last = this.cluster();
    this.measure();
  }

  // Clusters of one step: the number of sites, by roughly the mean size of a cluster.
  clusters() {
    const inverse = Math.log(1 / Math.tanh(1 / this.T)) - 2 / this.T; // of the correlation length
    if (inverse <= 0) return 1;
    return Math.max(1, Math.round(this.spins.length / (1 + 1 / inverse) ** 1.75));
  }
}
