import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset } from "../../../src/model/assets/asset.ts";
import { defineCheck } from "../../../src/model/assets/check.ts";
import { defineMultiAsset } from "../../../src/model/assets/multi_asset.ts";
import { type AutomationCondition, condition as c } from "../../../src/model/automation/condition.ts";
import { type Definitions, definitions } from "../../../src/model/definitions.ts";
import { dailyPartitions, dynamicPartitions } from "../../../src/model/partitions/definition.ts";
import { emptySubset, fullSubset, type Subset } from "../../../src/model/partitions/subset.ts";
import { explainDecision } from "../../../src/planner/automation/explain.ts";
import { formatAutomation } from "../../../src/planner/automation/explanation.ts";
import type { AssetMemory } from "../../../src/planner/automation/memory.ts";
import { planRequested } from "../../../src/planner/automation/plan.ts";
import { compileAutomation } from "../../../src/planner/automation/program.ts";
import { evaluateRound, REPEAT_MS, type RoundResult } from "../../../src/planner/automation/round.ts";
import type { AutomationWorld } from "../../../src/planner/automation/world.ts";
import { openPlanning } from "../../../src/planner/context.ts";
import { History } from "../facts.ts";
import { outline } from "../world.ts";

const NOW_MS = Date.UTC(2026, 0, 10, 0, 0, 7);

/** Evaluates everything, round after round. */
class Rounds {
  readonly history: History = new History();
  readonly memories: Map<string, AssetMemory> = new Map();
  underWay: ReadonlyMap<string, Subset> = new Map();
  all: Definitions;
  nowMs = NOW_MS;

  constructor(all: Definitions) {
    this.all = all;
  }

  get world(): AutomationWorld {
    return {
      planning: openPlanning(this.all, this.history, this.nowMs),
      runsUnderWay: (asset) => this.underWay.get(asset) ?? emptySubset(),
      backfillsUnderWay: () => emptySubset(),
      wasToMake: () => false,
      verdicts: () => [],
    };
  }

  next(afterMs = 1_000, repeatMs?: number): RoundResult {
    this.nowMs += afterMs;
    const program = compileAutomation(this.all);
    const result = evaluateRound(
      program,
      program.assets,
      this.world,
      (key) => this.memories.get(key),
      repeatMs,
    );
    for (const [key, { memory }] of result.decisions) {
      this.memories.set(key, JSON.parse(JSON.stringify(memory)));
    }
    return result;
  }

  requested(afterMs?: number): readonly string[] {
    return [...this.next(afterMs).requested.keys()];
  }
}

function alone(automation: AutomationCondition): Definitions {
  const raw = defineAsset({ key: "raw", run: () => 1 });
  return definitions({ assets: [raw, defineAsset({ key: "one", deps: { raw }, automation, run: () => 1 })] });
}

