/**
 * Sessions with the real Dagster: its own subprocess client, context injectors and message readers on one side, and a
 * program on each runtime on the other. What is compared is Dagster's event log.
 */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { askDagster, findDagster } from "./dagster.ts";
import { type Answer, askClient, childCommand, type ChildRuntime, findRuntimes } from "./pipes/ask.ts";
import { channels, contexts, failures, handovers, loads, type Scenario } from "./pipes/scenarios.ts";

const python = findDagster("Dagster Pipes");
const hasS3 = python !== undefined &&
  spawnSync(python, ["-c", "import moto.server, dagster_aws"]).status === 0;
if (python && !hasS3) console.log("Pipes with S3: skipped, since the Python has no moto and dagster-aws");

const groups: Readonly<Record<string, readonly Scenario[]>> = {
  channels,
  handovers,
  contexts,
  failures,
  loads,
};

function needsS3({ given }: Scenario): boolean {
  return given.context === "s3" || given.messages === "s3";
}

/** Everything is asked at once, since the real client takes long to start. */
async function askAll(python: string, runtime: ChildRuntime): Promise<ReadonlyMap<Scenario, Answer>> {
  const scenarios = Object.values(groups).flat().filter((scenario) => hasS3 || !needsS3(scenario));
  const env = { RUNTIME_ARGS: JSON.stringify(runtime.command.slice(1)) };
  const answers = await askClient(
    python,
    scenarios.map(({ step, given }) => ({ ...given, env, command: childCommand(runtime, step) })),
  );
  return new Map(scenarios.map((scenario, index) => [scenario, answers[index]]));
}

const runtimes = python ? findRuntimes() : [];
// Side by side: each waits for programs to start most of its time.
const answersOf = await Promise.all(runtimes.map((runtime) => askAll(python as string, runtime)));
for (const [index, runtime] of runtimes.entries()) {
  const answers = answersOf[index];
  describe(`Dagster Pipes on ${runtime.name}`, () => {
    for (const [group, scenarios] of Object.entries(groups)) {
      describe(group, () => {
        for (const scenario of scenarios) {
          const answer = answers.get(scenario);
          if (answer) test(scenario.name, () => scenario.verify(answer));
        }
      });
    }

    test("the example", () => {
      const question = { runtime: runtime.command, day: "2026-01-05" };
      const answer = askDagster(python as string, new URL("pipes/example.py", import.meta.url), question);
      assert.deepEqual(answer, {
        success: true,
        partition: "2026-01-05",
        version: "2026-01-05-4",
        rows: 4,
        total: "80.0",
        records: [5, 15, 25, 35].map((amount, index) => ({ id: index + 1, day: "2026-01-05", amount })),
        check: ["has_orders", true],
      });
    });
  });
}
