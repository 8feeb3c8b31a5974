/**
 * From declarations to a graph: names hashed, dependencies found, ranked, checked for cycles, and everything validated.
 * Compared with the bare arithmetic on names: one map, rows both ways and one Kahn pass.
 */
import process from "node:process";
import { definitions } from "sluice";
import { compileGraph } from "../src/model/graph.ts";
import { declare } from "./assets.ts";
import { layered } from "./graphs.ts";
import { compare, describeHost, formatTable } from "./harness.ts";

const isFull = process.env.SLUICE_SCALE === "full";

/** The least that has to be done: names to numbers, children in rows, one pass in order. */
function bare(keys: readonly string[], upstream: readonly (readonly string[])[]): number {
  const numbers = new Map<string, number>();
  for (let index = 0; index < keys.length; index++) numbers.set(keys[index], index);
  const starts = new Int32Array(keys.length + 1);
  const inDegree = new Int32Array(keys.length);
  const parents = upstream.map((names) => names.map((name) => numbers.get(name) as number));
  parents.forEach((list, index) => {
    inDegree[index] = list.length;
    for (const parent of list) starts[parent + 1]++;
  });
  for (let index = 0; index < keys.length; index++) starts[index + 1] += starts[index];
  const children = new Int32Array(starts[keys.length]);
  const next = starts.slice();
  parents.forEach((list, index) => list.forEach((parent) => children[next[parent]++] = index));
  const order = new Int32Array(keys.length);
  let count = 0;
  for (let index = 0; index < keys.length; index++) if (inDegree[index] === 0) order[count++] = index;
  for (let head = 0; head < count; head++) {
    for (let edge = starts[order[head]]; edge < starts[order[head] + 1]; edge++) {
      if (--inDegree[children[edge]] === 0) order[count++] = children[edge];
    }
  }
  return count;
}

for (const size of isFull ? [10_000, 100_000, 1_000_000] : [10_000, 100_000]) {
  const shape = layered(size);
  const all = declare(shape);
  const assets = all.assets.toSorted((a, b) => Number(a.key.slice(7)) - Number(b.key.slice(7)));
  const keys = assets.map((asset) => asset.key);
  const upstream = assets.map((asset) => asset["~step"].inputs.map((input) => input.key));
  const numbers = new Map(keys.map((key, index) => [key, index]));
  const lists = upstream.map((names) => names.map((name) => numbers.get(name) as number));
  const results = await compare([
    { name: "names to one Kahn pass", run: () => bare(keys, upstream) },
    { name: "compileGraph, from numbers", run: () => compileGraph(keys, lists) },
    { name: "definitions(), validated", run: () => definitions({ assets }) },
  ], size >= 1_000_000 ? 1 : isFull ? 9 : 3);
  console.log(`\n${size} assets, layered, three dependencies each; ${describeHost()}; nothing stored`);
  console.log(formatTable([
    ["", "ms", "to the limit"],
    ...results.map(({ name, wallMs, wallRatio }) => [name, wallMs.toFixed(1), `x${wallRatio.toFixed(2)}`]),
  ]));
}
