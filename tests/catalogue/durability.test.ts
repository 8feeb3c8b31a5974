/** T01 and T02 of the catalogue: a process that is killed in the middle of a graph, and what the next one makes of it. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createOrchestrator, type Orchestrator } from "sluice";
import { start } from "../support/child.ts";
import { inFolder } from "../support/folder.ts";
import { chainOf, type Moment } from "./fixtures/chain.ts";

const KEYS = Array.from({ length: 10 }, (_, index) => `s${index}`);

async function valuesOf(sluice: Orchestrator): Promise<readonly unknown[]> {
  return await Promise.all(KEYS.map((key) => sluice.load(key)));
}

/** How often each step was made. */
function madeIn(folder: string): readonly number[] {
  const lines = readFileSync(join(folder, "made"), "utf8").trimEnd().split("\n");
  return KEYS.map((_, index) => lines.filter((line) => line === String(index)).length);
}

/** Lets a process die at a step; the next one finds what it left and finishes it. */
async function dieAndRecover(folder: string, dieAt: number, moment: Moment): Promise<void> {
  const child = await start("tests/catalogue/fixtures/chain.ts", [folder, String(dieAt), moment]).ended;
  assert.notEqual(child.code, 0, child.stderr);
  assert.ok(existsSync(join(folder, "died")));
  await using sluice = createOrchestrator(chainOf(folder, -1, "never"), { folder });
  const [left] = await sluice.runs();
  assert.equal(left.status, "interrupted");
  const before = await sluice.steps(left.id);
  const recorded = before.filter(({ status }) => status === "success").length;
  assert.ok(recorded <= dieAt && recorded >= dieAt / 2, `${recorded} are recorded`);
  const results = await sluice.recover();
  assert.deepEqual(results.map(({ id, status }) => [id, status]), [[left.id, "success"]]);
  const after = await sluice.steps(left.id);
  for (const step of before) if (step.status === "success") assert.deepEqual(after[step.step], step);
  assert.ok(
    after.every(({ step, attempts }) =>
      attempts === 1 || attempts === 2 && step >= recorded && step <= dieAt
    ),
  );
  // What was made and not recorded is made again, and nothing else.
  const again = (index: number) => index >= recorded && index <= dieAt;
  assert.deepEqual(madeIn(folder), KEYS.map((_, index) => again(index) ? 2 : 1));
  for (const key of KEYS) assert.equal((await sluice.materializations(key)).length, 1, key);
  assert.deepEqual(await valuesOf(sluice), [1, 2, 3, 5, 8, 12, 18, 27, 40, 59]);
  assert.deepEqual(await sluice.recover(), []);
}

describe("a process that is killed", () => {
  for (const dieAt of [0, 4, 9]) {
    test(`T01 in step ${dieAt} of ten: what was done is not done again, and the results are the same`, () =>
      inFolder((folder) => dieAndRecover(folder, dieAt, "during")));

    test(`T02 between the end of step ${dieAt} and its commit: that step runs again, once`, () =>
      inFolder((folder) => dieAndRecover(folder, dieAt, "after")));
  }
});
