import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  allMapping,
  type Asset,
  customMapping,
  dailyPartitions,
  defineAsset,
  definitions,
  lastMapping,
  type Mapping,
  monthlyPartitions,
  multiMapping,
  multiPartitions,
  type Partitions,
  specificMapping,
  staticPartitions,
  timeWindowMapping,
} from "sluice";
import type { AssetFacts, Facts } from "../../../src/model/events/facts.ts";
import { fullSubset, rangeSubset } from "../../../src/model/partitions/subset.ts";
import { openPlanning, type PlanningContext } from "../../../src/planner/context.ts";
import { planRun } from "../../../src/planner/run.ts";
import { History } from "../facts.ts";
import { keysOf, NOW_MS, planning } from "../world.ts";

const day = dailyPartitions({ start: "2026-01-30", end: "2026-03-15" });
const month = monthlyPartitions({ start: "2026-01-01", end: "2026-04-01" });
const region = staticPartitions(["eu", "us", "jp"]);
const kind = staticPartitions(["a", "b", "c", "d"]);
const grid = multiPartitions({ kind, region });
const wide = multiPartitions({ day, kind, region });

/** What reads what, and how. */
const PAIRS:
  readonly (readonly [down: Partitions | undefined, up: Partitions | undefined, mapping?: Mapping])[] = [
    [undefined, undefined],
    [undefined, wide],
    [day, undefined],
    [day, day],
    [day, month],
    [month, day],
    [day, day, allMapping()],
    [day, grid, allMapping()],
    [region, day, lastMapping()],
    [day, region, specificMapping(["eu", "jp"])],
    [day, day, timeWindowMapping({ startOffset: -40, endOffset: 0 })],
    [grid, kind],
    [kind, grid],
    [grid, wide],
    [wide, grid],
    [wide, multiPartitions({ kind, day: month })],
    [
      region,
      kind,
      customMapping({
        name: "some",
        upstream: (key) => key === "eu" ? ["a", "c"] : key === "us" ? ["c", "d"] : [],
        downstream: (key) => key === "c" ? ["eu", "us"] : key === "a" ? ["eu"] : key === "d" ? ["us"] : [],
      }),
    ],
  ];

function declare(down: Partitions | undefined, up: Partitions | undefined, mapping?: Mapping) {
  const upstream: Asset = defineAsset({ key: "up", partitions: up, run: () => 1 });
  const dependency = mapping ? { asset: upstream, mapping } : upstream;
  return definitions({
    assets: [upstream, defineAsset({ key: "down", partitions: down, after: [dependency], run: () => 1 })],
  });
}

/** What "stale" means, pair by pair: a value that was read has changed since. */
function expected(
  context: PlanningContext,
): { readonly stale: readonly number[]; readonly changedMs: number } {
  const step = context.definitions.asset("down")["~step"];
  const mapping = context.mapping(step, step.inputs[0]);
  const [down, up] = [context.factsOf("down"), context.factsOf("up")];
  const found = [...down.materialized.indices()].map((index) => {
    const readSeq = down.at(index)?.readSeq ?? 0;
    const read = [...mapping.toUpstream(rangeSubset(index, index + 1)).existing.indices()];
    const changed = read.map((cell) => up.at(cell)).filter((facts) => facts && facts.changedSeq > readSeq);
    return { index, changedMs: Math.max(0, ...changed.map((facts) => facts?.changedMs ?? 0)) };
  }).filter(({ changedMs }) => changedMs > 0);
  return {
    stale: found.map(({ index }) => index),
    changedMs: Math.max(0, ...found.map(({ changedMs }) => changedMs)),
  };
}

