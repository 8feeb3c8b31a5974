/** The rules of the simulation find what they are there to find: each invariant, broken by hand. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset, defineResource, definitions, type SluiceEvent } from "sluice";
import type { Invariant } from "sluice/testing";
import { judgeTrigger, TRIGGER_RULES } from "../../../src/model/assets/trigger_rule.ts";
import { Rules } from "../../../src/testing/simulate/rules/rules.ts";
import { mayBegin } from "../../../src/testing/simulate/rules/trigger_rules.ts";
import { tableOf } from "../../../src/testing/store/scribe.ts";

const a = defineAsset({ key: "a", pool: "narrow", run: () => 1 });
const b = defineAsset({ key: "b", pool: "narrow", deps: { a }, run: () => 1 });
const api = defineResource({
  name: "api",
  setup: () => 1,
  breaker: { failures: 1, withinMs: 1, openMs: 5 },
});
const c = defineAsset({ key: "c", concurrency: { key: "k" }, resources: { api }, run: () => 1 });
const d = defineAsset({ key: "d", after: [c], run: () => 1 });
const all = definitions({ assets: [a, b, c, d] });
const steps = tableOf([{ step: "a" }, { step: "b" }, { step: "c" }, { step: "d" }]);

type Line = readonly [type: SluiceEvent["type"], step?: number, attempt?: number, payload?: unknown];

const begin: readonly Line[] = [["run_created", -1, 0, { steps, tags: {}, config: {} }], ["run_started"]];
const succeed = (step: number): readonly Line[] => [["step_started", step, 1], ["step_succeeded", step, 1]];
const whole: readonly Line[] = [...begin, ...[0, 1, 2, 3].flatMap(succeed)];
const started: Line = ["element_started", 0, 1, { element: "x" }];
const made: Line = ["element_succeeded", 0, 1, { element: "x", item: "i" }];
const finish: Line = ["run_finished", -1, 0, { status: "success" }];

const gone: Line = ["run_interrupted", -1, 0, { reason: "gone" }];
const parked: Line = ["run_parked", -1, 0, { reason: "too often" }];
const recover = (count: number): readonly Line[] => [
  gone,
  ["run_recovered", -1, 0, { count, steps: [] }],
  ["run_started"],
];

/** Takes events one by one; the places count up unless they are given. */
function take(
  lines: readonly Line[],
  { runId = "r", rules = newRules(), isHolder = true, from = 1 } = {},
): Rules {
  lines.forEach(([type, step = -1, attempt = 0, payload], index) => {
    rules.take(
      [{ type, seq: from + index, atMs: 0, runId, step, attempt, payload } as SluiceEvent],
      isHolder,
    );
  });
  return rules;
}

function newRules(): Rules {
  return new Rules(all, { concurrency: 2, pools: { narrow: 1 }, recoveries: 2 });
}

