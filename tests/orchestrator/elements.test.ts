/** Elements of steps over crashes, in a history on disk. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createOrchestrator } from "sluice";
import { start } from "../support/child.ts";
import { inFolder } from "../support/folder.ts";
import { fanOut } from "./fixtures/fan_out.ts";

describe("recover", () => {
  test("makes no element again that a killed process has recorded", async () => {
    await inFolder(async (folder) => {
      const child = start("tests/orchestrator/fixtures/elements.ts", [folder]);
      while (!child.output().includes("made 7/")) await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill("SIGKILL");
      await child.ended;

      const made: string[] = [];
      await using sluice = createOrchestrator(fanOut((path) => void made.push(path), 0), { folder });
      const [lost] = await sluice.runs();
      const before = (await sluice.elements(lost.id, { status: ["success"] })).map(({ path }) => path);
      assert.ok(before.length >= 10, String(before));
      const [result] = await sluice.recover();
      assert.deepEqual([result.id, result.status], [lost.id, "success"]);
      assert.deepEqual(await sluice.load("pages"), Array.from({ length: 20 }, (_, n) => n * 6));
      const parts = Array.from({ length: 20 }, (_, n) => [`${n}/0`, `${n}/1`, `${n}/2`]).flat();
      assert.deepEqual([...made, ...before.filter((path) => path.includes("/"))].sort(), parts.sort());
    });
  });

  test("goes on with the elements of a run that was closed", async () => {
    await inFolder(async (folder) => {
      const made: string[] = [];
      const tell = (path: string) => void made.push(path);
      const first = createOrchestrator(fanOut(tell, 5), { folder });
      const running = first.materialize("*");
      while (!made.includes("4/0")) await new Promise((resolve) => setTimeout(resolve, 2));
      await first.close({ graceMs: 0 });
      assert.equal((await running).status, "interrupted");

      await using second = createOrchestrator(fanOut(tell, 0), { folder });
      const [result] = await second.recover();
      assert.equal(result.status, "success");
      assert.deepEqual(await second.load("pages"), Array.from({ length: 20 }, (_, n) => n * 6));
      assert.equal(new Set(made).size, 60);
      // Those that were told to stop and ended all the same are recorded, so that none is made twice.
      assert.equal(made.length, 60);
    });
  });
});