function planned(context: PlanningContext): ReturnType<typeof expected> {
  const plan = planRun(context, { scope: "stale", select: "down" });
  const reasons = Array.from(plan.ranks).flatMap((rank) => plan.reasons.get(rank) ?? []);
  const changed = reasons.flatMap(({ reason, subset }) =>
    reason.kind === "upstream-changed" ? [{ changedMs: reason.changedMs, subset }] : []
  );
  assert.ok(changed.length <= 1);
  return {
    stale: [...(changed[0]?.subset ?? fullSubset(0)).indices()],
    changedMs: changed[0]?.changedMs ?? 0,
  };
}

describe("staleness and a model of it", () => {
  for (const [number, [down, up, mapping]] of PAIRS.entries()) {
    const name = `${down?.kind ?? "unit"} reads ${up?.kind ?? "unit"} by ${
      mapping?.kind ?? "what is inferred"
    }`;
    test(`agree where ${name} (${number})`, () => {
      const all = declare(down, up, mapping);
      const empty = planning(all, new History());
      const keys = { down: keysOf(empty.space(down)), up: keysOf(empty.space(up)) };
      const line = fc.tuple(
        fc.constantFrom<("down" | "up")[]>("down", "up"),
        fc.nat(),
        fc.oneof(fc.constant(1), fc.nat({ max: 60 })),
      );
      fc.assert(
        fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
          const history = new History();
          for (const [asset, first, count] of lines) {
            const from = first % keys[asset].length;
            history.make(asset, keys[asset].slice(from, from + count));
          }
          const context = planning(all, history);
          assert.deepEqual(planned(context), expected(context));
        }),
        { seed: 5, numRuns: 60 },
      );
    });
  }
});

/** Everything made, upstream at 2 and downstream read at 1, with a count of the looks. */
class Counted implements Facts {
  readonly seq = 3;
  looks = 0;

  dynamicKeys(): readonly string[] {
    return [];
  }

  asset(key: string, space: AssetFacts["space"]): AssetFacts {
    const look = (seq: number) => () => {
      this.looks++;
      return seq;
    };
    const all = fullSubset(space.size);
    const [changedSeq, readSeq] = key === "up" ? [2, 0] : [3, 1];
    return {
      space,
      materialized: all,
      failed: fullSubset(0),
      newestChange: changedSeq,
      oldestRead: readSeq,
      newest: { seq: changedSeq, atMs: 0 },
      at: () => undefined,
      changedSeqAt: look(changedSeq),
      readSeqAt: look(readSeq),
      changedAfter: () => all,
      madeAfter: () => all,
      readBefore: () => all,
      madeByOther: () => fullSubset(0),
    };
  }
}

describe("staleness of many that read many", () => {
  const many = staticPartitions(Array.from({ length: 1_000 }, (_, index) => `k${index}`));
  const days = dailyPartitions({ start: "2000-01-01", end: "2026-01-01" });
  const inner = multiPartitions({ a: many, b: staticPartitions(["x", "y", "z"]) });
  const outer = multiPartitions({ b: staticPartitions(["x", "y", "z"]), z: many });
  const byB = multiMapping({ b: { dimension: "b" } });
  const cases: readonly (readonly [name: string, down: Partitions, up: Partitions, mapping: Mapping])[] = [
    ["all of a thousand", many, many, allMapping()],
    ["all of nine thousand days", days, days, allMapping()],
    ["the last five years", days, days, timeWindowMapping({ startOffset: -1_826, endOffset: 0 })],
    ["a slow dimension that it does not have", outer, inner, byB],
  ];
  for (const [name, down, up, mapping] of cases) {
    test(`takes a number of looks that grows with both and not with their product: ${name}`, () => {
      const all = declare(down, up, mapping);
      const facts = new Counted();
      const context = openPlanning(all, facts, NOW_MS);
      const sizes = context.space(down).size + context.space(up).size;
      const plan = planRun(context, { scope: "stale", select: "down" });
      assert.equal(plan.sets.get(plan.ranks[0])?.subset.size, context.space(down).size);
      assert.ok(facts.looks <= 8 * sizes, `${facts.looks} looks for ${sizes} partitions`);
    });
  }
});
