import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { useFolders } from "./support/folder.ts";
import { fixtures } from "./support/sluice.ts";

const newFolder = useFolders();
const program = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
const isDeno = "Deno" in globalThis;
const runtime = isDeno ? ["run", "-A", "--no-check", "--config", config, program] : [program];

/** What a test says about a process. */
interface ProcessOptions {
  readonly folder?: string;
  readonly env?: { readonly [name: string]: string };
  /** Is called with all of stderr so far, each time there is more. */
  readonly onError?: (text: string, kill: (signal: "SIGINT" | "SIGTERM" | "SIGKILL") => void) => void;
  /** Is called with all of stdout so far, each time there is more. */
  readonly onOutput?: (text: string, kill: (signal: "SIGINT" | "SIGTERM") => void) => void;
  /** Closes stdout after so many characters. */
  readonly closesAfter?: number;
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line as a process of the runtime that runs the test. */
function start(line: string, options: ProcessOptions = {}): Promise<Ended> {
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...env } = process.env;
  const child = spawn(process.execPath, [...runtime, ...line.split(" ")], {
    cwd: fixtures,
    env: { ...env, RUST_BACKTRACE: "0", SLUICE_FOLDER: options.folder ?? "none", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    out += text;
    options.onOutput?.(out, (signal) => process.kill(child.pid as number, signal));
    if (out.length >= (options.closesAfter ?? Infinity)) child.stdout.destroy();
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    err += text;
    // Deno's own child.kill() reports the signal as the end, whatever the process made of it.
    options.onError?.(err, (signal) => process.kill(child.pid as number, signal));
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

describe("sluice as a process", () => {
  test("prints results on stdout and exits with 0", async () => {
    assert.deepEqual(await start("check sales.ts"), {
      code: 0,
      out: "ok  7 assets, 2 checks, 1 job\n",
      err: "",
    });
  });

  test("prints errors on stderr, without colour and stack traces, and exits with 2", async () => {
    const { code, out, err } = await start("list sales.ts reprot");
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /^error SELECTION_INVALID: [^]*Did you mean report\?\n$/);
    assert.doesNotMatch(err, /(?!\n)\p{Cc}|\n {4}at /u);
    assert.match((await start("list sales.ts reprot --debug")).err, /\n {4}at /);
  });

  test("follows NO_COLOR, FORCE_COLOR and the options", async () => {
    const hasColor = async (line: string, env: { readonly [name: string]: string }) =>
      (await start(`check sales.ts ${line}`.trim(), { env })).out.includes("\u001b[");
    assert.deepEqual(
      [
        await hasColor("", { FORCE_COLOR: "1" }),
        await hasColor("", { FORCE_COLOR: "1", NO_COLOR: "1" }),
        await hasColor("--color", { NO_COLOR: "1" }),
      ],
      [true, false, true],
    );
  });

  test("keeps what user code prints out of its results", async () => {
    const folder = newFolder();
    const { code, out, err } = await start("run sales.ts raw/orders --partition 2026-01-01 --json", {
      folder,
      env: { SALES_PRINT: "1", SALES_REJECT: "1" },
    });
    assert.equal(code, 0, err);
    assert.equal(JSON.parse(out).run.status, "success");
    assert.match(err, /printed for 2026-01-01\n/);
    assert.match(err, /rejected and nobody caught it: Error: stray/);
  });

  test("is quiet when nobody reads on, and keeps the exit code", async () => {
    const listed = await start("partitions big.ts numbers --keys --limit 0", { closesAfter: 1_000 });
    assert.deepEqual([listed.code, listed.err], [0, ""]);
    assert.ok(listed.out.length < 1_000_000, `${listed.out.length} characters were read`);
    const folder = newFolder();
    const failed = await start("run sales.ts raw/orders --all --json", {
      folder,
      closesAfter: 1,
      env: { SALES_FAIL: "2026-01-02" },
    });
    assert.equal(failed.code, 1);
    assert.doesNotMatch(failed.err, /EPIPE|BrokenPipe|FAULT/i);
  });

  test("prints a big answer to its last byte", async () => {
    const { out, code } = await start("partitions big.ts numbers --keys --limit 0");
    assert.equal(code, 0);
    assert.equal(out.trimEnd().split("\n").length, 100_000);
    assert.ok(out.endsWith("\n99999\n"));
  });

  test("cancels at Ctrl-C: the run is recorded, and the exit code is 130", async () => {
    const folder = newFolder();
    let isSent = false;
    const canceled = await start("run sales.ts raw/orders --range 2026-01-01...2026-01-04", {
      folder,
      env: { SALES_PAUSE_MS: "60000" },
      onError(text, kill) {
        if (isSent || !text.includes("started")) return;
        isSent = true;
        kill("SIGINT");
      },
    });
    assert.equal(canceled.code, 130, canceled.err);
    assert.match(canceled.out, /^Run \S+ {2}canceled/);
    assert.match(canceled.err, /Canceling: /);
    const { out } = await start("runs --json", { folder });
    assert.equal(JSON.parse(out).runs[0].status, "canceled");
  });

  test("ends at once at the second signal, and recovers what is left", async () => {
    const folder = newFolder();
    let sent = 0;
    const killed = await start("run sales.ts raw/orders --range 2026-01-01...2026-01-04", {
      folder,
      env: { SALES_PAUSE_MS: "60000", SALES_DEAF: "1" },
      onError(text, kill) {
        if (sent === 0 && text.includes("started")) {
          sent = 1;
          kill("SIGINT");
        } else if (sent === 1 && text.includes("Canceling")) {
          sent = 2;
          kill("SIGINT");
        }
      },
    });
    assert.equal(killed.code, 130, killed.err);
    const { code, out, err } = await start("recover sales.ts --json", { folder });
    assert.equal(code, 0, err);
    const { runs } = JSON.parse(out);
    assert.deepEqual(
      runs.map((
        { status, steps }: { status: string; steps: { success: number } },
      ) => [status, steps.success]),
      [
        ["success", 4],
      ],
    );
  });

  test("ends without steps that do not stop", async () => {
    const folder = newFolder();
    const line =
      "run sales.ts raw/orders --range 2026-01-01...2026-01-04 --timeout 300ms --grace 100ms --quiet";
    const ended = await start(line, { folder, env: { SALES_PAUSE_MS: "60000", SALES_DEAF: "1" } });
    assert.equal(ended.code, 4, ended.err);
    assert.match(ended.err, /takes longer than 300 ms\.\nSteps still run after 100 ms/);
    assert.equal(JSON.parse((await start("runs --json", { folder })).out).runs[0].status, "interrupted");
  });

  test("looks while another process runs, and exits with 3 when it would write", async () => {
    const folder = newFolder();
    let others: Promise<readonly Ended[]> | undefined;
    const running = await start("run sales.ts raw/orders --range 2026-01-01...2026-01-04", {
      folder,
      env: { SALES_PAUSE_MS: "60000" },
      onError(text, kill) {
        if (others !== undefined || !text.includes("started")) return;
        const lines = [
          "runs --json",
          "partitions sales.ts raw/orders --count --status missing",
          "wipe sales.ts raw/orders --all",
        ];
        others = Promise.all(lines.map((line) => start(line, { folder }))).finally(() => kill("SIGTERM"));
      },
    });
    assert.equal(running.code, 143, running.err);
    const [runs, missing, wipe] = await (others ?? assert.fail("it never started"));
    assert.equal(runs.code, 0, runs.err);
    assert.equal(JSON.parse(runs.out).runs[0].status, "running");
    assert.equal(missing.out, "59\n");
    assert.equal(wipe.code, 3);
    assert.match(wipe.err, /^error STORE_LOCKED: [^]*Commands that only look work beside it/);
  });

  test("serves schedules until it is told to stop, and others look on and pause them", async () => {
    const folder = newFolder();
    let others: Promise<readonly Ended[]> | undefined;
    const served = await start("serve clockwork.ts --grace 5s", {
      folder,
      onError: (text, kill) => {
        if (others || !text.includes("Serving 2 triggers")) return;
        const look = async () => {
          await new Promise((resolve) => setTimeout(resolve, 2_500));
          const listed = await start("schedules clockwork.ts --json", { folder });
          return [listed, await start("schedules clockwork.ts pause pulse", { folder })];
        };
        others = look().finally(() => kill("SIGTERM"));
      },
    });
    const [listed, paused] = await (others ?? assert.fail(`it never served: ${served.err}`));
    assert.deepEqual([served.code, served.out], [0, "Stopped.\n"], served.err);
    assert.match(paused.out, /^pulse is paused/, paused.err);
    const { lastRequest, isOn } = JSON.parse(listed.out).schedules[0];
    assert.equal(isOn, true);
    assert.match((await start(`runs ${lastRequest.runs[0]}`, { folder })).out, /success/);
    assert.equal(
      JSON.parse((await start("schedules clockwork.ts --json", { folder })).out).schedules[0].isOn,
      false,
    );
  });

  test("knows that a run is interrupted when its process was killed", async () => {
    const folder = newFolder();
    let isSent = false;
    await start("run sales.ts raw/orders --range 2026-01-01...2026-01-04", {
      folder,
      env: { SALES_PAUSE_MS: "60000" },
      onError(text, kill) {
        if (isSent || !text.includes("started")) return;
        isSent = true;
        kill("SIGKILL");
      },
    });
    assert.equal(JSON.parse((await start("runs --json", { folder })).out).runs[0].status, "interrupted");
  });

  test("follows the lines of a run in another process until it ends", async () => {
    const folder = newFolder();
    let isRunning = true;
    let wasRunning = false;
    let follower: Promise<Ended> | undefined;
    const ran = await start("run sales.ts raw/orders --range 2026-01-01...2026-01-30 --concurrency 1", {
      folder,
      env: { SALES_PAUSE_MS: "50" },
      onError(text) {
        if (follower !== undefined || !text.includes("started")) return;
        follower = start("logs last --follow --json", {
          folder,
          onOutput: () => wasRunning ||= isRunning,
        });
      },
    });
    isRunning = false;
    assert.equal(ran.code, 0, ran.err);
    const { code, out, err } = await (follower ?? assert.fail("it never started"));
    assert.equal(code, 0, err);
    const days = Array.from({ length: 30 }, (_, day) => `2026-01-${String(day + 1).padStart(2, "0")}`);
    const messages = out.trim().split("\n").map((line) => JSON.parse(line).message);
    assert.deepEqual(messages, days.map((day) => `pulled ${day}`));
    assert.ok(wasRunning);
    const over = await start("logs last -f --level info", { folder });
    assert.deepEqual([over.code, over.out.trim().split("\n").length], [0, 30]);
  });

  test("stops following at Ctrl-C, and leaves the run alone", async () => {
    const folder = newFolder();
    let follower: Promise<Ended> | undefined;
    const ran = await start("run sales.ts raw/orders --range 2026-01-01...2026-01-04", {
      folder,
      env: { SALES_PAUSE_MS: "60000" },
      onError(text, kill) {
        if (follower !== undefined || !text.includes("started")) return;
        let isSent = false;
        follower = start("logs last --follow", {
          folder,
          onOutput(_, interrupt) {
            if (!isSent) interrupt("SIGINT");
            isSent = true;
          },
        });
        void follower.then(async () => {
          const { out } = await start("runs --json", { folder });
          assert.equal(JSON.parse(out).runs[0].status, "running");
        }).finally(() => kill("SIGTERM"));
      },
    });
    assert.equal(ran.code, 143, ran.err);
    const { code, out, err } = await (follower ?? assert.fail("it never started"));
    assert.deepEqual([code, err], [130, ""]);
    assert.match(out, /pulled 2026-01-01/);
  });
});
