import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { useFolders } from "../support/folder.ts";
import { sluice } from "../support/sluice.ts";

const newFolder = useFolders();

function open() {
  const folder = newFolder();
  return Object.assign(
    (line: string, options: Parameters<typeof sluice>[1] = {}) =>
      sluice(line.split(" ").filter((word) => word !== ""), {
        ...options,
        env: { ...options.env, SLUICE_FOLDER: folder },
      }),
    { folder },
  );
}

describe("an empty history", () => {
  test("can be looked at, and looking does not make one", async () => {
    const run = open();
    assert.match((await run("runs")).out, /^No runs in .*history\.sqlite\.\n$/);
    assert.deepEqual((await run("runs --json")).json().runs, []);
    assert.match((await run("show sales.ts mart/revenue")).out, /last made +never/);
    assert.match((await run("partitions sales.ts mart/revenue")).out, /missing 59/);
    assert.match((await run("plan sales.ts --scope missing --exclude letters")).out, /never materialized/);
    const { code, err } = await run("logs last");
    assert.equal(code, 2);
    assert.match(err, /RUN_UNKNOWN: There is no run in/);
    assert.equal(existsSync(run.folder), false);
  });
});

describe("a history that was named and is not there", () => {
  test("is told, where nothing else could be looked at", async () => {
    const run = open();
    for (const line of ["runs", "logs last", "runs last --json"]) {
      const { code, out, err } = await run(`${line} --store nofile.sqlite`);
      assert.notEqual(code, 0, line);
      assert.match(out + err, /STORE_INVALID.*nofile\.sqlite/s, line);
    }
    assert.match(
      (await run("plan sales.ts --scope missing --exclude letters --store nofile.sqlite")).out,
      /never/,
    );
  });
});

describe("sluice runs and logs", () => {
  test("list runs, show one, and print what it logged", async () => {
    const run = open();
    process.env.SALES_FAIL = "2026-01-02";
    await run("run sales.ts raw/orders --range 2026-01-01...2026-01-03 --tag by=test");
    delete process.env.SALES_FAIL;
    await run("run sales.ts raw/orders --partition 2026-01-02");
    const { out } = await run("runs");
    assert.match(out, /^run +status +started +took +by +steps +tags\n/);
    assert.deepEqual(out.match(/success|failed(?= +\d{4})/g)?.slice(0, 2), ["success", "failed"]);
    assert.match((await run("runs --status failed")).out, /by=test/);
    assert.doesNotMatch((await run("runs --status success")).out, /by=test/);

    await run("backfill sales.ts raw/orders --partition 2026-01-04 --tag by=hand");
    const [newest] = (await run("runs --json")).json<{ runs: { tags: Record<string, string> }[] }>().runs;
    assert.deepEqual(Object.keys(newest.tags).sort(), [
      "by",
      "sluice/actor",
      "sluice/backfill_run",
      "sluice/via",
    ]);
    const list = (await run("runs")).out;
    assert.match(list, /by=hand\n/);
    assert.doesNotMatch(list, /sluice\//);

    const [, , failed] = (await run("runs --json")).json<{ runs: { id: string }[] }>().runs;
    const shown = await run(`runs ${failed.id}`);
    assert.match(shown.out, /# +step +status +took +why\n/);
    assert.match(shown.out, /raw\/orders 2026-01-02 +failed .*no orders \\u\{1b\}/);
    assert.match((await run("runs --limit 1")).out, /^[^\n]*\n[^\n]*success[^\n]*\n$/);

    const logs = await run(`logs ${failed.id} --step raw/orders`);
    assert.equal(logs.out.match(/info +raw\/orders 2026-01-0\d {2}pulled/g)?.length, 3);
    assert.match(logs.out, /\{"rows":3\}/);
    const lines = (await run(`logs ${failed.id} --step 0 --json`)).out.trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    assert.deepEqual(lines.map(({ schemaVersion, step, message }) => [schemaVersion, step, message]), [[
      1,
      0,
      "pulled 2026-01-01",
    ]]);
    assert.equal((await run(`logs ${failed.id} --level warning`)).out, "");
    assert.match((await run(`logs ${failed.id} --step raw/order`)).err, /Did you mean raw\/orders\?/);
  });
});

describe("a log line that would act or flood", () => {
  test("is shown inert and short, and given whole as JSON", async () => {
    const run = open();
    const evil =
      "<script>\u001b]8;;http://x\u0007link\u001b]8;;\u0007\u001b]0;title\u0007\u001b[31mred\u001b[0m\nsecond\r";
    const flood = evil + "x".repeat(1_000_000);
    process.env.SALES_LOG = flood;
    await run("run sales.ts raw/orders --partition 2026-01-01");
    delete process.env.SALES_LOG;
    const { out } = await run("logs last --level warning", { columns: 80, env: { NO_COLOR: "1" } });
    assert.ok(out.length < 6_000, String(out.length));
    assert.doesNotMatch(out, /(?!\n)\p{Cc}/u);
    assert.match(out, /<script>\\u\{1b\}\]8;;http:\/\/x\\u\{7\}link/);
    assert.match(out, /\n {4}second\\rxxx/);
    assert.match(out, /and \d{3},\d{3} more characters; --json has all\n$/);
    const line = JSON.parse((await run("logs last --level warning --json")).out);
    assert.equal(line.message, flood);
  });
});

describe("sluice show", () => {
  test("tells what is declared and what is recorded, and why it is stale", async () => {
    const run = open();
    await run("backfill sales.ts +report --quiet");
    const { out, code } = await run("show sales.ts mart/revenue");
    assert.equal(code, 0);
    for (
      const line of [
        /^mart\/revenue\n/,
        /group +mart\n/,
        /partitions +day from 2026-01-01/,
        /declared at +sales\.ts:\d+:\d+\n/,
        /\nMade from\n {2}raw\/orders\n/,
        /\nRead by\n {2}mart\/by_month\n/,
        /last made +\d{4}-.* ago\), 2026-0/,
        /materialized +59: 2026-01-01\.\.\.2026-02-28\n/,
        /state +fresh\n/,
        /positive +error, blocking +59 passed\n/,
      ]
    ) assert.match(out, line);
    await run("run sales.ts raw/orders --partition 2026-01-07");
    const stale = await run("show sales.ts mart/revenue");
    assert.match(stale.out, /stale +1: 2026-01-07\n/);
    assert.match(stale.out, /because +upstream raw\/orders updated .* ago: 2026-01-07\n/);
    const { state, reasons } = (await run("show sales.ts mart/revenue --json")).json<
      { state: string; reasons: { kind: string }[] }
    >();
    assert.deepEqual([state, reasons.map(({ kind }) => kind)], ["stale", ["upstream-changed"]]);
    assert.match((await run("show sales.ts report")).out, /size +warn +passed +Says something\n/);
    assert.match((await run("show sales.ts mart/revenu")).err, /Did you mean mart\/revenue\?/);
  });
});

