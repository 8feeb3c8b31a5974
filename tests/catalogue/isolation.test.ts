import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import { start } from "../support/child.ts";
import { definitions as hogs } from "../runtime/isolation/fixtures/hog.ts";
import { definitions as inProcesses } from "../runtime/isolation/fixtures/processes.ts";
import { definitions as threads } from "../runtime/isolation/fixtures/threads.ts";
import { definitions as inWorkers } from "../runtime/isolation/fixtures/workers.ts";
import { run, runOnce, stepsBelow, withOrchestrator } from "../runtime/isolation/support.ts";

const isDeno = process.versions.deno !== undefined;
const isLinux = process.platform === "linux";

describe("T19 an endless loop with a limit of time", () => {
  test("in a process: has timed out, and nothing computes any more when the step is over", async () => {
    const { step } = await runOnce(inProcesses, "loops");
    assert.equal(step("loops").error?.code, "STEP_TIMEOUT");
    if (isLinux) assert.deepEqual(stepsBelow(process.pid), []);
  });

  test("in a worker: has timed out; its worker is replaced, and counted as leaked where it computes on", async () => {
    const { stdout } = await start("tests/runtime/isolation/fixtures/loop_probe.ts").ended;
    const { code, replaced, leaked, after } = JSON.parse(stdout);
    assert.deepEqual([code, replaced, after], ["STEP_TIMEOUT", 1, "success"]);
    assert.equal(leaked, isDeno && isLinux ? 1 : 0);
  });
});

describe("T20 a memory hog", () => {
  test("in a process: is out of memory, and the host does not notice", async () => {
    if (!isLinux) return;
    const before = process.memoryUsage().rss;
    const { step } = await runOnce(hogs, ["hog", "modest"]);
    assert.equal(step("hog").error?.code, "MEMORY_EXCEEDED");
    assert.equal(step("modest").status, "success");
    assert.ok(process.memoryUsage().rss - before < 200e6);
  });
});

describe("T22 exits and throws", () => {
  test("of every kind fail with a message that people can read, in both tiers", async () => {
    for (const definitions of [inProcesses, inWorkers]) {
      const { step } = await runOnce(definitions, ["exits", "throws"]);
      assert.match(step("exits").error?.message ?? "", /ended/);
      assert.equal(step("throws").error?.message, "out of range");
    }
    const { step } = await runOnce(threads, "key:strange/*");
    for (const place of [0, 1, 2]) assert.notEqual(step(`strange/${place}`).error?.message ?? "", "");
  });
});

describe("T23 a promise that is rejected after all", () => {
  test("is a warning of the attempt; the worker is replaced and the host lives", async () => {
    const { stdout } = await start("tests/runtime/isolation/fixtures/reject_probe.ts").ended;
    const { status, logs, isReplaced } = JSON.parse(stdout);
    assert.deepEqual([status, logs[0]?.[0], isReplaced], ["success", "warning", true]);
  });
});

describe("T24 a result that is no data", () => {
  test("fails with the way to the bad part", async () => {
    const { step } = await runOnce(threads, "uncopied");
    assert.equal(step("uncopied").error?.code, "VALUE_INVALID");
    assert.match(step("uncopied").error?.message ?? "", /rows\[1\]\.parse/);
  });
});

describe("T27 a step that ignores its signal", () => {
  test("is killed in a process, and left behind in a worker", async () => {
    const waiting = [[inProcesses, "waits"], [inWorkers, "waits"]] as const;
    for (const [definitions, name] of waiting) {
      await withOrchestrator(definitions, { isolation: { graceMs: 100 } }, async (sluice) => {
        const controller = new AbortController();
        setTimeout(() => controller.abort("enough"), 1_000);
        const { result, step } = await run(sluice, name, { signal: controller.signal });
        assert.deepEqual([result.status, step(name).status], ["canceled", "canceled"]);
      });
    }
    if (isLinux) assert.deepEqual(stepsBelow(process.pid), []);
  });
});

describe("docs/isolation.md", () => {
  const page = readFileSync(new URL("../../docs/isolation.md", import.meta.url), "utf8");

  test("names the defaults that the code has", async () => {
    const { GRACE_MS } = await import("../../src/runtime/isolation/settings.ts");
    assert.ok(page.includes(`\`graceMs\` (${GRACE_MS / 1_000} s)`));
  });

  test("names every code that isolation adds", () => {
    for (const code of ["STEP_CRASHED", "STEP_LOST", "MEMORY_EXCEEDED", "DEFINITION_CHANGED"]) {
      assert.ok(page.includes(code), code);
    }
  });
});
