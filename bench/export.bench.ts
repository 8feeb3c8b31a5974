/** Graphs exported to each target, from snapshot to files. Compared with writing the snapshot as JSON. */
import process from "node:process";
import { type Asset, dailyPartitions, defineAsset, definitions, takeSnapshot } from "sluice";
import { exportAirflow, exportDagster, exportPrefect } from "sluice/adapters";
import { compare, describeHost, formatTable } from "./harness.ts";

const isFull = process.env.SLUICE_SCALE === "full";
/** Assets, and the milliseconds that their export may take. */
const SIZES = isFull ? [[500, 500], [10_000, 5_000]] as const : [[500, 500]] as const;
const EXPORTERS = { dagster: exportDagster, airflow: exportAirflow, prefect: exportPrefect };
const options = { name: "bench", module: "bench.ts", command: ["sluice"], ticksFromMs: Date.UTC(2026, 0, 1) };

/** Assets in layers, each made from three before it, half of them daily. */
function snapshotOf(count: number) {
  const days = dailyPartitions({ start: "2026-01-01", timezone: "Europe/Berlin" });
  const assets: Asset[] = [];
  for (let number = 0; number < count; number++) {
    const deps = [1, 7, 30].flatMap((back) => number >= back ? [assets[number - back]] : []);
    assets.push(defineAsset({
      key: `layer${number % 10}/asset${number}`,
      description: `Asset number ${number}.`,
      group: `group${number % 20}`,
      tags: { tier: "gold" },
      deps: Object.fromEntries(deps.map((asset, index) => [`in${index}`, asset])),
      ...(number % 2 === 0 && { partitions: days }),
      retry: { maxRetries: 2, delayMs: 1_000 },
      run: () => null,
    } as never));
  }
  return takeSnapshot(definitions({ assets }));
}

for (const [count, targetMs] of SIZES) {
  const snapshot = snapshotOf(count);
  const [limit, ...results] = await compare([
    { name: "the snapshot as JSON", run: () => JSON.stringify(snapshot) },
    ...Object.entries(EXPORTERS).map(([name, run]) => ({ name, run: () => run(snapshot, options) })),
  ], isFull ? 5 : 3);
  console.log(`Export of ${count} assets; ${describeHost()}; nothing written to the disk`);
  console.log(formatTable([
    ["", "ms", "to the limit", `target ${targetMs} ms`],
    [limit.name, limit.wallMs.toFixed(1), "x1.0", ""],
    ...results.map(({ name, wallMs, wallRatio }) => [
      name,
      wallMs.toFixed(0),
      `x${wallRatio.toFixed(0)}`,
      wallMs <= targetMs ? "held" : "missed",
    ]),
  ]));
}
