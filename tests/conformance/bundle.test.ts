/** An exported project whose steps are one executable: neither Bun nor Deno is on the PATH of the engine. */
import { afterAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Definitions, takeSnapshot } from "sluice";
import { exportDagster, writeProject } from "sluice/adapters";
import { start } from "../cli/support/step.ts";
import { askDagster, findDagster } from "./dagster.ts";
import { type Case, cases, moduleOf, runLocally, valuesBelow } from "./exports/cases.ts";

const python = findDagster("an export that runs from one executable");
const folder = mkdtempSync(join(tmpdir(), "sluice-executable-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const executable = join(folder, "graph");
const multiAsset = cases.find(({ name }) => name === "multi_asset") as Case;
const isMade = python !== undefined && await make(moduleOf(multiAsset));

/** Makes the executable; false, with the reason, where the runtime has no base image for it. */
async function make(module: string): Promise<boolean> {
  const { code, err } = await start(["bundle", module, "--out", executable]);
  if (code === 0) return true;
  assert.ok("Deno" in globalThis && /base binary|denort/i.test(err), err);
  console.log("an export that runs from one executable: skipped, since Deno's base image cannot be had here");
  return false;
}

(isMade ? describe : describe.skip)("an export that runs from one executable", () => {
  test("gives the values of a local run, with nothing on the PATH", async () => {
    const { default: definitions } = await import(moduleOf(multiAsset)) as { readonly default: Definitions };
    const project = join(folder, "project");
    const { files } = exportDagster(takeSnapshot(definitions), {
      name: "bundled",
      command: [executable],
      ticksFromMs: 0,
    });
    writeProject(project, files);
    const values = join(folder, "values");
    const env = { PATH: "", SLUICE_IO: values };
    const [answer] = askDagster<readonly { readonly error?: string; readonly runs: readonly unknown[] }[]>(
      python as string,
      new URL("dagster_export/execute.py", import.meta.url),
      { projects: [{ path: project, package: "bundled", env, runs: multiAsset.runs }] },
    );
    assert.equal(answer.error, undefined);
    const local = await runLocally(multiAsset, join(folder, "local"));
    assert.deepEqual([...valuesBelow(values)], [...local]);
    assert.equal(local.size, 3);
  });
});
