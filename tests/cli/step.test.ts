import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseStepOutcome, type StepOutcome } from "../../src/model/step/outcome.ts";
import { useFolders } from "./support/folder.ts";
import { start, step } from "./support/step.ts";

const newFolder = useFolders();

/** The outputs of an outcome in short: asset, partition and what became of it. */
function madeBy({ outputs }: StepOutcome): readonly string[] {
  return outputs.map(({ asset, partition, status }) => [asset, partition, status].filter(Boolean).join(" "));
}

function read(folder: string, path: string): unknown {
  return JSON.parse(readFileSync(join(folder, path), "utf8"));
}

describe("sluice step", () => {
  test("undoes what a run has made, once", async () => {
    const io = newFolder();
    const run = (...words: readonly string[]) =>
      start(["step", "undone.ts", "--step", "payment", ...words], { io });
    assert.equal((await run("--run-id", "r1")).code, 0);
    const other = await run("--run-id", "r2", "--undo", "no stock");
    assert.equal(other.code, 99, other.err);
    const undone = await run("--run-id", "r1", "--undo", "no stock");
    assert.equal(undone.code, 0, undone.err);
    assert.match(undone.err, /42 of r1 is paid back: no stock/);
    assert.deepEqual(madeBy(parseStepOutcome(undone.out)), ["payment undone"]);
    assert.equal((await run("--run-id", "r1", "--undo", "no stock")).code, 99);
    const nameless = await run("--undo", "no stock");
    assert.equal(nameless.code, 78);
    assert.match(nameless.out, /--undo needs --run-id/);
  });

  test("makes one partition, keeps its value with a receipt, and tells what it made", async () => {
    const io = newFolder();
    const words = ["--asset", "raw/days", "--partition", "2026-01-02", "--run-id", "r1", "--tag", "by=me"];
    const { code, outcome, err } = await step([...words, "--attempt", "3"], { io });
    assert.equal(code, 0, err);
    const [made] = outcome.outputs;
    assert.deepEqual(outcome, {
      version: 1,
      runId: "r1",
      step: "raw/days",
      attempt: 3,
      status: "success",
      outputs: [{
        asset: "raw/days",
        partition: "2026-01-02",
        status: "made",
        dataVersion: made.dataVersion,
        codeVersion: "v1",
        metadata: { rows: 10 },
      }],
      checks: [{
        asset: "raw/days",
        check: "named",
        partition: "2026-01-02",
        passed: true,
        severity: "error",
        blocking: false,
        metadata: { day: "2026-01-02" },
      }],
      durationMs: outcome.durationMs,
    });
    assert.match(
      err,
      /^the module is being loaded\ninfo: making a day \{"key":"2026-01-02","attempt":3,"by":"me"\}\n$/,
    );
    assert.deepEqual(read(io, "raw/days.parts/2026-01-02.json"), { day: "2026-01-02" });
    const receipt = read(io, "raw/days.parts/.receipts/2026-01-02.json") as Record<string, unknown>;
    assert.deepEqual(
      [receipt.runId, receipt.dataVersion, receipt.codeVersion, receipt.metadata],
      ["r1", made.dataVersion, "v1", { rows: 10 }],
    );
  });

  test("takes a request from stdin, and from a file", async () => {
    const io = newFolder();
    const request = JSON.stringify({
      version: 1,
      runId: "r2",
      step: "raw/days",
      partitions: { start: "2026-01-01", end: "2026-01-03" },
      fence: 9,
    });
    const { code, outcome, err } = await step(["--request", "-"], { io, input: request });
    assert.equal(code, 0, err);
    assert.equal(outcome.fence, 9);
    assert.deepEqual(madeBy(outcome), [
      "raw/days 2026-01-01 made",
      "raw/days 2026-01-02 made",
      "raw/days 2026-01-03 made",
    ]);
  });

  test("says no to a request that is none, with exit code 78 and an outcome", async () => {
    const cases: readonly (readonly [words: readonly string[], input: string, message: RegExp])[] = [
      [["--request", "-"], "{}", /version is missing/],
      [["--request", "-"], "not JSON", /one JSON object/],
      [["--request", "no-such-file"], "", /cannot be read/],
      [["--asset", "raw/day"], "", /no step "raw\/day"[^]*raw\/days/],
      [["--asset", "raw/days"], "", /must say which partitions/],
      [["--asset", "raw/days", "--partition", "2031-01-01"], "", /no partition "2031-01-01"/],
      [["--asset", "skipped", "--partition", "a"], "", /has no partitions/],
      [[], "", /--request, --asset and --step/],
      [["--step", "pair", "--outputs", "pair/up"], "", /does not make "pair\/up"/],
      [["--asset", "configured"], "", /limit is missing/],
      [["--request", '{"version":1,"runId":"r"}'], "", /step is missing/],
      [["--step", "everyone", "--dynamic-keys", '{"customers":"bob"}'], "", /customers is a list of texts/],
      [["--step", "everyone", "--dynamic-keys", "bob"], "", /--dynamic-keys is no JSON/],
    ];
    for (const [words, input, message] of cases) {
      const { code, outcome } = await step(words, { input });
      assert.deepEqual([code, outcome.status], [78, "failed"], words.join(" "));
      assert.match(outcome.error?.message ?? "", message);
    }
  });
});

