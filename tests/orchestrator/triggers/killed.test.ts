/** T03: a process that is killed between the start of a run and the record of its tick, or after both. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createOrchestrator, tickRunId } from "sluice";
import { start } from "../../support/child.ts";
import { inFolder } from "../../support/folder.ts";
import { ID, ringingOf } from "../fixtures/ringing.ts";

const SCRIPT = "tests/orchestrator/fixtures/ringing.ts";

/** What a history holds of the trigger, in the end. */
async function requireOne(folder: string): Promise<void> {
  await using sluice = createOrchestrator(ringingOf(folder), { folder });
  const runs = await sluice.runs();
  assert.deepEqual(runs.map(({ id, status }) => [id, status]), [[tickRunId(ID, "one"), "success"]]);
  assert.deepEqual((await sluice.ticks()).map(({ key }) => key), ["one"]);
  const marks = readFileSync(join(folder, "marks.txt"), "utf8").trim().split("\n");
  assert.deepEqual(new Set(marks), new Set(["first", "second"]));
}

describe("a tick whose process is killed", () => {
  for (const die of ["created", "recorded"]) {
    test(`once it was ${die} is made up for by the next, and by no run more`, () =>
      inFolder(async (folder) => {
        writeFileSync(join(folder, "go"), "");
        const first = await start(SCRIPT, [folder, die]).ended;
        assert.notEqual(first.code, 0);
        const second = await start(SCRIPT, [folder, "never"]).ended;
        assert.deepEqual([second.code, second.stderr], [0, ""]);
        await requireOne(folder);
      }));
  }

  test("is taken up by a process that has followed it", () =>
    inFolder(async (folder) => {
      const leader = start(SCRIPT, [folder, "created", "shared"]);
      await until(() => leader.output() === "leads\n");
      const follower = start(SCRIPT, [folder, "never", "shared"]);
      await until(() => follower.output() === "started\n");
      writeFileSync(join(folder, "go"), "");
      assert.notEqual((await leader.ended).code, 0);
      const { code, stdout, stderr } = await follower.ended;
      assert.deepEqual([code, stdout, stderr], [0, "started\nleads\n", ""]);
      await requireOne(folder);
    }));
});

async function until(look: () => boolean): Promise<void> {
  while (!look()) await new Promise((resolve) => setTimeout(resolve, 5));
}
