/** Steps in containers and pods, as far as they go without Docker and Kubernetes: what these would be asked for is run. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { takeSnapshot } from "sluice";
import { exportAirflow } from "../../../adapters/airflow/export.ts";
import { commandLine } from "../../cli/support/step.ts";
import { inFolder } from "../../support/folder.ts";
import { askPython, compiled, findPython } from "../python.ts";
import definitions from "./graphs/contained.ts";
import { writeDags } from "./engine.ts";

const python = findPython("SLUICE_AIRFLOW_PYTHON", "airflow: containers and pods");
const module = fileURLToPath(new URL("./graphs/contained.ts", import.meta.url));

interface Answer {
  readonly absent?: string;
  readonly errors: { readonly [file: string]: string };
  readonly images: readonly string[];
  readonly memory: { readonly [step: string]: string };
  readonly results: { readonly [step: string]: TaskAnswer };
}

interface TaskAnswer {
  readonly result: { readonly raised?: string; readonly outputs?: readonly unknown[] };
  readonly events: { readonly [asset: string]: readonly string[] };
}

const check = python === undefined ? test.skip : test;

for (const runner of ["docker", "kubernetes"] as const) {
  describe(`a step in ${runner}`, () => {
    check(
      "is asked for in words, and ends the task as it ends",
      () =>
        inFolder((folder) => {
          const exported = { name: "c", module, command: commandLine, ticksFromMs: Date.UTC(2026, 0, 1) };
          const target = { runner, image: "steps:1", env: { SLUICE_IO: join(folder, "io") } };
          writeDags(exportAirflow(takeSnapshot(definitions), { ...exported, target }), folder);
          const question = {
            dags: join(folder, "dags"),
            home: join(folder, "home"),
            runner,
            dag: "c.all",
            key: "eu",
            dynamicKeys: { customers: ["ann", "$(HOME) $$"] },
          };
          const answer = askPython<Answer>(
            python as string,
            new URL("./containers.py", import.meta.url),
            question,
            {
              ...compiled,
              SLUICE_IO: join(folder, "io"),
            },
          );
          if (answer.absent !== undefined) {
            return console.log(
              `airflow: steps in ${runner} are skipped, since ${answer.absent} is not installed`,
            );
          }
          assert.deepEqual(answer.errors, {});
          assert.deepEqual(answer.images, ["steps:1"]);
          assert.deepEqual(answer.memory, { made: runner === "docker" ? "256m" : "256Mi" });
          const { made, everyone, skipped, broken, wrong } = answer.results;
          assert.deepEqual(made.events, { made: ["eu"] });
          assert.equal(made.result.outputs?.length, 1);
          const keys = JSON.parse(readFileSync(join(folder, "io/everyone.json"), "utf8"));
          assert.deepEqual([keys, everyone.events], [["ann", "$(HOME) $$"], { everyone: [] }]);
          assert.equal(skipped.result.raised, "AirflowSkipException");
          assert.equal(broken.result.raised, "StepFailed");
          assert.equal(wrong.result.raised, "AirflowFailException");
        }),
    );
  });
}
