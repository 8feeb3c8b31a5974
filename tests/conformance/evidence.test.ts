/**
 * What exports refuse, each with its evidence: what the engine lacks is looked for in the engine, and what no engine could
 * do has its reason here. A verdict that refuses something and is in neither list fails, and so does an engine that has
 * learned it.
 */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { AIRFLOW_VERDICTS } from "../../adapters/airflow/verdicts.ts";
import { VERDICTS as DAGSTER_VERDICTS } from "../../adapters/dagster/verdicts.ts";
import type { Feature } from "../../adapters/features.ts";
import type { VerdictTable } from "../../adapters/loss.ts";
import { VERDICTS as PREFECT_VERDICTS } from "../../adapters/prefect/verdicts.ts";
import { quietly } from "./prefect/prefect.ts";
import { askPython, findPython } from "./python.ts";

/** What does not depend on the engine. */
const OF_ANY_ENGINE: { readonly [F in Feature]?: string } = {
  "io.memory":
    "A value in the memory of one process is not in that of another, and exported steps are processes.",
  "concurrency.computed":
    "The key is what a function of the user's gives, in TypeScript, when the step begins.",
  "concurrency.pool": "A task has one pool in each of the engines, and the step has declared it.",
  "breaker":
    "The state of a breaker lives in one process, and exported steps are processes that do not know each other.",
  "job.undo.always":
    "What a canceled run has made is known to the process that executes it, and where it is ended from outside it says nothing.",
  "schedule.request":
    "A function of the user's, in TypeScript, decides at the tick; what engines call of an export are its steps, in runs that have begun.",
};

/** What the engine has and exports leave out, as their verdicts say. The script makes sure that the engine has it. */
const LEFT_OUT: { readonly [target: string]: readonly Feature[] } = {
  dagster: ["sensor.freshness"],
  airflow: [
    "schedule.seconds",
    "schedule.nearest",
    "sensor.files",
    "sensor.assets",
    "sensor.assets.all",
    "sensor.runs",
    "sensor.runs.all",
    "sensor.http",
    "sensor.custom",
    "sensor.partitions",
    "sensor.disabled",
  ],
  prefect: [
    "schedule.seconds",
    "sensor.files",
    "sensor.assets",
    "sensor.assets.all",
    "sensor.runs",
    "sensor.runs.all",
    "sensor.http",
    "sensor.custom",
    "sensor.freshness",
    "sensor.partitions",
    "sensor.disabled",
  ],
};

/** What the script of each target looks for. */
const OF_THE_ENGINE: { readonly [target: string]: readonly Feature[] } = {
  dagster: [
    "dependency.optional",
    "trigger",
    "job.key.skip",
    "job.key.cancel",
    "schedule.catchUp",
    "schedule.seconds",
    "schedule.years",
    "schedule.nearest",
    "schedule.misfire.once",
    "schedule.misfire.cap",
    "schedule.overlap.skip",
    "schedule.overlap.queueOne",
    "schedule.overlap.cancel",
    "schedule.jitter",
    "schedule.bounds",
  ],
  airflow: [
    "isolation.memory",
    "job.key.shared",
    "job.key.skip",
    "job.key.cancel",
    "automation.condition",
    "freshness.window",
    "freshness.cron",
    "schedule.years",
    "schedule.misfire.skip",
    "schedule.misfire.cap",
    "schedule.overlap.skip",
    "schedule.overlap.cancel",
    "schedule.jitter",
    "sensor.freshness",
  ],
  prefect: [
    "isolation.memory",
    "job.priority",
    "job.key.shared",
    "job.key.cancel",
    "automation.condition",
    "schedule.years",
    "schedule.nearest",
    "schedule.misfire.skip",
    "schedule.misfire.cap",
    "schedule.overlap.cancel",
    "schedule.jitter",
    "schedule.bounds",
  ],
};

const TABLES: { readonly [target: string]: VerdictTable } = {
  dagster: DAGSTER_VERDICTS,
  airflow: AIRFLOW_VERDICTS,
  prefect: PREFECT_VERDICTS,
};

for (const [target, verdicts] of Object.entries(TABLES)) {
  const python = findPython(`SLUICE_${target.toUpperCase()}_PYTHON`, `${target}: what is refused`);
  describe(`what ${target} does not carry`, () => {
    test("has its evidence, all of it", () => {
      const refused = (Object.keys(verdicts) as Feature[]).filter((name) =>
        verdicts[name].kind === "refused"
      );
      const ofEngine = refused.filter((name) => OF_ANY_ENGINE[name] === undefined);
      const told = [...OF_THE_ENGINE[target] ?? [], ...LEFT_OUT[target] ?? []];
      assert.deepEqual(ofEngine.sort(), told.sort());
    });

    (python ? test : test.skip)("is not there in the engine", () => {
      const script = new URL(`evidence/in_${target}.py`, import.meta.url);
      const found = askPython<{ readonly [feature: string]: boolean }>(python as string, script, {}, quietly);
      const lacks = (OF_THE_ENGINE[target] ?? []).map((name) => [name, true]);
      const has = (LEFT_OUT[target] ?? []).map((name) => [name, false]);
      assert.deepEqual(found, Object.fromEntries([...lacks, ...has]));
    });
  });
}