const broken: readonly [title: string, invariant: Invariant, work: () => void][] = [
  ["an event of a process without the lease", "I1", () => take(begin, { isHolder: false })],
  [
    "the end of another attempt than the one under way",
    "I1",
    () => take([...begin, ["step_started", 0, 2], ["step_succeeded", 0, 1]]),
  ],
  [
    "an attempt that begins while another goes on",
    "I1",
    () => take([...begin, ["step_started", 0, 1], ["step_started", 0, 2]]),
  ],
  [
    "a step that begins again after its end",
    "I2",
    () => take([...begin, ...succeed(0), ["step_started", 0, 2]]),
  ],
  ["an event after the end of its run", "I2", () => take([...whole, finish, ["run_started"]])],
  ["a run that is created twice", "I2", () => take([...begin, ...begin])],
  [
    "a backfill that ends twice",
    "I2",
    () => {
      const end: Line = ["backfill_finished", -1, 0, { id: "x", status: "success" }];
      take([["backfill_created", -1, 0, { id: "x", plan: {}, tags: {} }], end, end], { runId: "" });
    },
  ],
  ["the end of an attempt that never began", "I3", () => take([...begin, ["step_succeeded", 0, 1]])],
  [
    "an attempt whose number was used",
    "I3",
    () =>
      take([
        ...begin,
        ["step_started", 0, 2],
        ["run_interrupted", -1, 0, { reason: "gone" }],
        ["run_started"],
        ["step_started", 0, 2],
      ]),
  ],
  ["the end of a run while a step goes on", "I3", () => take([...begin, ["step_started", 0, 1], finish])],
  ["the end of a run with steps that never began", "I3", () => take([...begin, ...succeed(0), finish])],
  ["a step that begins before its upstream", "I4", () => take([...begin, ["step_started", 1, 1]])],
  [
    "a step that begins behind a failure",
    "I4",
    () => take([...begin, ["step_started", 0, 1], ["step_failed", 0, 1], ["step_started", 1, 1]]),
  ],
  [
    "a step that reads what was skipped",
    "I4",
    () => take([...begin, ["step_started", 0, 1], ["step_skipped", 0, 1], ["step_started", 1, 1]]),
  ],
  [
    "a step that begins below a short circuit",
    "I4",
    () =>
      take([...begin, ["step_started", 2, 1], ["step_skipped", 2, 1, { reason: "", circuit: "direct" }], [
        "step_started",
        3,
        1,
      ]]),
  ],
  [
    "more steps than there are seats",
    "I6",
    () => {
      const rules = take([...begin, ["step_started", 0, 1], ["step_started", 2, 1]]);
      take([...begin, ["step_started", 2, 1]], { rules, runId: "s", from: 10 });
    },
  ],
  [
    "more steps than a pool has slots",
    "I6",
    () => {
      const rules = take([...begin, ["step_started", 0, 1]]);
      take([...begin, ["step_started", 0, 1]], { rules, runId: "s", from: 10 });
    },
  ],
  [
    "more steps of a key than its limit",
    "I6",
    () => {
      const rules = take([...begin, ["step_started", 2, 1]]);
      take([...begin, ["step_started", 2, 1]], { rules, runId: "s", from: 10 });
    },
  ],
  [
    "a step that begins while a breaker is open",
    "I6",
    () => {
      const opened = { kind: "resource", name: "api", failures: 1, untilMs: 5, error: {} };
      const rules = take([["breaker_opened", -1, 0, opened]], { rules: take(begin), runId: "", from: 10 });
      rules.take(
        [{ type: "step_started", seq: 11, atMs: 4, runId: "r", step: 2, attempt: 1 } as SluiceEvent],
        true,
      );
    },
  ],
  [
    "a recovery that counts otherwise",
    "I11",
    () => take([...begin, ["step_started", 0, 1], gone, ["run_recovered", -1, 0, { count: 2, steps: [0] }]]),
  ],
  [
    "a recovery more than is allowed",
    "I11",
    () => take([...begin, ...[1, 2, 3].flatMap(recover)]),
  ],
  [
    "a run that is parked too soon",
    "I11",
    () => take([...begin, ...recover(1), gone, parked]),
  ],
  [
    "a run that is parked while it goes on",
    "I11",
    () => take([...begin, ...recover(1), ...recover(2), parked]),
  ],
  [
    "an element that begins without its step",
    "I3",
    () => take([...begin, ["element_started", 0, 1, { element: "x" }]]),
  ],
  [
    "an element of another attempt at its step",
    "I1",
    () => take([...begin, ["step_started", 0, 2], ["element_started", 0, 1, { element: "x" }]]),
  ],
  [
    "an element that begins while it is under way",
    "I1",
    () => take([...begin, ["step_started", 0, 1], started, started]),
  ],
  ["an element that ends and never began", "I3", () => take([...begin, ["step_started", 0, 1], made])],
  [
    "a step that ends before its element",
    "I3",
    () => take([...begin, ["step_started", 0, 1], started, ["step_failed", 0, 1]]),
  ],
  [
    "an element that was made and is made again after a crash",
    "I2",
    () =>
      take([
        ...begin,
        ["step_started", 0, 1],
        started,
        made,
        ...recover(1),
        ["step_started", 0, 2],
        ["element_started", 0, 2, { element: "x" }],
        ["element_succeeded", 0, 2, { element: "x", item: "i" }],
      ]),
  ],
  [
    "more runs of a key than its limit",
    "I6",
    () => {
      const keyed: readonly Line[] = [
        ["run_created", -1, 0, { steps, tags: {}, config: {}, concurrency: { key: "k" } }],
        ["run_started"],
        ...succeed(2),
        ["step_started", 3, 1],
      ];
      take(keyed, { rules: take(keyed), runId: "s", from: 10 });
    },
  ],
  ["two events at one place", "I7", () => take(begin, { rules: take(begin), runId: "s" })],
  [
    "an event of a run that was never created",
    "I7",
    () => take([["run_started"]]),
  ],
];

describe("the rules of a simulation", () => {
  test("let a run through in which all is well", () => {
    const rules = take([...whole, finish]);
    assert.deepEqual(rules.open, []);
    assert.equal(rules.runs.get("r")?.countOf("success"), 4);
  });

  test("let through what recovery does: lost attempts, counted on", () => {
    const rules = take([
      ...begin,
      ["step_started", 0, 1],
      ["step_retrying", 0, 1],
      ["step_started", 0, 2],
      ["run_interrupted", -1, 0, { reason: "gone" }],
      ["run_started"],
      ["step_started", 0, 3],
      ["step_skipped", 0, 3],
      ["step_skipped", 1, 0],
      ["step_started", 2, 1],
      ["step_skipped", 2, 1],
      ["step_started", 3, 1],
    ]);
    assert.deepEqual(rules.open, ["run r"]);
    rules.lose((id) => id === "r");
    assert.equal(rules.runs.get("r")?.stateOf(3), "lost");
  });

  test("let through what is parked in time, and taken up again by hand", () => {
    const rules = take([
      ...begin,
      ...recover(1),
      ...recover(2),
      ...succeed(0),
      ...recover(1),
      ...recover(2),
      gone,
      parked,
      ["run_recovered", -1, 0, { count: 1, steps: [] }],
      ["run_started"],
      ["run_interrupted", -1, 0, { reason: "closed", how: "closed" }],
      ["run_recovered", -1, 0, { count: 1, steps: [] }],
    ]);
    assert.equal(rules.runs.get("r")?.recoveries, 1);
  });

  for (const [title, invariant, work] of broken) {
    test(`find ${title} (${invariant})`, () => {
      assert.throws(work, (error: Error & { invariant?: Invariant }) => {
        assert.equal(error.name, "InvariantError", String(error));
        assert.equal(error.invariant, invariant, error.message);
        return true;
      });
    });
  }
});

describe("the sentences of trigger rules", () => {
  const ends = ["success", "failed", "skipped", "upstream_failed"] as const;
  const counts = {
    success: "success",
    failed: "failed",
    skipped: "skipped",
    upstream_failed: "upstreamFailed",
  } as const;

  test("agree with what the run loop makes of two upstream steps that are over", () => {
    for (const rule of TRIGGER_RULES) {
      for (const states of ends.flatMap((one) => ends.map((other) => [one, other]))) {
        const tally = { total: 2, success: 0, failed: 0, skipped: 0, upstreamFailed: 0 };
        for (const state of states) tally[counts[state]]++;
        assert.equal(mayBegin(rule, states), judgeTrigger(rule, tally) === "run", `${rule}: ${states}`);
      }
    }
  });
});
