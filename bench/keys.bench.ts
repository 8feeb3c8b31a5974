/** Ten years of hourly windows in New York: their starts, and their keys as text. Compared with adding integers. */
import process from "node:process";
import { hourlyPartitions } from "sluice";
import { openSpace } from "../src/model/partitions/space.ts";
import { compare, describeHost, formatTable } from "./harness.ts";

const isFull = process.env.SLUICE_SCALE === "full";
const context = { nowMs: Date.UTC(2026, 0, 1, 5), dynamicKeys: () => [] };

/** A definition of its own each time, so that nothing is remembered of it. */
const open = () =>
  openSpace(hourlyPartitions({ start: "2016-01-01", timezone: "America/New_York" }), context);
const space = open();

function addIntegers(): Float64Array {
  const starts = new Float64Array(space.size);
  for (let index = 0, atMs = Date.UTC(2016, 0, 1, 5); index < starts.length; index++, atMs += 3_600_000) {
    starts[index] = atMs;
  }
  return starts;
}

function readKeys(): number {
  let characters = 0;
  for (let index = 0; index < space.size; index++) characters += space.keyAt(index).length;
  return characters;
}

function findKeys(keys: readonly string[]): number {
  let sum = 0;
  for (const key of keys) sum += space.indexOf(key);
  return sum;
}

const keys = Array.from({ length: space.size }, (_, index) => space.keyAt(index));
const results = await compare([
  { name: "integers added", run: addIntegers },
  { name: "windows enumerated", run: open },
  { name: "keys written", run: readKeys },
  { name: "keys found", run: () => findKeys(keys) },
], isFull ? 15 : 7);

console.log(`${space.size} hourly windows, America/New_York; ${describeHost()}; nothing stored`);
console.log(formatTable([
  ["", "ms", "to the limit", "ns per window"],
  ...results.map(({ name, wallMs, wallRatio }) => [
    name,
    wallMs.toFixed(2),
    `x${wallRatio.toFixed(1)}`,
    ((wallMs * 1e6) / space.size).toFixed(0),
  ]),
]));
