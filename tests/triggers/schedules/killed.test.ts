/** T13: the process that leads is killed, again and again: no instant of a schedule is lost, and none runs twice. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createOrchestrator } from "sluice";
import { type Child, start } from "../../support/child.ts";
import { inFolder } from "../../support/folder.ts";
import { beatingOf } from "./fixtures/beating.ts";

const SCRIPT = "tests/triggers/schedules/fixtures/beating.ts";

describe("processes that share schedules", () => {
  test("T13 lose no tick and double none when the one that leads is killed", () =>
    inFolder(async (folder) => {
      const open: Child[] = [];
      const join = async () => {
        const child = start(SCRIPT, [folder]);
        open.push(child);
        while (child.output() !== "started\n") await sleep(5);
      };
      await join();
      await join();
      for (let kill = 0; kill < 3; kill++) {
        await sleep(1_700 + kill * 300);
        const leader = open.shift() as Child;
        leader.kill("SIGKILL");
        await leader.ended;
        await join();
      }
      await sleep(1_500);
      for (const child of open) child.kill("SIGTERM");
      await Promise.all(open.map(({ ended }) => ended));
      await using sluice = createOrchestrator(beatingOf(), { folder });
      await sluice.recover();
      const ticks = (await sluice.ticks({ limit: 1_000 })).toReversed();
      const dues = ticks.map(({ dueMs = NaN }) => dueMs / 1_000);
      const seconds = Array.from({ length: dues.length }, (_, n) => dues[0] + n);
      assert.deepEqual(dues, seconds);
      assert.ok(dues.length >= 6);
      assert.ok(ticks.every(({ status }) => status === "requested"));
      const runs = await sluice.runs({ limit: 1_000 });
      const asked = new Set(ticks.flatMap(({ runs }) => runs));
      assert.equal(asked.size, ticks.length);
      // A run whose tick was not recorded any more is one of the next instant: nobody has closed in between.
      assert.ok(runs.length - asked.size <= 1);
      assert.deepEqual(new Set(runs.map(({ status }) => status)), new Set(["success"]));
    }));
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
