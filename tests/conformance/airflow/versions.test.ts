/** The other versions of Airflow that can be written for: older ones, and a pre-release of the next. At full scale only. */
import { describe, test } from "bun:test";
import weather from "../../../examples/weather/definitions.ts";
import { everything } from "../../adapters/airflow/graph.ts";
import { cases } from "../exports/cases.ts";
import { randomDefinitions } from "../exports/random_definitions.ts";
import { atScale } from "../python.ts";
import { loadBatch, type NamedGraph } from "./compare/agreement.ts";
import { runBatch } from "./compare/execution.ts";
import { findOthers } from "./installed.ts";

const isFull = atScale(0, 1) === 1;
if (!isFull) console.log("airflow: other versions: skipped, since SLUICE_SCALE is not full");
const graphs: readonly NamedGraph[] = [
  ["weather", weather],
  ["demo", everything],
  ...Array.from({ length: 200 }, (_, seed) => [`r${seed}`, randomDefinitions(seed)] as const),
];
/** How many graphs are loaded at once, and how many cases are run by one process. */
const BATCH = 50;
const CASES = 5;

for (const version of isFull ? findOthers("exports written for it") : []) {
  const check = version.python === undefined ? test.skip : test;
  describe(`Airflow ${version.target}`, () => {
    for (let first = 0; first < graphs.length; first += BATCH) {
      const batch = graphs.slice(first, first + BATCH);
      check(`loads what is exported for it, from graph ${first} on`, () => loadBatch(batch, version));
    }

    for (let first = 0; first < cases.length; first += CASES) {
      const batch = cases.slice(first, first + CASES);
      const names = batch.map(({ name }) => name).join(", ");
      check(`runs ${names} with the values of a local run`, () => runBatch(batch, version));
    }
  });
}
