/** Short circuits above trigger rules: the states of a local run, and those of the real ShortCircuitOperator. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOrchestrator, definitions } from "sluice";
import { askPython, atScale } from "../../python.ts";
import { findAirflow } from "../installed.ts";
import { assetsOf, drawCircuit } from "./circuits.ts";

const { python } = findAirflow("short circuits");
const check = python === undefined ? test.skip : test;
const graphs = Array.from({ length: atScale(12, 100) }, (_, seed) => drawCircuit(seed));

/** The states of a local run by key. */
async function statesHere(): Promise<ReadonlyMap<string, string>> {
  const assets = graphs.flatMap((nodes) => assetsOf(nodes));
  await using sluice = createOrchestrator(definitions({ assets }), { store: "memory", defaultIO: "memory" });
  const { id } = await sluice.materialize("*");
  return new Map((await sluice.steps(id)).map(({ name, status }) => [name, status]));
}

describe("short circuits in Airflow", () => {
  check("skip what they skip here, and leave the rest to its rules", async () => {
    const home = mkdtempSync(join(tmpdir(), "sluice-circuits-"));
    try {
      const states = askPython<{ readonly [task: string]: string }>(
        python as string,
        new URL("./states.py", import.meta.url),
        { home, dag: "short_circuits", env: { SLUICE_CIRCUITS: JSON.stringify(graphs) } },
      );
      const here = await statesHere();
      const seen = new Map<string, number>();
      for (const nodes of graphs) {
        for (const { key, kind } of nodes) {
          // The operator itself succeeds there; here nothing was made, and the step counts as skipped.
          const expected = kind === "ignore" || kind === "respect" ? "success" : here.get(key);
          assert.equal(states[key.replace("/", ".")], expected, `${key} in ${JSON.stringify(nodes)}`);
          seen.set(String(expected), (seen.get(String(expected)) ?? 0) + 1);
        }
      }
      assert.deepEqual([...seen.keys()].sort(), ["failed", "skipped", "success", "upstream_failed"]);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
