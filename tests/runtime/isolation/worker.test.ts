import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import process from "node:process";
import { start } from "../../support/child.ts";
import { definitions as threads } from "./fixtures/threads.ts";
import { definitions as inWorkers } from "./fixtures/workers.ts";
import { run, runOnce, within, withOrchestrator } from "./support.ts";

const isDeno = process.versions.deno !== undefined;
const isLinux = process.platform === "linux";

describe("a worker that is gone", () => {
  test("fails what it had begun with a typed error, and is replaced", async () => {
    await withOrchestrator(threads, { isolation: { workers: 1 } }, async (sluice) => {
      const exits = (await run(sluice, "exits")).step("exits");
      assert.equal(exits.error?.code, "STEP_CRASHED");
      assert.match(exits.error?.message ?? "", /The worker of exits is gone: it ended with exit code 7/);
      const stray = (await run(sluice, "throws-later")).step("throws-later");
      assert.equal(stray.error?.code, "STEP_CRASHED");
      assert.match(stray.error?.message ?? "", /thrown where nobody catches it/);
      assert.equal((await run(sluice, "quick")).result.status, "success");
      assert.equal(sluice.workers().replaced, 2);
    });
  });
});

describe("a promise that is rejected and that nobody catches", () => {
  test("is told as a warning, and the worker is replaced when it has nothing to do", async () => {
    // As a process of its own: where Bun runs tests, such promises end a worker whatever listens for them.
    const { stdout, stderr } = await start("tests/runtime/isolation/fixtures/reject_probe.ts").ended;
    assert.deepEqual(JSON.parse(stdout || stderr), {
      status: "success",
      logs: [["warning", "A promise was rejected and nobody caught it: Error: stray"]],
      isReplaced: true,
    });
  });
});

describe("a worker that is told to stop", () => {
  test("hears it while a body waits", async () => {
    const { step } = await runOnce(threads, "heeds");
    assert.equal(step("heeds").error?.code, "STEP_TIMEOUT");
  });

  test("is left to itself when the body does not heed it, and what that says later is not heard", async () => {
    await withOrchestrator(threads, { isolation: { workers: 1, graceMs: 100 } }, async (sluice) => {
      await run(sluice, "quick");
      const { step, result } = await run(sluice, "ignores");
      assert.equal(step("ignores").error?.code, "STEP_TIMEOUT");
      assert.ok(await within(10_000, () => sluice.workers().replaced === 1));
      assert.equal((await run(sluice, "quick")).result.status, "success");
      await new Promise((resolve) => setTimeout(resolve, 1_600));
      assert.deepEqual(await sluice.logs(result.id), []);
    });
  });

  test("lets nobody wait for it when a run is canceled", async () => {
    await withOrchestrator(inWorkers, { isolation: { graceMs: 100 } }, async (sluice) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort("enough"), 500);
      const { result } = await run(sluice, "waits", { signal: controller.signal });
      assert.equal(result.status, "canceled");
    });
  });

  test("is ended when its body never returns: by Bun altogether, by Deno but for the thread", async () => {
    const { stdout, stderr } = await start("tests/runtime/isolation/fixtures/loop_probe.ts").ended;
    assert.deepEqual(
      JSON.parse(stdout || stderr),
      {
        status: "failed",
        code: "STEP_TIMEOUT",
        replaced: 1,
        leaked: isDeno && isLinux ? 1 : 0,
        after: "success",
      },
    );
  });
});

describe("what crosses between threads", () => {
  test("must be data: the first part that is none is named", async () => {
    const { step } = await runOnce(threads, ["uncopied", "uses", "tools"]);
    const { error } = step("uncopied");
    assert.equal(error?.code, "VALUE_INVALID");
    assert.match(
      error?.message ?? "",
      /The value of uncopied cannot be copied [^]*: the value\.rows\[1\]\.parse is the function parse\./,
    );
    assert.match(
      step("uses").error?.message ?? "",
      /The input of uses [^]*: the value\.inputs\.tools\.parse is/,
    );
  });

  test("may refer to itself", async () => {
    await withOrchestrator(threads, {}, async (sluice) => {
      await run(sluice, "cyclic");
      const made = await sluice.load("cyclic") as { readonly self: unknown };
      assert.equal(made.self, made);
    });
  });

  test("may be thrown, whatever it is", async () => {
    const { step } = await runOnce(threads, "key:strange/*");
    const said = [0, 1, 2].map((place) => step(`strange/${place}`).error?.message);
    assert.deepEqual(said, ["undefined was thrown", "text", 'an object was thrown: {"code":1}']);
  });
});

describe("code that is found in a worker", () => {
  test("must be the same, and there", async () => {
    const { step } = await runOnce(threads, ["changed", "gone"]);
    assert.deepEqual([step("changed").error?.code, step("changed").attempts], ["DEFINITION_CHANGED", 1]);
    assert.match(
      step("changed").error?.message ?? "",
      /changed is another declaration in the worker: body differs/,
    );
    assert.equal(step("gone").error?.code, "DEFINITION_CHANGED");
    assert.match(step("gone").error?.message ?? "", /gone is not among the definitions that .* exports/);
  });

  test("is not there when its module cannot be loaded", async () => {
    const module = new URL("./fixtures/absent.ts", import.meta.url).href;
    const { step } = await runOnce(threads, "quick", { isolation: { module } });
    assert.equal(step("quick").error?.code, "MODULE_INVALID");
    assert.match(step("quick").error?.message ?? "", /absent\.ts failed while it was loaded in the worker/);
  });
});

describe("resources in a worker", () => {
  test("are closed with the run, which fails when that fails", async () => {
    await withOrchestrator(threads, {}, async (sluice) => {
      const { result, step } = await run(sluice, "enters");
      assert.equal(step("enters").status, "success");
      assert.equal(result.status, "failed");
      assert.match(result.record.error?.message ?? "", /the gate is stuck/);
    });
  });
});

describe("a secret that is revealed in a worker", () => {
  test("is hidden in what is recorded", async () => {
    process.env.SLUICE_TEST_TOKEN = "correct horse battery";
    const { step, logs } = await runOnce(threads, "tells");
    assert.equal(step("tells").status, "success");
    assert.deepEqual(logs.map(({ message }) => message), ["the token is ***"]);
  });
});

describe("a worker that has served its time", () => {
  test("is replaced", async () => {
    await withOrchestrator(threads, { isolation: { workers: 1, tasksPerWorker: 2 } }, async (sluice) => {
      for (let nth = 0; nth < 5; nth++) assert.equal((await run(sluice, "quick")).result.status, "success");
      assert.equal(sluice.workers().replaced, 2);
    });
  });
});
