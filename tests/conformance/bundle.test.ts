/** An exported project whose steps are one executable: neither Bun nor Deno is on the PATH of the engine. */
import { afterAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Definitions, takeSnapshot } from "sluice";
import { exportAirflow, exportDagster, type Exporter, exportPrefect, writeProject } from "sluice/adapters";
import { start } from "../cli/support/step.ts";
import { askAirflow } from "./airflow/engine.ts";
import { askDagster } from "./dagster.ts";
import { type Case, cases, moduleOf, runLocally, valuesBelow } from "./exports/cases.ts";
import { askPrefect } from "./prefect/prefect.ts";
import { atScale, findPython } from "./python.ts";

const multiAsset = cases.find(({ name }) => name === "multi_asset") as Case;
/** Where an exported project lies, and the environment of its steps. */
interface Place {
  readonly project: string;
  readonly env: { readonly [name: string]: string };
}

/** A real engine, and how it runs everything of a project once; the state that it says the run came to. */
interface Engine {
  readonly name: string;
  readonly variable: string;
  readonly exporter: Exporter;
  readonly run: (python: string, place: Place) => string;
}

const engines: readonly Engine[] = [
  {
    name: "Dagster",
    variable: "SLUICE_DAGSTER_PYTHON",
    exporter: exportDagster,
    run: (python, { project, env }) => {
      const question = { projects: [{ path: project, package: "bundled", env, runs: multiAsset.runs }] };
      const script = new URL("dagster_export/execute.py", import.meta.url);
      const [{ error }] = askDagster<readonly { readonly error?: string }[]>(python, script, question);
      return error ?? "success";
    },
  },
  {
    name: "Airflow",
    variable: "SLUICE_AIRFLOW_PYTHON",
    exporter: exportAirflow,
    run: (python, { project, env }) =>
      askAirflow(python, project, { runs: [{ id: 0, dag: "bundled.assets", env }] }).runs[0].state,
  },
  {
    name: "Prefect",
    variable: "SLUICE_PREFECT_PYTHON",
    exporter: exportPrefect,
    run: (python, { project, env }) => {
      const runs = [{ flow: "bundled.all", parameters: {} }];
      const { cases: [[{ type }]] } = askPrefect<
        { readonly cases: readonly (readonly { readonly type: string }[])[] }
      >(python, new URL("prefect/run.py", import.meta.url), { cases: [{ folder: project, env, runs }] });
      return type === "COMPLETED" ? "success" : type;
    },
  },
];

/** Starting the others costs half a minute each: they are asked at full scale. */
const isAsked = ({ name }: Engine) => name === "Dagster" || atScale(0, 1) === 1;
if (atScale(0, 1) === 0) {
  console.log("an export that runs from one executable: in Dagster only, since SLUICE_SCALE is not full");
}
const found = engines.filter(isAsked).flatMap((engine) => {
  const python = findPython(engine.variable, `an export that runs from one executable, in ${engine.name}`);
  return python === undefined ? [] : [{ engine, python }];
});
const folder = mkdtempSync(join(tmpdir(), "sluice-executable-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const executable = join(folder, "graph");
const isMade = found.length > 0 && await make(moduleOf(multiAsset));

/** Makes the executable; false, with the reason, where the runtime has no base image for it. */
async function make(module: string): Promise<boolean> {
  const { code, err } = await start(["bundle", module, "--out", executable]);
  if (code === 0) return true;
  assert.ok("Deno" in globalThis && /base binary|denort/i.test(err), err);
  console.log("an export that runs from one executable: skipped, since Deno's base image cannot be had here");
  return false;
}

(isMade ? describe : describe.skip)("an export that runs from one executable", () => {
  for (const { engine: { name, exporter, run }, python } of found) {
    test(`gives the values of a local run in ${name}, with nothing on the PATH`, async () => {
      const { default: definitions } = await import(moduleOf(multiAsset)) as {
        readonly default: Definitions;
      };
      const [project, values] = [join(folder, name), join(folder, name, "values")];
      const exported = { name: "bundled", command: [executable], ticksFromMs: 0 };
      writeProject(project, exporter(takeSnapshot(definitions), exported).files);
      assert.equal(run(python, { project, env: { PATH: "", SLUICE_IO: values } }), "success");
      const local = await runLocally(multiAsset, join(folder, "local", name));
      assert.deepEqual([...valuesBelow(values)], [...local]);
      assert.equal(local.size, 3);
    });
  }
});