describe("sluice partitions", () => {
  test("shows statuses as ranges, keys on demand, and numbers alone", async () => {
    const run = open();
    await run("run sales.ts raw/orders --range 2026-01-03...2026-01-31");
    const { out } = await run("partitions sales.ts raw/orders");
    assert.match(out, /count +59\n/);
    assert.match(out, /\nmaterialized 29\n {2}2026-01-03\.\.\.2026-01-31 \(29\)\n/);
    assert.match(
      out,
      /\nmissing 30\n {2}2026-01-01\.\.\.2026-01-02 \(2\)\n {2}2026-02-01\.\.\.2026-02-28 \(28\)\n/,
    );
    assert.equal((await run("partitions sales.ts raw/orders --count --status missing")).out, "30\n");
    assert.equal(
      (await run("partitions sales.ts raw/orders --status missing")).out,
      "2026-01-01...2026-01-02 (2)\n2026-02-01...2026-02-28 (28)\n",
    );
    const keys = await run("partitions sales.ts raw/orders --keys --range 2026-01-30...2026-02-28 --limit 2");
    assert.equal(keys.out, "2026-01-30\n2026-01-31\nand 28 more keys; --limit 0 prints all\n");
    const all = (await run("partitions sales.ts raw/orders --keys --limit 0 --json")).json<
      { keys: string[]; isCut: boolean }
    >();
    assert.deepEqual([all.keys.length, all.isCut], [59, false]);
  });

  test("shows several dimensions as boxes", async () => {
    const run = open();
    await run("backfill sales.ts +mart/grid --quiet");
    await run("wipe sales.ts mart/grid --partition 2026-02-01|us --yes");
    const { out } = await run("partitions sales.ts mart/grid --status materialized");
    assert.equal(out, "2026-01-01|asia...2026-01-01|us (3)\n2026-02-01|asia...2026-02-01|europe (2)\n");
  });

  test("adds and removes dynamic keys", async () => {
    const run = open();
    const list = async (line: string) => (await run(`partitions sales.ts letters ${line} --keys`)).out;
    assert.equal(await list("--add b --add a"), "b\na\n");
    assert.equal(await list("--remove b"), "a\n");
    assert.equal(await list(""), "a\n");
    assert.equal((await run("partitions sales.ts raw/orders --add x")).code, 2);
    assert.equal((await run("partitions sales.ts report")).code, 2);
  });
});

