import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import process from "node:process";
import { override, SluiceError } from "sluice";
import type { Definitions, OrchestratorOptions, RunResult } from "sluice";
import { createOrchestrator, defineAsset, definitions as define } from "sluice";
import { filesIO } from "../../../src/io/files.ts";
import { formatStepOutcome } from "../../../src/model/step/outcome.ts";
import { readEnd } from "../../../src/runtime/isolation/process/ending.ts";
import { start } from "../../support/child.ts";
import { definitions as hogs } from "./fixtures/hog.ts";
import { db, definitions as moody } from "./fixtures/moody.ts";
import { definitions as apart } from "./fixtures/processes.ts";
import { isAlive, run, runOnce, stepsBelow, within, withOrchestrator } from "./support.ts";

const isLinux = process.platform === "linux";
const options: OrchestratorOptions = {};
const SUM = { asset: "sum", partition: undefined };

describe("a process that ends", () => {
  test("before its body fails the attempt with a typed error", async () => {
    const { step } = await runOnce(apart, ["exits", "killed", "stray"]);
    assert.match(step("exits").error?.message ?? "", /the process ended before the step was over/);
    const { error } = step("killed");
    assert.equal(error?.code, "STEP_CRASHED");
    assert.match(error?.message ?? "", /ended by SIGKILL; its last words: these are my last words/);
    assert.match(step("stray").error?.message ?? "", /thrown where nobody catches it/);
  });
});

describe("a process that is stopped", () => {
  test("is killed when its body heeds nothing, and leaves the processor idle", async () => {
    const { step } = await runOnce(apart, "loops");
    assert.deepEqual([step("loops").status, step("loops").error?.code], ["failed", "STEP_TIMEOUT"]);
    // The step is not over before its process is gone.
    if (isLinux) assert.deepEqual(stepsBelow(process.pid), []);
  });

  test("lets a body that heeds its signal end by itself", async () => {
    const { step, logs } = await runOnce(apart, "heeds");
    assert.equal(step("heeds").error?.code, "STEP_TIMEOUT");
    assert.deepEqual(logs.map(({ message }) => message), ["heard"]);
  });

  test("ends when the run is canceled", async () => {
    await withOrchestrator(apart, options, async (sluice) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort("enough"), 300);
      const { result, step } = await run(sluice, "waits", { signal: controller.signal });
      assert.deepEqual([result.status, step("waits").reason], ["canceled", "enough"]);
    });
  });

  test("takes what it has started with it", async () => {
    const { result, logs } = await runOnce(apart, "parent");
    assert.equal(result.status, "success");
    const pid = Number(logs[0].fields?.pid);
    assert.ok(!isLinux || await within(10_000, () => !isAlive(pid)), `${pid} lives on`);
  });

  test("does not outlive the orchestrator, whatever its body does", async () => {
    if (!isLinux) return;
    const host = start("tests/runtime/isolation/fixtures/dead_parent.ts");
    let steps: readonly number[] = [];
    assert.ok(await within(10_000, () => (steps = stepsBelow(host.pid)).length > 0));
    // Time to come to the loop.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.ok(isAlive(steps[0]));
    host.kill("SIGKILL");
    assert.ok(await within(10_000, () => !isAlive(steps[0])), `${steps[0]} lives on`);
  });

  test("is interrupted when the orchestrator is closed", async () => {
    const run = await withOrchestrator(apart, options, async (sluice) => {
      const running: Promise<RunResult> = sluice.materialize("waits");
      await new Promise((resolve) => setTimeout(resolve, 300));
      await sluice.close({ graceMs: 0 });
      return await running;
    });
    assert.equal(run.status, "interrupted");
  });
});

describe("a cap on memory", () => {
  test("ends what exceeds it, and what that has started, and nobody else", async () => {
    const { step } = await runOnce(hogs, "*");
    assert.equal(step("modest").status, "success");
    for (const name of isLinux ? ["hog", "offspring"] : []) {
      const { error } = step(name);
      assert.equal(error?.code, "MEMORY_EXCEEDED");
      assert.match(error?.message ?? "", /300 MB is its cap/);
    }
    assert.ok(process.memoryUsage().rss < 1.5e9);
  });
});

