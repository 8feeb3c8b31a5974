/** The demo as a stranger runs it: to its end, in many runs, and killed in the middle. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createOrchestrator } from "sluice";
import weather from "../../examples/weather/definitions.ts";
import { type Child, start } from "../support/child.ts";
import { inFolder } from "../support/folder.ts";
import { hashTree } from "../support/tree.ts";

const DEMO = "examples/weather/demo.ts";

/** Values without receipts, which name runs and times. */
function valuesOf(folder: string): ReadonlyMap<string, string> {
  return hashTree(`${folder}/values`, /receipt/);
}

/** Paths whose bytes are not the same on both sides. */
function differences(
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): readonly string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((path) => one.get(path) !== other.get(path));
}

/** Waits until a process has printed a text, and fails when it ends before. */
async function printed(child: Child, text: string): Promise<void> {
  let hasEnded = false;
  child.ended.then(() => hasEnded = true, () => hasEnded = true);
  while (!child.output().includes(text)) {
    assert.ok(!hasEnded, `it ended without printing ${text}: ${child.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("the demo", () => {
  test("tells its story, and in one run and in fifty makes the same bytes", async () => {
    await inFolder(async (one) => {
      await inFolder(async (many) => {
        const whole = await start(DEMO, ["--folder", one]).ended;
        assert.equal(whole.code, 0, whole.stderr);
        assert.match(
          whole.stdout,
          /weather\/raw +1461 partitions, 2012-01-01 to 2015-12-31 +never materialized/,
        );
        assert.match(whole.stdout, /# Seattle weather in 2015/);
        assert.match(
          whole.stdout,
          /weather\/raw +partition 2014-07-20 +upstream station\/records updated/,
        );
        assert.match(whole.stdout, /success: 10 steps in \d+ runs/);
        for (const target of ["dagster", "airflow", "prefect"]) {
          assert.match(whole.stdout, new RegExp(`${target} +\\d+ files; `));
          assert.ok(existsSync(join(one, "exports", target, "README.md")), target);
        }
        const cut = await start(DEMO, ["--folder", many, "--runs", "50"]).ended;
        assert.equal(cut.code, 0, cut.stderr);
        const values = valuesOf(one);
        assert.equal(values.size, 1461 * 2 + 48 + 20 + 8);
        assert.deepEqual(differences(valuesOf(many), values), []);
        await using sluice = createOrchestrator(weather, { folder: one });
        assert.equal((await sluice.planBackfill({ scope: "missing" })).cellCount, 0);
      });
    });
  });

  test("killed in the middle, it finishes only what was not recorded, and makes the same bytes", async () => {
    await inFolder(async (undisturbed) => {
      await inFolder(async (killed) => {
        await start(DEMO, ["--folder", undisturbed]).ended;
        const first = start(DEMO, ["--folder", killed]);
        await printed(first, "steps\n");
        first.kill("SIGKILL");
        await first.ended;
        const second = await start(DEMO, ["--folder", killed]).ended;
        assert.equal(second.code, 0, second.stderr);
        const [, done, total] = /was interrupted after (\d+) of (\d+) steps/.exec(second.stdout) ?? [];
        assert.ok(Number(done) > 0 && Number(done) < Number(total), second.stdout);
        assert.deepEqual(differences(valuesOf(killed), valuesOf(undisturbed)), []);
        await using sluice = createOrchestrator(weather, { folder: killed });
        const runs = await sluice.runs();
        assert.ok(
          runs.every((run) => run.status === "success"),
          JSON.stringify(runs.map((run) => run.status)),
        );
        const twice = (await Promise.all(runs.map((run) => sluice.steps(run.id)))).flat()
          .filter((step) => step.name === "weather/raw").map((step) => step.partitionKeys[0]);
        assert.equal(twice.length, new Set(twice).size + 1, "only the changed day is made a second time");
      });
    });
  });
});
