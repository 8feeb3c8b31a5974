import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { StepOutcome } from "../../src/model/step/outcome.ts";
import { useFolders } from "./support/folder.ts";
import { step } from "./support/step.ts";

const newFolder = useFolders();

/** The outputs of an outcome in short: asset, partition and what became of it. */
function madeBy({ outputs }: StepOutcome): readonly string[] {
  return outputs.map(({ asset, partition, status }) => [asset, partition, status].filter(Boolean).join(" "));
}

function read(folder: string, path: string): unknown {
  return JSON.parse(readFileSync(join(folder, path), "utf8"));
}

describe("sluice step", () => {
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
      partitions: { from: "2026-01-01", to: "2026-01-03" },
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
    ];
    for (const [words, input, message] of cases) {
      const { code, outcome } = await step(words, { input });
      assert.deepEqual([code, outcome.status], [78, "failed"], words.join(" "));
      assert.match(outcome.error?.message ?? "", message);
    }
  });
});
