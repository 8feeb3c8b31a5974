import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { runFile } from "../../support/runtime.ts";
import { useFolders } from "../support/folder.ts";
import { fixtures } from "../support/sluice.ts";
import { commandLine, step, type StepProcessOptions } from "../support/step.ts";

const newFolder = useFolders();

/** Does something once the slow step is under way. */
function whenSlow(
  act: (pid: number, closeStdin: () => void) => void,
): NonNullable<StepProcessOptions["onError"]> {
  let isDone = false;
  return (text, child) => {
    if (isDone || !text.includes("slow is running")) return;
    isDone = true;
    act(child.pid as number, () => child.stdin?.end());
  };
}

describe("a step that is told to stop", () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`by ${signal} aborts its body, closes its resources and ends with 75`, async () => {
      const { code, outcome, err } = await step(["--asset", "slow"], {
        io: newFolder(),
        onError: whenSlow((pid) => process.kill(pid, signal)),
      });
      assert.deepEqual([code, outcome.status, outcome.error?.code], [75, "retry", "CANCELED"], err);
      assert.match(outcome.error?.message ?? "", new RegExp(`stopped by ${signal}`));
      assert.match(err, /the desk is closed/);
    });
  }

  test("by the end of stdin, where stdin is watched", async () => {
    const { code, outcome } = await step(["--asset", "slow", "--watch-stdin"], {
      io: newFolder(),
      holdsStdin: true,
      onError: whenSlow((_pid, closeStdin) => closeStdin()),
    });
    assert.deepEqual([code, outcome.error?.code], [75, "CANCELED"]);
    assert.match(outcome.error?.message ?? "", /stdin has ended/);
  });

  test("takes its request from the first line of a stdin that is watched", async () => {
    const { code, outcome } = await step(["--request", "-", "--watch-stdin"], {
      io: newFolder(),
      input: `${JSON.stringify({ version: 1, runId: "r9", step: "skipped" })}\n`,
      holdsStdin: true,
    });
    assert.deepEqual([code, outcome.runId], [99, "r9"]);
  });

  test("does not mind that stdin ends when nobody watches it", async () => {
    assert.equal((await step(["--asset", "skipped"], { io: newFolder() })).code, 99);
  });

  test("ends without its body when that does not listen", async () => {
    const { code, outcome } = await step(["--asset", "slow", "--grace", "200ms"], {
      io: newFolder(),
      env: { STEP_MODE: "deaf" },
      onError: whenSlow((pid) => process.kill(pid, "SIGTERM")),
    });
    assert.deepEqual([code, outcome.error?.code], [75, "CANCELED"]);
    assert.match(outcome.error?.message ?? "", /did not stop within 200 ms/);
  });

  test("ends at once at a second signal", async () => {
    const sent: string[] = [];
    const send = (pid: number, signal: "SIGTERM" | "SIGINT") => {
      if (sent.includes(signal)) return;
      sent.push(signal);
      process.kill(pid, signal);
    };
    const { code, outcome } = await step(["--asset", "slow", "--grace", "50s"], {
      io: newFolder(),
      env: { STEP_MODE: "deaf" },
      onError: (text, child) => {
        if (!text.includes("slow is running")) return;
        send(child.pid as number, text.includes("Stopping") ? "SIGINT" : "SIGTERM");
      },
    });
    assert.deepEqual([code, outcome.status], [75, "retry"]);
    assert.match(outcome.error?.message ?? "", /a second time/);
  });

  test("by its deadline has timed out, and may be tried again", async () => {
    const { code, outcome } = await step(["--asset", "slow", "--timeout", "300ms"], { io: newFolder() });
    assert.deepEqual([code, outcome.status, outcome.error?.code], [75, "retry", "STEP_TIMEOUT"]);
  });

  test("whose deadline has passed does not begin", async () => {
    const request = { version: 1, runId: "r", step: "skipped", deadlineMs: 1 };
    const { code, outcome } = await step(["--request", "-"], { input: JSON.stringify(request) });
    assert.deepEqual([code, outcome.error?.code, outcome.outputs], [75, "STEP_TIMEOUT", []]);
  });

  test("by a deadline in a hundred years is not stopped", async () => {
    const request = { version: 1, runId: "r", step: "skipped", deadlineMs: Date.UTC(2126, 0) };
    const { code } = await step(["--request", "-"], { input: JSON.stringify(request) });
    assert.equal(code, 99);
  });

  test("by a deadline that its body does not heed ends all the same", async () => {
    const { code, outcome } = await step(["--asset", "slow", "--timeout", "300ms", "--grace", "100ms"], {
      io: newFolder(),
      env: { STEP_MODE: "deaf" },
    });
    assert.deepEqual([code, outcome.error?.code], [75, "STEP_TIMEOUT"]);
  });

  test("ends when its parent is killed", async () => {
    const words = [...commandLine, "step", "steps.ts", "--asset", "slow", "--watch-stdin"];
    const [first, ...rest] = runFile;
    const parent = spawn(first, [...rest, `${fixtures}parent.ts`, ...words], {
      cwd: fixtures,
      env: { ...process.env, SLUICE_IO: newFolder() },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once("data", (text) => resolve(Number(text)))
    );
    assert.equal(isAlive(pid), true);
    process.kill(parent.pid as number, "SIGKILL");
    while (isAlive(pid)) await sleep(50);
  });
});

describe("a step that leaves by itself", () => {
  const leave = (STEP_MODE: string) => step(["--asset", "leaving"], { io: newFolder(), env: { STEP_MODE } });

  for (const mode of ["exits", ...("Deno" in globalThis ? ["exits by Deno"] : [])]) {
    test(`and ${mode} has failed, and may be tried again`, async () => {
      const { code, outcome } = await leave(mode);
      assert.deepEqual([code, outcome.status, outcome.step], [75, "retry", "leaving"]);
      assert.match(outcome.error?.message ?? "", /the process ended before the step was over/);
    });
  }

  test("by an error that nobody catches has failed with that error", async () => {
    const { code, outcome } = await leave("throws");
    assert.deepEqual([code, outcome.status, outcome.error?.name], [75, "retry", "TypeError"]);
  });

  test("is not held up by a promise that nobody catches", async () => {
    const { code, outcome, err } = await leave("rejects");
    assert.deepEqual([code, outcome.status], [0, "success"]);
    assert.match(err, /rejected and nobody caught it: Error: stray/);
  });
});

/** Whether a process runs; one that has ended and that nobody has waited for does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
