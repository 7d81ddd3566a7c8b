// The scripts of the live figures can be put into one file: their names do not clash, and imports
// go one way.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";

const FOLDER = new URL("../../ai4mat_ising/live/", import.meta.url);
const MODULES = new Map(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => [name, readFileSync(new URL(name, FOLDER), "utf8")]),
);

function namesOf(text) {
  const single = [...text.matchAll(/^(?:export )?(?:async )?(?:const|let|function|class) (\w+)/gm)];
  const several = [...text.matchAll(/^(?:export )?(?:const|let) [[{]([^\]}]*)[\]}]/gm)];
  return [...single.map((found) => found[1]), ...several.flatMap((found) => found[1].split(/,\s*/))];
}

const importsOf = (text) => [...text.matchAll(/^import \{[^}]*\} from "\.\/([\w.]+)";$/gm)].map((found) => found[1]);

test("no name stands at the top of two modules", () => {
  const owners = new Map();
  for (const [module, text] of MODULES)
    for (const name of namesOf(text)) {
      assert.ok(!owners.has(name), `${name} is in ${owners.get(name)} and in ${module}`);
      owners.set(name, module);
    }
  assert.ok(owners.size > 30);
});

test("imports are of the folder, name what they take, and make no circle", () => {
  const done = new Set();
  const visit = (module, above) => {
    assert.ok(MODULES.has(module), `${module} is not there`);
    assert.ok(!above.includes(module), `${[...above, module]} is a circle`);
    if (done.has(module)) return;
    const text = MODULES.get(module);
    const imports = importsOf(text);
    assert.equal(imports.length, text.match(/^import\b/gm)?.length ?? 0, `an import of ${module} is of another form`);
    imports.forEach((one) => visit(one, [...above, module]));
    done.add(module);
  };
  for (const module of MODULES.keys()) visit(module, []);
});

test("the script of a figure exports what shows it and nothing else", () => {
  const figures = [...MODULES].filter(([name]) => name.endsWith("_figure.mjs"));
  assert.ok(figures.length >= 5);
  for (const [name, text] of figures)
    assert.deepEqual(text.match(/^export .*/gm)?.map((line) => /^export function render\w+\(/.test(line)), [true], name);
});