describe("sluice plan", () => {
  test("shows steps with their partitions and the reason", async () => {
    const run = open();
    await run("run sales.ts +mart/revenue --range 2026-01-01...2026-01-31");
    const { out } = await run("plan sales.ts +mart/by_month --scope missing");
    assert.deepEqual(out.split("\n").map((line) => line.trimEnd()), [
      "3 steps, 58 partitions",
      "  step           count  partitions               why",
      "  raw/orders        28  2026-02-01...2026-02-28  never materialized",
      "  mart/revenue      28  2026-02-01...2026-02-28  never materialized (and 1 more reason)",
      "  mart/by_month      2  2026-01-01...2026-02-01  never materialized (and 1 more reason)",
      "",
    ]);
    const explained = await run("plan sales.ts +mart/by_month --scope missing --explain");
    assert.match(
      explained.out,
      / {2}mart\/by_month {2}2 partitions\n {4}never materialized\n {4}upstream mart\/revenue is made again: 2026-02-01\n/,
    );
    assert.match(
      (await run("plan sales.ts +mart/by_month --scope missing --limit 1")).out,
      /and 2 more steps; --limit/,
    );
  });

  test("shows waves and runs of a backfill", async () => {
    const { out } = await open()("plan sales.ts +mart/by_month --backfill --runs 2");
    assert.match(out, /^\d+ runs in 2 waves: 3 steps, 120 partitions\n\nWave 1: 2 runs\n/);
    assert.match(out, /\nWave 2: 2 runs\n {2}step +count +partitions +why\n {2}mart\/by_month/);
  });

  test("compares with a saved plan", async () => {
    const run = open();
    const file = join(run.folder, "..", "before.json");
    await run(`plan sales.ts raw/orders --range 2026-01-01...2026-01-03 --save ${file}`);
    const same = await run(`plan sales.ts raw/orders --range 2026-01-01...2026-01-03 --diff ${file}`);
    assert.equal(same.out, "The plans are the same.\n");
    const { out } = await run(`plan sales.ts raw/orders --range 2026-01-03...2026-01-04 --diff ${file}`);
    assert.equal(
      out,
      "+ raw/orders  1 partition  2026-01-04\n- raw/orders  2 partitions  2026-01-01...2026-01-02\n",
    );
  });

  test("warns of inputs that are not there", async () => {
    const { out } = await open()("plan sales.ts mart/revenue --partition 2026-01-01");
    assert.match(out, /warning: mart\/revenue reads raw\/orders at 2026-01-01, which ha/);
  });
});

describe("sluice wipe and report", () => {
  test("forget and record, and ask first", async () => {
    const run = open();
    await run("run sales.ts raw/orders --range 2026-01-01...2026-01-05");
    const nobody = await run("wipe sales.ts raw/orders --all");
    assert.equal(nobody.code, 2);
    assert.match(nobody.err, /nobody to ask[^]*--yes/);
    const no = await run("wipe sales.ts raw/orders --all", { answer: "n" });
    assert.deepEqual([no.code, no.out], [0, "Nothing was wiped.\n"]);
    assert.deepEqual(no.host.questions, [
      "Forget 5 partitions of raw/orders and remove what is stored? [y/N] ",
    ]);
    const yes = await run("wipe sales.ts raw/orders --range 2026-01-02...2026-01-03", { answer: "Yes" });
    assert.equal(yes.out, "Wiped 2 partitions of raw/orders.\n");
    assert.equal((await run("partitions sales.ts raw/orders --count --status materialized")).out, "3\n");
    assert.equal((await run("wipe sales.ts raw/orders")).code, 2);

    const reported = await run('report sales.ts bank/rates --data-version v1 --metadata {"rows":12}');
    assert.equal(reported.out, "Recorded bank/rates.\n");
    const { latest } = (await run("show sales.ts bank/rates --json")).json<
      { latest: Record<string, unknown> }
    >();
    assert.deepEqual([latest.dataVersion, latest.metadata], ["v1", { rows: 12 }]);
    assert.equal((await run("report sales.ts bank/rates --partition x")).code, 2);
    assert.equal((await run("report sales.ts raw/orders")).code, 2);
  });
});
