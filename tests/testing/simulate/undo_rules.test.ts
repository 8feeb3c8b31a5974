/** The rule of undoing finds what it is there to find, and compensation keeps it through a crash at every commit. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset, definitions, type SluiceEvent } from "sluice";
import { type FaultKind, simulateRuns } from "sluice/testing";
import { Rules } from "../../../src/testing/simulate/rules/rules.ts";
import { tableOf } from "../../../src/testing/store/scribe.ts";

const undo = () => {};
const a = defineAsset({ key: "a", run: () => 1, undo });
const b = defineAsset({ key: "b", after: [a], run: () => 1, undo });
const c = defineAsset({ key: "c", after: [b], run: () => 1 });
const d = defineAsset({ key: "d", after: [c], run: () => 1 });
const all = definitions({ assets: [a, b, c, d] });
const steps = tableOf([{ step: "a" }, { step: "b" }, { step: "c" }, { step: "d" }]);

type Line = readonly [type: SluiceEvent["type"], step?: number, attempt?: number, payload?: unknown];

const created = (tags = {}): Line => ["run_created", -1, 0, { steps, tags, config: {} }];
const succeed = (step: number): readonly Line[] => [["step_started", step, 1], ["step_succeeded", step, 1]];
const failed: readonly Line[] = [
  created(),
  ["run_started"],
  ...[0, 1, 2].flatMap(succeed),
  ["step_started", 3, 1],
  ["step_failed", 3, 1],
];
const undone = (step: number): readonly Line[] => [["step_undoing", step, 1], ["step_undone", step, 1]];
const interrupted: Line = ["run_interrupted", -1, 0, { reason: "gone" }];
const recovered: Line = ["run_recovered", -1, 0, { count: 1, steps: [] }];
const end = (status: string): Line => ["run_finished", -1, 0, { status }];

function take(
  lines: readonly Line[],
  rules = new Rules(all, { concurrency: 4, pools: {}, recoveries: 3 }),
  runId = "r",
  from = 1,
) {
  for (const [index, [type, step = -1, attempt = 0, payload]] of lines.entries()) {
    rules.take([{ type, seq: from + index, atMs: 0, runId, step, attempt, payload } as SluiceEvent], true);
  }
  return rules;
}

const broken: readonly [title: string, lines: readonly Line[]][] = [
  ["undoing against the order", [...failed, ["step_undoing", 0, 1]]],
  ["undoing what failed", [...failed, ["step_undoing", 3, 1]]],
  ["undoing what cannot be undone", [...failed, ["step_undoing", 2, 1]]],
  ["undoing twice", [...failed, ...undone(1), ["step_undoing", 1, 2]]],
  ["undoing while steps go on", [...failed.slice(0, -1), ["step_undoing", 1, 1]]],
  ["the end of an attempt that never began", [...failed, ["step_undone", 1, 1]]],
  ["an attempt whose number was used", [
    ...failed,
    ["step_undoing", 1, 1],
    interrupted,
    recovered,
    ["run_started"],
    ["step_undoing", 1, 1],
  ]],
  ["the end of a run while a step is being undone", [...failed, ["step_undoing", 1, 1], end("failed")]],
  ["a run that succeeds though it undid what it made", [
    created(),
    ["run_started"],
    ...[0, 1, 2, 3].flatMap(succeed),
    ...undone(1),
    end("success"),
  ]],
  ["undoing what was unchanged", [
    created(),
    ["run_started"],
    ["step_started", 0, 1],
    ["step_succeeded", 0, 1, { outputs: [{ unchanged: true }] }],
    ["step_started", 1, 1],
    ["step_failed", 1, 1],
    ["step_undoing", 0, 1],
  ]],
];

describe("the rule of undoing", () => {
  test("lets through what is right, also after a crash and by another run", () => {
    const lost: readonly Line[] = [["step_undoing", 1, 1], interrupted, recovered, ["run_started"]];
    const failing: readonly Line[] = [["step_undoing", 1, 2], ["step_undo_retrying", 1, 2], [
      "step_undoing",
      1,
      3,
    ]];
    const rules = take([
      ...failed,
      ...lost,
      ...failing,
      ["step_undo_failed", 1, 3],
      ...undone(0),
      end("failed"),
    ]);
    const other: readonly Line[] = [
      created({ "sluice/compensates": "r" }),
      ["run_started"],
      ...([0, 2, 3] as const).map((step): Line => ["step_skipped", step]),
      ...undone(1),
      end("success"),
    ];
    take(other, rules, "s", 100);
    assert.deepEqual(rules.open, []);
    assert.throws(() => take(other, rules, "t", 200), /I12/);
  });

  for (const [title, lines] of broken) {
    test(`finds ${title}`, () => {
      assert.throws(() => take(lines), (error: Error) => {
        assert.match(error.message, /^I12: /);
        return true;
      });
    });
  }
});

describe("compensation", () => {
  /** A shop in which the last step always fails, so that every run has to undo all of it. */
  const order = defineAsset({ key: "order", run: () => 1, undo });
  const stock = defineAsset({ key: "stock", after: [order], run: () => 1, undo });
  const payment = defineAsset({
    key: "payment",
    after: [order],
    run: () => 1,
    undo,
    retry: { maxRetries: 1 },
  });
  const parcel = defineAsset({
    key: "parcel",
    after: [stock, payment],
    run: () => {
      throw new Error("out of stock");
    },
  });
  const shop = definitions({ assets: [order, stock, payment, parcel] });

  const count = (events: readonly SluiceEvent[], wanted: SluiceEvent["type"]) =>
    events.filter(({ type }) => type === wanted).length;

  for (
    const kind of ["crash-before", "crash-after", "call", "pause"] as const satisfies readonly FaultKind[]
  ) {
    test(`comes to its end through ${kind} at every moment`, async () => {
      const seed = await undoingSeed();
      const plain = await simulateRuns(shop, { seed, faults: [], steps: 8 });
      const most = kind === "call" ? plain.calls : plain.commits;
      assert.ok(most > 8, String(most));
      for (let at = 1; at <= most; at++) {
        const { events, runs } = await simulateRuns(shop, { seed, faults: [{ kind, at }], steps: 8 });
        for (const { id, status, steps, tags } of runs) {
          if (status === "success" || tags["sluice/compensate"] === "never") continue;
          const own = events.filter(({ runId }) => runId === id);
          const left = count(own, "step_succeeded") - count(own, "step_undone") -
            count(own, "step_undo_failed");
          if (status === "failed") assert.equal(left, 0, `${kind} ${at}: ${JSON.stringify(steps)}`);
        }
      }
    });
  }

  /** The first seed whose world, without faults, undoes two whole runs. */
  async function undoingSeed(): Promise<number> {
    for (let seed = 1;; seed++) {
      const { events } = await simulateRuns(shop, { seed, faults: [], steps: 8 });
      if (count(events, "step_undone") >= 6) return seed;
    }
  }
});
