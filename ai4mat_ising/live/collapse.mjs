// Finite-size scaling: where the points of all sizes lie, and how far they are from one curve.
// No page in here, so that `node --test` can run it.

const DEGREE = 5; // of the polynomial that stands for the common curve, as in `scaling.collapse`

// Points [x, cumulant, its error, order parameter, its error] of each size, on common scales.
export function onScales({ sizes, temperatures }, { U, y, errorU, errorY }, { Tc, nu, ratio }) {
  return sizes.map((L, k) => {
    const unit = L ** ratio;
    return temperatures[k].map((T, i) => [(1 - Tc / T) * L ** (1 / nu), U[k][i], errorU[k][i], y[k][i] * unit, errorY[k][i] * unit]);
  });
}

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

// Chi-square per degree of freedom of the best polynomial through points [x, value, error];
// `fitted` is how many numbers the reader turns.
export function chiSquare(points, fitted) {
  const far = Math.max(...points.map(([x]) => Math.abs(x)));
  const basis = [];
  const rest = (column) => {
    // Twice: once is not enough for columns that are nearly parallel.
    for (let turn = 0; turn < 2; turn++)
      for (const one of basis) {
        const share = dot(one, column);
        column = column.map((value, i) => value - share * one[i]);
      }
    return column;
  };
  for (let power = 0; power <= DEGREE; power++) {
    const column = rest(points.map(([x, , error]) => (x / far) ** power / error));
    const length = Math.sqrt(dot(column, column));
    basis.push(column.map((value) => value / length));
  }
  const left = rest(points.map(([, value, error]) => value / error));
  return dot(left, left) / (points.length - DEGREE - 1 - fitted);
}
