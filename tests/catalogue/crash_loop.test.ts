/** T06: a run that ends its process each time it is gone on with is given up after a while, and kept for a person. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createOrchestrator } from "sluice";
import { start } from "../support/child.ts";
import { inFolder } from "../support/folder.ts";
import { loopOf } from "./fixtures/crash_loop.ts";

const SCRIPT = "tests/catalogue/fixtures/crash_loop.ts";

describe("T06 a run that ends its process at the same step", () => {
  test("is parked after three recoveries, which says where, and goes on when somebody takes it up", async () => {
    await inFolder(async (folder) => {
      const codes: (number | undefined)[] = [];
      for (let times = 0; times < 5; times++) codes.push((await start(SCRIPT, [folder]).ended).code);
      assert.ok(codes.slice(0, 4).every((code) => code !== 0), String(codes));
      assert.equal(codes[4], 0, "the fifth found nothing to do that it could die of");
      assert.equal(readFileSync(join(folder, "tries"), "utf8"), "xxxx");
      await using sluice = createOrchestrator(loopOf(folder, true), { folder });
      const [{ id, status, error, recoveries }] = await sluice.runs();
      assert.deepEqual([status, error?.code, recoveries], ["parked", "RUN_PARKED", 3]);
      assert.equal(
        error?.message,
        "3 recoveries in a row brought no step to its end. Under way when its process died: killer (4 of 4 times).",
      );
      assert.deepEqual(await sluice.recover(), []);
      assert.equal((await sluice.run(id))?.status, "parked");
      const [result] = await sluice.recover({ parked: true });
      assert.deepEqual([result.id, result.status], [id, "success"]);
      assert.equal(await sluice.load("behind"), 3);
      const { error: left, recoveries: now } = result.record;
      assert.deepEqual([left, now], [undefined, 0]);
    });
  });
});