describe("a round", () => {
  test("asks for what stays so every half minute, and not while it is being made", () => {
    const rounds = new Rounds(alone(c.missing));
    assert.deepEqual(rounds.requested(), ["one"]);
    assert.deepEqual(rounds.requested(), []);
    assert.deepEqual(rounds.requested(REPEAT_MS), ["one"]);
    rounds.underWay = new Map([["one", fullSubset(1)]]);
    assert.deepEqual(rounds.requested(REPEAT_MS), []);
    rounds.underWay = new Map();
    assert.deepEqual(rounds.requested(), ["one"]);
  });

  test("asks at once for what begins to be so again", () => {
    const rounds = new Rounds(alone(c.and(c.missing, c.not(c.runInProgress))));
    assert.deepEqual(rounds.requested(), ["one"]);
    rounds.history.make("one");
    assert.deepEqual(rounds.requested(), []);
    rounds.history.wipe("one");
    assert.deepEqual(rounds.requested(), ["one"]);
  });

  test("remembers what is pending while something stands in the way", () => {
    const rounds = new Rounds(alone(c.eager));
    rounds.history.make("raw").make("one");
    rounds.next();
    rounds.history.make("raw");
    rounds.underWay = new Map([["one", fullSubset(1)]]);
    assert.deepEqual(rounds.requested(), []);
    assert.deepEqual(rounds.requested(), []);
    rounds.underWay = new Map();
    assert.deepEqual(rounds.requested(), ["one"]);
    assert.deepEqual(rounds.requested(), []);
  });

  test("forgets of an edited condition only what was edited", () => {
    const pending = c.since(c.anyDeps(c.newlyUpdated), c.newlyUpdated);
    const rounds = new Rounds(alone(c.and(pending, c.inProgress)));
    rounds.next();
    rounds.history.make("raw");
    assert.deepEqual(rounds.requested(), []);
    rounds.all = alone(c.and(c.not(c.inProgress), c.or(c.initialEvaluation, pending)));
    assert.deepEqual(rounds.requested(), ["one"]);
    rounds.all = alone(c.and(c.not(c.inProgress), c.since(c.anyDeps(c.newlyUpdated), c.missing)));
    assert.deepEqual(rounds.next(1_000, 0).requested.size, 0);
  });

  test("begins anew when the partitions are defined otherwise", () => {
    const first = definitions({
      assets: [defineAsset({ key: "one", automation: c.initialEvaluation, run: () => 1 })],
    });
    const rounds = new Rounds(first);
    assert.deepEqual(rounds.requested(), ["one"]);
    assert.deepEqual(rounds.requested(REPEAT_MS), []);
    const customers = dynamicPartitions("customers");
    rounds.all = definitions({
      assets: [
        defineAsset({ key: "one", partitions: customers, automation: c.initialEvaluation, run: () => 1 }),
      ],
    });
    rounds.history.add("customers", ["ann"]);
    assert.deepEqual(rounds.requested(REPEAT_MS), ["one"]);
    rounds.history.add("customers", ["ann", "bob"]);
    assert.deepEqual(rounds.requested(REPEAT_MS), []);
  });

  test("keeps what is pending of the keys that are left when others are removed", () => {
    const customers = dynamicPartitions("customers");
    const one = defineAsset({
      key: "one",
      partitions: customers,
      automation: c.and(c.since(c.newlyMissing, c.newlyUpdated), c.inProgress),
      run: () => 1,
    });
    const rounds = new Rounds(definitions({ assets: [one] }));
    rounds.history.add("customers", ["ann", "bob", "cy"]);
    rounds.next();
    rounds.history.add("customers", ["bob"]);
    rounds.next();
    rounds.underWay = new Map([["one", fullSubset(1)]]);
    assert.equal(rounds.next().decisions.get("one")?.requested.size, 1);
  });

  test("asks for all that a step makes", () => {
    const both = defineMultiAsset({
      name: "both",
      outputs: { left: { key: "left", automation: c.missing }, right: { key: "right" } },
      run: () => ({ left: 1, right: 2 }),
    });
    const rounds = new Rounds(definitions({ assets: [both] }));
    const result = rounds.next();
    assert.deepEqual([...result.decisions.keys()], ["left"]);
    assert.deepEqual([...result.requested.keys()], ["left", "right"]);
    assert.deepEqual(outline(planRequested(rounds.world.planning, result.requested)), ["both"]);
  });

  test("is made by one run, each asset with its own partitions, and checked", () => {
    const days = dailyPartitions({ start: "2026-01-01" });
    const raw = defineAsset({
      key: "raw",
      partitions: days,
      automation: c.and(c.missing, c.inLatestTimeWindow(2 * 86_400_000)),
      run: () => 1,
    });
    const sum = defineAsset({ key: "sum", deps: { raw }, automation: c.anyDepsUpdated, run: () => 1 });
    const late = defineAsset({
      key: "late",
      partitions: days,
      deps: { raw },
      automation: c.anyDepsUpdated,
      run: () => 1,
    });
    const check = defineCheck({ asset: late, name: "fine", run: () => true });
    const rounds = new Rounds(definitions({ assets: [raw, sum, late], checks: [check] }));
    rounds.history.make("raw", ["2026-01-08"]);
    const { requested } = rounds.next();
    assert.deepEqual(outline(planRequested(rounds.world.planning, requested)), [
      "raw 2026-01-09 (1)",
      "late 2026-01-09 (1)",
      "late:fine 2026-01-09 (1)",
    ]);
  });

  test("explains itself", () => {
    const rounds = new Rounds(alone(c.eager));
    rounds.next();
    const { decisions } = rounds.next();
    const explanation = explainDecision(
      decisions.get("one") ?? assert.fail("not decided"),
      rounds.world.planning,
    );
    assert.equal(explanation.because, "since-last-handled does not hold");
    assert.deepEqual(formatAutomation(explanation).split("\n").slice(0, 8), [
      "one: since-last-handled does not hold",
      "  no  eager",
      "    yes in-latest-time-window",
      "    no  since-last-handled",
      "      no  or",
      "        no  newly-missing",
      "          yes missing",
      "        no  any-deps-updated",
    ]);
    rounds.history.make("raw");
    rounds.underWay = new Map([["raw", fullSubset(1)]]);
    const decided = rounds.next().decisions.get("one") ?? assert.fail("not decided");
    assert.equal(explainDecision(decided, rounds.world.planning).because, "any-deps-in-progress holds (raw)");
  });
});
