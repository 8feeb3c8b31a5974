/**
 * Planning a backfill of ten million cells: 1,000 assets of about 10,000 daily partitions with up to three dependencies
 * each, among them monthly ones through a time-window mapping and ones of two dimensions. Compared with the least that
 * any planner must do: one pass of bit operations over as many words.
 *
 * Then what could grow with a product: staleness where thousands of days read thousands of days, and a graph of a
 * thousand assets that each wait for all before. Compared with one pass over the days of both sides, or over the edges.
 */
import process from "node:process";
import { type Asset, defineAsset, definitions, type Mapping } from "sluice";
import {
  allMapping,
  createOrchestrator,
  dailyPartitions,
  monthlyPartitions,
  multiPartitions,
  staticPartitions,
  timeWindowMapping,
} from "sluice";
import { compare, describeHost, formatTable } from "./harness.ts";

const isFull = process.env.SLUICE_SCALE === "full";
const days = dailyPartitions({ start: "1998-01-01", end: "2025-05-19" });
const months = monthlyPartitions({ start: "1998-01-01", end: "2025-05-01" });
const cells = multiPartitions({ day: days, region: staticPartitions(["a", "b", "c"]) });

/** Two in a hundred are monthly, two have two dimensions. */
function declare(count: number) {
  const assets: Asset[] = [];
  for (let index = 0; index < count; index++) {
    const upstream = [3, 6, 9].flatMap((back) =>
      index >= back ? [[`d${back}`, assets[index - back]] as const] : []
    );
    const partitions = index % 50 === 49 ? months : index % 50 === 48 ? cells : days;
    assets.push(defineAsset({
      key: `asset/n${index}`,
      deps: Object.fromEntries(upstream) as never,
      partitions: partitions as never,
      run: () => 1,
    }));
  }
  return definitions({ assets });
}

/** Missing and every parent there: three words read and one written for each word of each asset. */
function bitPass(assets: number, words: number): number {
  const wanted = Array.from({ length: assets }, () => new Uint32Array(words).fill(0xffff_ffff));
  for (let asset = 9; asset < assets; asset++) {
    const [own, a, b, c] = [wanted[asset], wanted[asset - 3], wanted[asset - 6], wanted[asset - 9]];
    for (let word = 0; word < words; word++) own[word] &= a[word] | b[word] | c[word];
  }
  return wanted[assets - 1][0];
}

const all = declare(1_000);
const sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory" });
const whole = await sluice.planBackfill({ partitionsPerRun: 100 });
const results = await compare([
  { name: "bit pass over as many words", run: () => bitPass(1_000, 320) },
  { name: "plan what is missing, 100 to a run", run: () => sluice.planBackfill({ partitionsPerRun: 100 }) },
  { name: "plan what is missing, one run", run: () => sluice.planBackfill({}) },
  { name: "plan everything", run: () => sluice.plan({ partitions: "all" }) },
], isFull ? 15 : 5);

console.log(
  `Backfill plan over ${whole.cellCount} cells in ${whole.runCount} runs; ${describeHost()}; nothing stored`,
);
console.log(formatTable([
  ["", "ms", "CPU ms", "to the limit", "ns per cell"],
  ...results.map(({ name, wallMs, cpuMs, wallRatio }) => [
    name,
    wallMs.toFixed(1),
    cpuMs.toFixed(1),
    `x${wallRatio.toFixed(1)}`,
    ((wallMs * 1e6) / whole.cellCount).toFixed(2),
  ]),
]));
await sluice.close();

/** An asset by day that reads another through a mapping, both made, and then one day of the other again. */
async function openReaders(mapping: Mapping) {
  const up = defineAsset({ key: "up", partitions: days, run: () => 1 });
  const down = defineAsset({ key: "down", partitions: days, after: [{ asset: up, mapping }], run: () => 1 });
  const readers = createOrchestrator(definitions({ assets: [up, down] }), {
    store: "memory",
    defaultIO: "memory",
  });
  await readers.materialize("up", { partitions: "all" });
  await readers.materialize("down", { partitions: "all" });
  await readers.report("up", { partition: "2010-01-01" });
  return readers;
}

function openDense(count: number) {
  const assets: Asset[] = [];
  for (let index = 0; index < count; index++) {
    assets.push(defineAsset({ key: `n${index}`, after: [...assets], run: () => 1 }));
  }
  return createOrchestrator(definitions({ assets }), { store: "memory", defaultIO: "memory" });
}

function sumOf(numbers: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < numbers.length; index++) sum += numbers[index];
  return sum;
}

const open = [
  await openReaders(allMapping()),
  await openReaders(timeWindowMapping({ startOffset: -365, endOffset: 0 })),
  openDense(1_000),
];
const [everyDay, lastYear, dense] = open;
const numbers = new Float64Array(499_500);
const products = await compare([
  { name: "one pass over 499,500 edges", run: () => sumOf(numbers) },
  { name: "stale: 10,000 days that read all 10,000", run: () => everyDay.plan({ scope: "stale" }) },
  { name: "stale: 10,000 days that read a year each", run: () => lastYear.plan({ scope: "stale" }) },
  { name: "missing: 1,000 assets that wait for all before", run: () => dense.plan({ scope: "missing" }) },
], isFull ? 15 : 5);
console.log(formatTable([
  ["", "ms", "to the limit"],
  ...products.map(({ name, wallMs, wallRatio }) => [name, wallMs.toFixed(1), `x${wallRatio.toFixed(1)}`]),
]));
for (const each of open) await each.close();
