// Drawing from a pile of samples, and means of what has been drawn.
// No page in here, so that `node --test` can run it. `next` gives random 32-bit words.

// The numbers 0 ... n - 1 in a random order (Fisher and Yates).
export function shuffled(n, next) {
  const order = Array.from({ length: n }, (_, k) => k);
  for (let k = n - 1; k > 0; k--) {
    const other = Math.floor((next() / 2 ** 32) * (k + 1));
    [order[k], order[other]] = [order[other], order[k]];
  }
  return order;
}

// A pile of n samples, each drawn once. Then it is shuffled anew.
export class Deck {
  constructor(n, next) {
    Object.assign(this, { n, next, order: [], drawn: n });
  }

  get left() {
    return this.n - this.drawn;
  }

  // The number of the next sample.
  draw() {
    if (!this.left) {
      this.order = shuffled(this.n, this.next);
      this.drawn = 0;
    }
    return this.order[this.drawn++];
  }
}

// The mean of numbers that come one by one, and its standard error.
export class RunningMean {
  constructor() {
    this.n = this.mean = this.squares = 0;
  }

  add(value) {
    this.n++;
    const before = value - this.mean;
    this.mean += before / this.n;
    this.squares += before * (value - this.mean);
  }

  get error() {
    return this.n > 1 ? Math.sqrt(this.squares / (this.n - 1) / this.n) : Infinity;
  }
}

// How many digits after the point an error needs, and the error in units of the last one.
export function digitsOf(error) {
  const digits = Math.max(0, Math.ceil(-Math.log10(error)));
  return [digits, Math.round(error * 10 ** digits)];
}
