// Prints the largest difference between what networks put out here and what torch did, relative to
// the largest number. `tests/package/test_live.py` writes the file that is read.
import { readFileSync } from "node:fs";
import { network } from "../../ai4mat_ising/live/network.mjs";

const cases = JSON.parse(readFileSync(process.argv[2]));
const errors = cases.map(({ spec, input, output }) => {
  const got = network(spec)(input);
  const scale = Math.max(1, ...output.map(Math.abs));
  if (got.length !== output.length) return Infinity;
  return Math.max(...output.map((value, i) => Math.abs(value - got[i]))) / scale;
});
console.log(JSON.stringify(errors));