describe("code that is found in a process", () => {
  const refused = async (name: string, given: OrchestratorOptions = {}) =>
    (await runOnce(moody, name, { io: [filesIO({ name: "attic", folder: "attic" })], ...given })).step(name);

  test("must be the same", async () => {
    assert.equal((await refused("honest")).status, "success");
    const { error, attempts } = await refused("changed");
    assert.deepEqual([error?.code, attempts], ["DEFINITION_CHANGED", 1]);
    assert.match(error?.message ?? "", /changed is another declaration in this process: body differs/);
    const gone = await refused("gone");
    assert.deepEqual([gone.error?.code, gone.attempts], ["REQUEST_INVALID", 1]);
    assert.match(gone.error?.message ?? "", /There is no step "gone"/);
  });

  test("does not see what replaces a resource here", async () => {
    assert.equal((await refused("using")).status, "success");
    const { error } = await refused("using", { resources: [override(db, "fake")] });
    assert.equal(error?.code, "DEFINITION_CHANGED");
    assert.match(error?.message ?? "", /replaced resources differs[^]*Export what override\(\) gives/);
  });

  test("must reach the IO managers that this process has", async () => {
    const { error } = await refused("elsewhere");
    assert.match(error?.message ?? "", /names the IO manager "attic", which the orchestrator does not have/);
  });
});

describe("createOrchestrator", () => {
  const refusal = (definitions: Definitions, given: OrchestratorOptions = {}): SluiceError => {
    try {
      createOrchestrator(definitions, given);
    } catch (error) {
      assert.ok(error instanceof SluiceError);
      return error;
    }
    throw new Error("nothing was refused");
  };
  const lone = defineAsset({ key: "lone", isolation: "process", run: () => 1 });

  test("refuses bodies apart whose module nobody has named", () => {
    const { issues: [issue] } = refusal(define({ assets: [lone] }));
    assert.equal(issue.code, "DEFINITION_INVALID");
    assert.match(issue.message, /lone runs in a process, and nobody has said which module/);
    assert.match(issue.hint ?? "", /import\.meta\.url/);
    createOrchestrator(define({ assets: [lone] }), { isolation: { module: import.meta.url } });
  });

  test("refuses values in memory that cross between processes", () => {
    const source = defineAsset({ key: "source", io: "memory", run: () => 1 });
    const middle = defineAsset({
      key: "middle",
      io: "memory",
      isolation: "process",
      deps: { source },
      run: ({ inputs }) => inputs.source,
    });
    const last = defineAsset({ key: "last", deps: { middle }, run: ({ inputs }) => inputs.middle });
    const { issues } = refusal(define({ module: import.meta.url, assets: [source, middle, last] }));
    assert.deepEqual(issues.map(({ path }) => path), [["assets", "source", "io"], [
      "assets",
      "middle",
      "io",
    ]]);
    assert.match(
      issues[0].message,
      /it reads source, which the IO manager "memory" keeps in the memory of this/,
    );
    assert.match(issues[1].message, /"memory" would keep its value of middle in the memory of that/);
  });

  test("refuses settings of another shape", () => {
    const given = (isolation: object) => refusal(apart, { isolation }).message;
    assert.match(given({ workers: 0 }), /isolation\.workers must be a whole number from 1/);
    assert.match(given({ graceMs: -1 }), /graceMs/);
    assert.match(given({ command: "sluice" }), /command/);
  });
});

describe("the fence of a process", () => {
  test("is that of the owner of the history, and lies beside what the process has kept", async () => {
    await withOrchestrator(apart, { store: {} }, async (sluice, folder) => {
      await run(sluice, ["source", "sum"]);
      const receipt = await filesIO({ folder: `${folder}/values` }).receipt(SUM);
      assert.ok(receipt?.fence && receipt.fence.number > 0 && receipt.fence.history.length > 0);
      await filesIO({ folder: `${folder}/values` }).store(SUM, 7, {
        ...receipt,
        fence: { ...receipt.fence, number: receipt.fence.number + 1 },
      });
      // Another process has taken over meanwhile, and made the value: this one is late, and leaves it.
      const late = await run(sluice, "sum");
      assert.equal(late.step("sum").error?.code, "STEP_LOST");
      assert.equal(await sluice.load("sum"), 7);
    });
  });

  test("tells the outcome of another attempt apart", () => {
    const [declaration] = apart.steps;
    const request = { version: 1, runId: "r", step: "sum", attempt: 2, fence: 5 } as const;
    const said = { ...request, status: "success", outputs: [], checks: [], durationMs: 1 } as const;
    const end = { code: 0, signal: undefined, lastWords: "" };
    assert.equal(
      readEnd(declaration, request, end, formatStepOutcome(said), undefined).status,
      "success",
    );
    for (const other of [{ fence: 4 }, { attempt: 1 }, { runId: "s" }]) {
      const line = formatStepOutcome({ ...said, ...other });
      assert.throws(() => readEnd(declaration, request, end, line, undefined), { code: "STEP_CRASHED" });
    }
  });
});
