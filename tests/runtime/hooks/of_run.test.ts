/** Hooks of jobs for runs that are executed elsewhere. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  defineAsset,
  defineJob,
  definitions,
  formatRunHookRequest,
  parseRunHookRequest,
  type RunHookRequest,
  type RunHooks,
  SluiceError,
} from "sluice";
import { virtualClock } from "sluice/testing";
import { callRunHook } from "../../../src/runtime/hooks/of_run.ts";

/** Calls a hook of the job `j`, as a request that has gone over the wire asks for it. */
function call(hooks: RunHooks | undefined, request: Partial<RunHookRequest>) {
  const jobs = [defineJob({ name: "j", selection: "*", ...(hooks && { hooks }) })];
  const all = definitions({ assets: [defineAsset({ key: "a", run: () => 1 })], jobs });
  const whole = { version: 1, hook: "onRunStart", runId: "r", job: "j", ...request } as RunHookRequest;
  return callRunHook(all, parseRunHookRequest(formatRunHookRequest(whole)), virtualClock(5));
}

const end = {
  hook: "onRunEnd",
  status: "failed",
  steps: { total: 3, success: 1, failed: 1, undone: 1 },
  tags: { by: "me" },
  error: { name: "E", message: "m", causes: [{ name: "C", message: "c" }] },
} as const;

describe("a hook of a job that another orchestrator asks for", () => {
  test("is told what hooks are told here", async () => {
    const heard: unknown[] = [];
    const hooks: RunHooks = {
      onRunStart: (fact) => void heard.push(fact),
      onRunEnd: (fact) => void heard.push(fact),
    };
    assert.deepEqual(await call(hooks, {}), { isCalled: true });
    assert.deepEqual(await call(hooks, end), { isCalled: true });
    assert.deepEqual(heard, [
      { runId: "r", job: "j", tags: {}, atMs: 5, isResumed: false },
      {
        runId: "r",
        job: "j",
        tags: { by: "me" },
        atMs: 5,
        status: "failed",
        steps: { total: 3, success: 1, failed: 1, skipped: 0, upstreamFailed: 0, canceled: 0, undone: 1 },
        error: { name: "E", message: "m", cause: { name: "C", message: "c" } },
      },
    ]);
    assert.ok(Object.isFrozen(heard[1]));
  });

  test("may be missing, and may fail, which its job hears of", async () => {
    const heard: string[] = [];
    const hooks: RunHooks = {
      onRunEnd: () => {
        throw new Error("no mail");
      },
      onHookError: ({ message }) => void heard.push(message),
    };
    assert.deepEqual(await call(undefined, {}), { isCalled: false });
    assert.deepEqual(await call(hooks, {}), { isCalled: false });
    const { isCalled, error } = await call(hooks, end);
    assert.deepEqual([isCalled, error?.message, heard], [true, "no mail", ["no mail"]]);
  });

  test("belongs to a job that there is", async () => {
    await assert.rejects(() => call({}, { job: "jj" }), /There is no job "jj"/);
  });

  test("needs to know how the run has ended, and only then", () => {
    const head = { version: 1, runId: "r", job: "j" };
    const refused = (request: object) => {
      try {
        parseRunHookRequest(JSON.stringify({ ...head, ...request }));
        return [];
      } catch (error) {
        assert.ok(error instanceof SluiceError);
        return error.issues.map(({ message }) => message);
      }
    };
    assert.deepEqual(refused({ hook: "onRunEnd" }), ["status is missing.", "steps is missing."]);
    assert.deepEqual(refused({ hook: "onRunEnd", status: "good", steps: { total: -1 } }), [
      "status is one of success, failed, canceled, not a string.",
      "steps.total is a whole number from 0, not -1.",
    ]);
    assert.deepEqual(refused({ hook: "onRunStart", status: "failed" }), [
      'A request for a hook has no field "status".',
    ]);
  });
});
