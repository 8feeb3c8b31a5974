/** Exported projects in the real Airflow: they load, agree with the snapshot, and tick as predicted. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Asset, defineAsset, type Definitions, definitions } from "sluice";
import { airflowTicks } from "../../../adapters/airflow/time/ticks.ts";
import weather from "../../../examples/weather/definitions.ts";
import { everything } from "../../adapters/airflow/graph.ts";
import { inFolder } from "../../support/folder.ts";
import { randomDefinitions } from "../exports/random_definitions.ts";
import { atScale } from "../python.ts";
import { loadBatch, type NamedGraph, texts, TICKS } from "./compare/agreement.ts";
import { type Answer, askAirflow } from "./engine.ts";
import { findAirflow } from "./installed.ts";
import { crons, zones } from "./tick_cases.ts";

const version = findAirflow("exported projects");
const { python } = version;
const graphs: readonly NamedGraph[] = [
  ["weather", weather],
  ["demo", everything],
  ...Array.from({ length: atScale(12, 200) }, (_, seed) => [`r${seed}`, randomDefinitions(seed)] as const),
];
/** How many graphs are loaded at once. */
const BATCH = 40;
const tickCases = zones.flatMap((timezone) =>
  crons.flatMap((cron) =>
    [Date.UTC(2026, 1, 27), Date.UTC(2026, 9, 20)].map((from) => ({
      crons: cron.split(";"),
      timezone,
      from,
      count: TICKS,
    }))
  )
);

const check = python === undefined ? test.skip : test;

describe("Airflow", () => {
  check("ticks as predicted", () =>
    inFolder((folder) => {
      mkdirSync(join(folder, "dags"));
      agreeOnTicks(askAirflow(python as string, folder, { ticks: tickCases }));
    }));

  for (let first = 0; first < graphs.length; first += BATCH) {
    check(
      `loads what is exported, from graph ${first} on`,
      () => loadBatch(graphs.slice(first, first + BATCH), version),
    );
  }

  const checkFully = atScale(0, 1) === 1 ? check : test.skip;
  checkFully(
    "loads a Dag of 10,000 tasks within the time that it allows for a file",
    () => loadBatch([["large", largeGraph(10_000)]], version),
  );
});

/** So many assets, each after two before it, in one Dag. */
function largeGraph(count: number): Definitions {
  const assets: Asset[] = [];
  for (let place = 0; place < count; place++) {
    const after = place === 0 ? [] : [assets[place >> 1], assets[place - 1]];
    assets.push(defineAsset({ key: `a${place}`, group: `g${place % 20}`, after, run: () => 1 }));
  }
  return definitions({ assets });
}

function agreeOnTicks({ ticks }: Answer): void {
  tickCases.forEach(({ crons, timezone, from, count }, place) => {
    const predicted = airflowTicks(crons, timezone, from).take(count).toArray();
    assert.deepEqual(texts(ticks[place]), texts(predicted), `${crons.join(";")} in ${timezone}`);
  });
}