describe("what a step reads", () => {
  test("is what its mapping says, over one partition, a list and a range", async () => {
    const io = newFolder();
    const range = ["--range", "2026-01-01...2026-01-05"];
    assert.equal((await step(["--asset", "raw/days", ...range], { io })).code, 0);
    assert.equal((await step(["--asset", "mart/rolling", "--partition", "2026-01-04"], { io })).code, 0);
    assert.deepEqual(read(io, "mart/rolling.parts/2026-01-04.json"), [
      "2026-01-02",
      "2026-01-03",
      "2026-01-04",
    ]);
    const list = ["--partition", "2026-01-03", "--partition", "2026-01-05"];
    const { outcome } = await step(["--asset", "mart/rolling", ...list], { io });
    assert.deepEqual(madeBy(outcome), ["mart/rolling 2026-01-03 made", "mart/rolling 2026-01-05 made"]);
  });

  test("is missing loudly, and may be tried again", async () => {
    const { code, outcome } = await step(["--asset", "mart/rolling", "--partition", "2026-01-04"], {
      io: newFolder(),
    });
    assert.deepEqual([code, outcome.status, outcome.error?.code], [75, "retry", "VALUE_MISSING"]);
    assert.match(outcome.error?.message ?? "", /raw\/days", partition "2026-01-02"/);
  });

  test("is counted at the instant of the request", async () => {
    const io = newFolder();
    await step(["--asset", "raw/days", "--range", "2026-01-01...2026-01-05"], { io });
    const request = { version: 1, runId: "r", step: "mart/total", atMs: Date.UTC(2026, 0, 5) };
    const { code, err } = await step(["--request", "-"], { io, input: JSON.stringify(request) });
    assert.equal(code, 0, err);
    assert.equal(read(io, "mart/total.json"), 4);
  });

  test("is its own past, in the order of the partitions", async () => {
    const io = newFolder();
    const { code } = await step(["--asset", "mart/balance", "--range", "2026-01-01...2026-01-06"], {
      io,
    });
    assert.equal(code, 0);
    assert.equal(read(io, "mart/balance.parts/2026-01-06.json"), 6);
    await step(["--asset", "mart/balance", "--partition", "2026-01-07"], { io });
    assert.equal(read(io, "mart/balance.parts/2026-01-07.json"), 7);
  });

  test("is of dynamic partitions what the request names", async () => {
    const io = newFolder();
    const words = ["--partition", "ann", "--partition", "bob"];
    assert.equal((await step(["--asset", "greeting", ...words], { io })).code, 0);
    assert.equal((await step(["--asset", "letter", "--partition", "bob"], { io })).code, 0);
    assert.equal(read(io, "letter.parts/bob.json"), "hi bob");
    const everyone = { version: 1, runId: "r", step: "everyone" };
    const refused = await step(["--request", "-"], { io, input: JSON.stringify(everyone) });
    assert.equal(refused.code, 78);
    assert.match(
      refused.outcome.error?.message ?? "",
      /keys of the dynamic partitions "customers"[^]*dynamicKeys/,
    );
    const dynamicKeys = { customers: ["ann", "bob"] };
    const made = await step(["--request", "-"], { io, input: JSON.stringify({ ...everyone, dynamicKeys }) });
    assert.equal(made.code, 0, made.err);
    assert.deepEqual(read(io, "everyone.json"), ["ann", "bob"]);
    const told = await step(["--step", "everyone", "--dynamic-keys", '{"customers":["bob"]}'], { io });
    assert.equal(told.code, 0, told.err);
    assert.deepEqual(read(io, "everyone.json"), ["bob"]);
  });

  test("cannot lie in the memory of another process", async () => {
    const { code, outcome } = await step(["--asset", "after/volatile"], { io: newFolder() });
    assert.equal(code, 75);
    assert.match(outcome.error?.message ?? "", /"memory" keeps values in the memory of one process/);
  });
});

describe("what a step makes", () => {
  test("is a batch in one call of its body", async () => {
    const io = newFolder();
    const { outcome } = await step(
      ["--asset", "mart/batch", "--range", "2026-01-01...2026-01-04"],
      { io },
    );
    assert.equal(outcome.outputs.length, 4);
    assert.equal(read(io, "mart/batch.parts/2026-01-02.json"), 4);
  });

  test("is what is asked for of a multi-asset", async () => {
    const io = newFolder();
    const whole = await step(["--step", "pair", "--run-id", "r1"], { io });
    assert.deepEqual(whole.outcome.outputs, [
      { asset: "pair/left", status: "made", dataVersion: "given" },
      {
        asset: "pair/right",
        status: "made",
        dataVersion: whole.outcome.outputs[1].dataVersion,
        codeVersion: "r7",
      },
    ]);
    for (const words of [["--step", "pair", "--outputs", "pair/right"], ["--asset", "pair/right"]]) {
      const part = await step(words, { io: newFolder() });
      assert.deepEqual(madeBy(part.outcome), ["pair/right made"]);
    }
  });

  test("is nothing when it is skipped, and the old value when that still holds", async () => {
    const io = newFolder();
    const skipped = await step(["--asset", "skipped"], { io });
    assert.deepEqual([skipped.code, skipped.outcome.status, skipped.outcome.reason], [
      99,
      "skipped",
      "no rows today",
    ]);
    await step(["--asset", "same", "--tag", "first=yes"], { io });
    const { outcome } = await step(["--asset", "same"], { io });
    assert.deepEqual(outcome.outputs, [
      { asset: "same", status: "unchanged", dataVersion: "one", metadata: { reason: "same etag" } },
    ]);
  });

  test("has another version with each attempt of a run", async () => {
    const io = newFolder();
    const versionOf = async (attempt: string) => {
      const words = [
        "--asset",
        "mart/batch",
        "--partition",
        "2026-01-01",
        "--run-id",
        "r1",
        "--attempt",
        attempt,
      ];
      return (await step(words, { io })).outcome.outputs[0].dataVersion;
    };
    assert.deepEqual([await versionOf("1"), await versionOf("2")], ["r1/1", "r1/2"]);
  });

  test("fails for good at a blocking check, and is kept all the same", async () => {
    const io = newFolder();
    const { code, outcome } = await step(["--asset", "blocked"], { io });
    assert.deepEqual([code, outcome.status, madeBy(outcome)], [78, "failed", ["blocked made"]]);
    assert.deepEqual(outcome.checks.map(({ check, passed, blocking }) => [check, passed, blocking]), [
      ["positive", false, true],
    ]);
    assert.equal(read(io, "blocked.json"), -1);
  });

  test("is a verdict, of a check that is a step", async () => {
    const io = newFolder();
    await step(["--asset", "raw/days", "--partition", "2026-01-02"], { io });
    const { code, outcome, err } = await step(["--step", "raw/days:fresh", "--partition", "2026-01-02"], {
      io,
    });
    assert.equal(code, 0, err);
    assert.deepEqual(outcome.outputs, []);
    assert.deepEqual(outcome.checks, [{
      asset: "raw/days",
      check: "fresh",
      partition: "2026-01-02",
      passed: false,
      severity: "warn",
      blocking: false,
      description: "is the first day",
    }]);
  });
});

describe("a step that fails", () => {
  const attempt = (number: string, ...words: string[]) =>
    step(["--asset", "failing", "--attempt", number, ...words], { io: newFolder() });

  test("may be tried again after the time that its policy asks for", async () => {
    const { code, outcome } = await attempt("1");
    assert.deepEqual([code, outcome.status, outcome.retryAfterMs], [75, "retry", 1_500]);
    const { name, message, stack, causes } = outcome.error ?? { name: "", message: "" };
    assert.deepEqual([name, message, causes?.[0].name, causes?.[0].message], [
      "Error",
      "boom",
      "TypeError",
      "the reason",
    ]);
    assert.match(stack ?? "", /steps\.ts/);
  });

  test("says itself when there is no use, and when to come back", async () => {
    assert.deepEqual((await attempt("2")).code, 78);
    const { code, outcome } = await attempt("3");
    assert.deepEqual([code, outcome.retryAfterMs], [75, 9_000]);
  });

  test("has failed for good at its last attempt, where the request says which that is", async () => {
    assert.deepEqual((await attempt("4", "--max-retries", "3")).code, 78);
    assert.deepEqual((await attempt("4", "--max-retries", "4")).code, 75);
  });

  test("refuses to run other code than was expected", async () => {
    const request = { version: 1, runId: "r", step: "raw/days", partitions: ["2026-01-01"] };
    const run = (codeVersion: string) =>
      step(["--request", "-"], {
        io: newFolder(),
        input: JSON.stringify({ ...request, codeVersions: { "raw/days": codeVersion } }),
      });
    assert.equal((await run("v1")).code, 0);
    const { code, outcome } = await run("v2");
    assert.equal(code, 78);
    assert.match(outcome.error?.message ?? "", /expects raw\/days to have the code version "v2"/);
  });
});
