import { afterEach, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { main } from "../../../src/cli/main.ts";
import type { RunRecord, StepRecord } from "../../../src/model/events/record.ts";
import { useFolders } from "../support/folder.ts";
import { openTestHost } from "../support/host.ts";
import { fixtures, sluice } from "../support/sluice.ts";

const newFolder = useFolders();
afterEach(() => {
  for (const name of ["SALES_FAIL", "SALES_PAUSE_MS"]) delete process.env[name];
});

interface RunDocument {
  readonly run: RunRecord;
  readonly failures: readonly StepRecord[];
}

/** The command line over one history. */
function open() {
  const folder = newFolder();
  return Object.assign(
    (line: string, options: Parameters<typeof sluice>[1] = {}) =>
      sluice(line.split(" "), { ...options, env: { ...options.env, SLUICE_FOLDER: folder } }),
    { folder },
  );
}

describe("sluice run", () => {
  test("makes a partition and what follows from it, and says so", async () => {
    const run = open();
    const { code, out, err } = await run("run sales.ts raw/orders mart/revenue --partition 2026-01-05");
    assert.equal(code, 0, err);
    assert.match(out, /^Run \S+ {2}success in .+: 2 succeeded\n$/);
    assert.match(err, /^Running 2 steps, 2 partitions\n/);
    assert.match(err, /\nok {7}raw\/orders 2026-01-05 {2}\d+ ms\n/);
    assert.ok(existsSync(join(run.folder, "history.sqlite")));
  });

  test("asks which partitions, as a usage error", async () => {
    const { code, err } = await open()("run sales.ts raw/orders");
    assert.equal(code, 2);
    assert.match(err, /raw\/orders is partitioned[^]*hint: Give --partition KEY, --range A\.\.\.B or --all/);
  });

  test("exits with 1 when something failed, and shows the error inert", async () => {
    process.env.SALES_FAIL = "2026-01-02";
    const { code, out, err } = await open()("run sales.ts +mart/revenue --range 2026-01-01...2026-01-03");
    assert.equal(code, 1);
    assert.match(out, /failed in .+: 4 succeeded, 1 failed, 1 not started because upstream failed/);
    assert.match(
      out,
      /\n {2}failed raw\/orders 2026-01-02\n {4}Error: no orders \\u\{1b\}\]0;evil\\u\{7\}that day\n/,
    );
    assert.match(out, /sluice logs \S+ --step \d+ shows/);
    assert.match(err, /failed {3}raw\/orders 2026-01-02 {2}Error: no orders/);
    assert.match(err, /upstream mart\/revenue 2026-01-02/);
    assert.doesNotMatch(out + err, /(?!\n)\p{Cc}/u);
  });

  test("gives the run and its failures as one document", async () => {
    process.env.SALES_FAIL = "2026-01-02";
    const outcome = await open()(
      "run sales.ts raw/orders --range 2026-01-01...2026-01-03 --json --quiet --tag a=b=c",
    );
    const { run, failures } = outcome.json<RunDocument>();
    assert.deepEqual([outcome.code, outcome.err], [1, ""]);
    assert.deepEqual([run.status, run.steps.total, run.steps.failed, run.tags], ["failed", 3, 1, {
      "sluice/actor": "ada",
      "sluice/via": "cli",
      a: "b=c",
    }]);
    assert.deepEqual(failures.map(({ partitionKeys }) => partitionKeys), [["2026-01-02"]]);
  });

  test("does nothing, and makes no run, where nothing is to do", async () => {
    const run = open();
    await run("run sales.ts raw/orders --all");
    const { code, out } = await run("run sales.ts raw/orders --scope missing");
    assert.deepEqual([code, out], [0, "Nothing to do.\n"]);
    const { runs } = (await run("runs --json")).json<{ runs: RunRecord[] }>();
    assert.equal(runs.length, 1);
  });

  test("runs a job with its selection and tags", async () => {
    const run = open();
    const { run: record } = (await run("run sales.ts --job monthly --all --json")).json<RunDocument>();
    assert.deepEqual([record.job, record.tags.team, record.status], ["monthly", "sales", "success"]);
    assert.match((await run("run sales.ts --job montly")).err, /no job "montly"[^]*Did you mean monthly\?/);
    assert.equal((await run("run sales.ts report --job monthly")).code, 2);
  });

  test("runs a saved plan, and refuses to be told twice", async () => {
    const run = open();
    const file = join(run.folder, "..", "plan.json");
    await run(`plan sales.ts raw/orders --range 2026-01-01...2026-01-03 --save ${file}`);
    assert.equal(JSON.parse(readFileSync(file, "utf8")).kind, "run-plan");
    const { run: record } = (await run(`run sales.ts --plan ${file} --json`)).json<RunDocument>();
    assert.deepEqual([record.status, record.steps.success], ["success", 3]);
    assert.equal((await run(`run sales.ts raw/orders --plan ${file}`)).code, 2);
    writeFileSync(file, "{}");
    assert.match((await run(`run sales.ts --plan ${file}`)).err, /PLAN_INVALID/);
  });

  test("refuses options that do not go together or cannot be read", async () => {
    const run = open();
    for (
      const [line, message] of [
        ["--partition 2026-01-01 --all", /--partition and --all exclude each other/],
        ["--range 2026-01-01", /--range is two keys with three dots/],
        ["--all --concurrency 0", /--concurrency is a whole number from 1/],
        ["--all --tag x", /--tag is NAME=VALUE/],
        ["--all --config {", /--config is no JSON/],
        ["--all --config [1]", /--config is a JSON object, not a list/],
        ["--all --config @none.json", /none\.json cannot be read: there is no such file/],
        ["--partition 2026-13-01", /raw\/orders has no partition "2026-13-01"/],
        ["--range 2026-01-05...2026-01-01", /its end comes before its start/],
      ] as const
    ) {
      const { code, err } = await run(`run sales.ts raw/orders ${line}`);
      assert.equal(code, 2, line);
      assert.match(err, message);
    }
  });

  test("cancels when the time is over, records it, and exits with 4", async () => {
    process.env.SALES_PAUSE_MS = "60000";
    const outcome = await open()("run sales.ts raw/orders --all --concurrency 2 --timeout 200ms --json");
    const { run: record } = outcome.json<RunDocument>();
    assert.deepEqual([outcome.code, record.status, record.steps.success], [4, "canceled", 0]);
    assert.match(outcome.err, /Canceling: it takes longer than 200 ms/);
  });

  test("cancels at a signal, records it, and exits by the signal", async () => {
    process.env.SALES_PAUSE_MS = "60000";
    const run = open();
    const host = openTestHost({ cwd: fixtures, env: { SLUICE_FOLDER: run.folder } });
    const done = main(["run", "sales.ts", "raw/orders", "--all", "--json"], host);
    while (!host.stderr.text().includes("started")) await new Promise((resolve) => setTimeout(resolve, 5));
    host.send("SIGTERM");
    assert.equal(await done, 143);
    assert.equal(JSON.parse(host.stdout.text()).run.status, "canceled");
    const { runs } = (await run("runs --json")).json<{ runs: RunRecord[] }>();
    assert.deepEqual(runs.map(({ status }) => status), ["canceled"]);
  });
});

describe("sluice backfill", () => {
  test("makes what is missing, in waves of runs, and then nothing", async () => {
    const run = open();
    const first = await run("backfill sales.ts --exclude letters --exclude bank/rates --runs 3 --json");
    const { backfill, runs } = first.json<{ backfill: { status: string }; runs: RunRecord[] }>();
    assert.equal(first.code, 0, first.err);
    assert.equal(backfill.status, "success");
    assert.equal(runs.reduce((sum, { steps }) => sum + steps.success, 0), 59 + 59 + 2 + 6 + 1 + 1);
    assert.match(first.err, /Running 6 steps, 126 partitions in \d+ runs/);
    const second = await run("backfill sales.ts --exclude letters --exclude bank/rates");
    assert.deepEqual([second.code, second.out], [0, "Nothing to do.\n"]);
  });

  test("says what came of it, failures first to last", async () => {
    process.env.SALES_FAIL = "2026-02-02";
    const run = open();
    const { code, out } = await run("backfill sales.ts +mart/by_month --quiet");
    assert.equal(code, 1);
    assert.match(out, /^Backfill \S+ {2}failed in .+, \d+ runs?: /);
    assert.match(out, /failed raw\/orders 2026-02-02/);
    delete process.env.SALES_FAIL;
    const again = await run("backfill sales.ts +mart/by_month --scope failed --json");
    assert.equal(again.code, 0, again.err);
  });

  test("runs a saved plan", async () => {
    const run = open();
    const file = join(run.folder, "..", "backfill.json");
    const planned = await run(`plan sales.ts +mart/by_month --backfill --runs 4 --save ${file} --json`);
    const { runCount } = planned.json<{ runCount: number }>();
    const { runs } = (await run(`backfill sales.ts --plan ${file} --json`)).json<{ runs: RunRecord[] }>();
    assert.equal(runs.length, runCount);
  });
});

describe("sluice rerun and recover", () => {
  test("finish what failed, and nothing twice", async () => {
    process.env.SALES_FAIL = "2026-01-02";
    const run = open();
    await run("run sales.ts +mart/revenue --range 2026-01-01...2026-01-03");
    delete process.env.SALES_FAIL;
    const outcome = await run("rerun sales.ts last --json");
    const { run: record } = outcome.json<RunDocument>();
    assert.deepEqual([outcome.code, record.steps.success, record.status], [0, 2, "success"]);
    assert.match((await run("rerun sales.ts last")).out, /Nothing to do: every step/);
    const whole = (await run("rerun sales.ts last --from start --json")).json<RunDocument>();
    assert.equal(whole.run.steps.success, 2);
    assert.equal((await run("recover sales.ts")).out, "Nothing to do: no run was interrupted.\n");
    assert.match((await run("rerun sales.ts nope")).err, /RUN_UNKNOWN: There is no run "nope"/);
    assert.match((await run("logs sales.ts")).err, /RUN_UNKNOWN[^]*a module is not needed/);
  });

  test("say no to options before they say what they do", async () => {
    const run = open();
    for (
      const [words, message] of [
        ["run sales.ts raw/orders --partition 2026-01-01 --config {bad", "--config is no JSON"],
        [
          "run sales.ts raw/orders --partition 2026-01-01 --concurrency 0",
          "--concurrency is a whole number from 1",
        ],
        ["backfill sales.ts --all --tag x", "--tag is NAME=VALUE"],
        ["backfill sales.ts --all --runs 0", '--runs is a whole number from 1, not "0"'],
      ]
    ) {
      const { code, err } = await run(words);
      assert.equal(code, 2, words);
      assert.ok(err.startsWith(`error USAGE: ${message}`), err);
    }
  });
});
