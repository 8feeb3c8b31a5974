import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { defineAsset, selfDep } from "../../src/model/assets/asset.ts";
import { defineCheck } from "../../src/model/assets/check.ts";
import type { Asset } from "../../src/model/assets/declaration.ts";
import { defineMultiAsset } from "../../src/model/assets/multi_asset.ts";
import { type } from "../../src/model/assets/schema.ts";
import { isOwnOutput } from "../../src/model/compile.ts";
import { definitions } from "../../src/model/definitions.ts";
import {
  dailyPartitions,
  monthlyPartitions,
  multiPartitions,
  type Partitions,
  staticPartitions,
} from "../../src/model/partitions/definition.ts";
import {
  allMapping,
  customMapping,
  identityMapping,
  lastMapping,
  type Mapping,
  specificMapping,
  timeWindowMapping,
} from "../../src/model/partitions/mapping.ts";
import { type Subset, subsetOf } from "../../src/model/partitions/subset.ts";
import { openPlanning, type PlanningContext } from "../../src/planner/context.ts";
import type { RunPlan } from "../../src/planner/plan.ts";
import type { PlanRequest } from "../../src/planner/request.ts";
import { planRun } from "../../src/planner/run.ts";
import { compileSteps, compileStepsInSlices } from "../../src/planner/steps.ts";
import type { StepGraph } from "../../src/planner/steps/table.ts";
import { History } from "./facts.ts";

const NOW_MS = Date.UTC(2030, 0, 1);

function planOf(
  assets: readonly Asset[],
  request: PlanRequest = { partitions: "all" },
  checks: readonly ReturnType<typeof defineCheck>[] = [],
): { readonly plan: RunPlan; readonly context: PlanningContext } {
  const context = openPlanning(definitions({ assets, checks }), new History(), NOW_MS);
  return { plan: planRun(context, request), context };
}

/** A step by name and partitions. */
function nameOf(graph: StepGraph, step: number): string {
  const keys = graph.partitionKeys(step);
  const { step: name } = graph.node(graph.nodeOf(step));
  return keys.length === 0 ? name : `${name}@${keys.join("+")}`;
}

/** The steps that each step waits for, barriers seen through. */
function waitsOf(graph: StepGraph): ReadonlyMap<string, ReadonlySet<string>> {
  const { offsets, targets } = graph.parents;
  const through = (node: number, into: Set<string>) => {
    for (let edge = offsets[node]; edge < offsets[node + 1]; edge++) {
      if (targets[edge] < graph.count) into.add(nameOf(graph, targets[edge]));
      else through(targets[edge], into);
    }
    return into;
  };
  return new Map(
    Array.from({ length: graph.count }, (_, step) => [nameOf(graph, step), through(step, new Set())]),
  );
}

/** The same, worked out cell by cell from declarations and mappings. */
function expectedWaits(plan: RunPlan, context: PlanningContext): ReadonlyMap<string, ReadonlySet<string>> {
  const { definitions: all } = plan;
  const planned = Array.from(plan.ranks);
  const subsetAt = (rank: number): Subset => plan.sets.get(rank)?.subset ?? subsetOf([0]);
  const stepNames = new Map<number, Map<number, string>>();
  for (const rank of planned) {
    const { name, batch, backfill } = all.steps[rank];
    const set = plan.sets.get(rank);
    const cells = [...subsetAt(rank).indices()];
    const size = batch ? Math.min(cells.length, backfill?.maxPartitionsPerRun ?? cells.length) : 1;
    const names = new Map<number, string>();
    for (let first = 0; first < cells.length; first += size) {
      const chunk = cells.slice(first, first + size);
      const keys = set ? chunk.map((cell) => set.space.keyAt(cell)).join("+") : undefined;
      for (const cell of chunk) names.set(cell, keys === undefined ? name : `${name}@${keys}`);
    }
    stepNames.set(rank, names);
  }
  const waits = new Map<string, Set<string>>();
  for (const names of stepNames.values()) for (const name of names.values()) waits.set(name, new Set());
  for (const rank of planned) {
    const step = all.steps[rank];
    for (const input of step.inputs) {
      const isOwn = isOwnOutput(step, input.key);
      const makers = planned.filter((other) =>
        all.steps[other].outputs.some(({ key }) => key === input.key) ||
        (!isOwn && step.kind !== "check" && all.steps[other].check?.blocking &&
          all.steps[other].check?.asset === input.key)
      );
      const mapping = context.mapping(step, input);
      for (const [cell, name] of stepNames.get(rank) ?? []) {
        mapping.eachUpstreamRange(cell, (start, end) => {
          for (let up = start; up < end; up++) {
            for (const maker of makers) {
              const upstream = stepNames.get(maker)?.get(up);
              if (upstream !== undefined && upstream !== name) waits.get(name)?.add(upstream);
            }
          }
        });
      }
    }
  }
  return waits;
}

function agrees(plan: RunPlan, context: PlanningContext): StepGraph {
  const graph = compileSteps(plan);
  assert.deepEqual(waitsOf(graph), expectedWaits(plan, context));
  const { parents, children, size } = graph;
  assert.equal(parents.offsets[size], children.offsets[size]);
  for (let node = 0; node < size; node++) {
    for (let edge = parents.offsets[node]; edge < parents.offsets[node + 1]; edge++) {
      if (node < graph.count && parents.targets[edge] < graph.count) assert.ok(parents.targets[edge] < node);
    }
  }
  return graph;
}

const names = (count: number, prefix = "k") =>
  staticPartitions(Array.from({ length: count }, (_, index) => `${prefix}${index}`));

describe("compileSteps", () => {
  test("shares the arrays of the definitions when everything runs once", () => {
    const a = defineAsset({ key: "a", run: () => 1 });
    const b = defineAsset({ key: "b", deps: { a }, run: () => 1 });
    const { plan, context } = planOf([b, a], {});
    const graph = agrees(plan, context);
    assert.equal(graph.children.targets, plan.definitions.stepGraph.children);
    assert.equal(graph.parents.offsets, plan.definitions.stepGraph.parentOffsets);
    assert.deepEqual([graph.count, graph.size, graph.nodeCount], [2, 2, 2]);
  });

  test("keeps the edges between selected steps only", () => {
    const a = defineAsset({ key: "a", run: () => 1 });
    const b = defineAsset({ key: "b", deps: { a }, run: () => 1 });
    const c = defineAsset({ key: "c", deps: { a, b }, run: () => 1 });
    const { plan, context } = planOf([c, b, a], { select: "a or c" });
    const graph = agrees(plan, context);
    assert.deepEqual(waitsOf(graph), new Map([["a", new Set()], ["c", new Set(["a"])]]));
    assert.deepEqual([0, 1, 2].map((rank) => graph.nodeOfRank(rank)), [0, -1, 1]);
  });

  test("answers what step numbers mean", () => {
    const keys = names(5);
    const { one, two } = defineMultiAsset({
      name: "pair",
      partitions: keys,
      subsettable: true,
      outputs: { one: { key: "one", codeVersion: "1" }, two: { key: "two" } },
      run: () => ({ one: 1, two: 2 }),
    });
    const after = defineAsset({ key: "after", after: [two], run: () => 1 });
    const { plan } = planOf([one, two, after], { select: "one or after", partitions: ["k1", "k3"] });
    const graph = compileSteps(plan);
    assert.deepEqual(graph.node(0), {
      step: "pair",
      kind: "multi-asset",
      outputs: [{ asset: "one", codeVersion: "1" }],
      firstStep: 0,
      stepCount: 2,
      chunkSize: 1,
      partitions: { kind: "names", names: ["k1", "k3"] },
      partitionCount: 2,
    });
    assert.deepEqual([graph.partitionKeys(1), graph.identities(1), graph.partitionKeys(2)], [
      ["k3"],
      ["k3"],
      [],
    ]);
    assert.deepEqual([graph.nodeOf(0), graph.nodeOf(1), graph.nodeOf(2)], [0, 0, 1]);
    assert.deepEqual(graph.outline?.outputs, new Map([[0, [0]]]));
    assert.deepEqual([...graph.outline?.rows ?? []], [...plan.ranks]);
    assert.equal(graph.outline?.catalogue.node(plan.ranks[0]).outputs.length, 2);
  });

  test("knows windows and cells by what they are", () => {
    const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-04" });
    const daily = defineAsset({ key: "daily", partitions: days, run: () => 1 });
    const cells = multiPartitions({ day: days, kind: staticPartitions(["a", "b"]) });
    const cell = defineAsset({ key: "cell", partitions: cells, run: () => 1 });
    const graph = compileSteps(planOf([daily, cell]).plan);
    const first = Date.UTC(2026, 0, 1);
    const of = (name: string) =>
      Array.from({ length: graph.count }, (_, step) => step).filter((step) =>
        nameOf(graph, step).startsWith(name)
      );
    assert.deepEqual(
      of("daily").map((step) => graph.identities(step)),
      [0, 1, 2].map((day) => [first + day * 86_400_000]),
    );
    assert.deepEqual(graph.identities(of("cell")[3]), [[first + 86_400_000, "b"]]);
  });

  test("connects partitions through every kind of mapping", () => {
    const few = names(6);
    const days = dailyPartitions({ start: "2026-01-01", end: "2026-03-01" });
    const months = monthlyPartitions({ start: "2026-01-01", end: "2026-03-01" });
    const base = defineAsset({ key: "base", partitions: few, run: () => 1 });
    const daily = defineAsset({ key: "daily", partitions: days, run: () => 1 });
    const read = (key: string, asset: Asset, partitions: Partitions | undefined, mapping?: Mapping) =>
      defineAsset({
        key,
        partitions: partitions as never,
        deps: { up: { asset, mapping } } as never,
        run: () => 1,
      });
    const assets = [
      base,
      daily,
      read("same", base, few, identityMapping()),
      read("all", base, few, allMapping()),
      read("last", base, few, lastMapping()),
      read("some", base, few, specificMapping(["k4", "k1"])),
      read("one", base, undefined, specificMapping("k2")),
      read("whole", base, undefined),
      read("monthly", daily, months),
      read("yesterday", daily, days, timeWindowMapping({ startOffset: -1, endOffset: -1 })),
      read("week", daily, days, timeWindowMapping({ startOffset: -6 })),
      read(
        "own",
        base,
        few,
        customMapping({
          name: "rotate",
          upstream: (key) => [`k${(Number(key.slice(1)) + 2) % 6}`],
          downstream: (key) => [`k${(Number(key.slice(1)) + 4) % 6}`],
        }),
      ),
    ];
    const { plan, context } = planOf(assets);
    agrees(plan, context);
    agrees(planOf(assets, { partitions: "all", select: "base+" }).plan, context);
  });

  test("orders a step's own past, also in batches", () => {
    const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-21" });
    for (const batch of [undefined, 1, 3, 100]) {
      const own = defineAsset({
        key: "own",
        partitions: days,
        deps: {
          before: selfDep(type<number>(), days, timeWindowMapping({ startOffset: -4, endOffset: -1 })),
        },
        ...(batch !== undefined && { batch: true, backfill: { maxPartitionsPerRun: batch } }),
        run: (() => []) as never,
      });
      const { plan, context } = planOf([own]);
      assert.equal(agrees(plan, context).count, batch === undefined ? 20 : Math.ceil(20 / batch));
    }
  });

  test("lets consumers wait for blocking checks, partition by partition", () => {
    const keys = names(4);
    const a = defineAsset({ key: "a", partitions: keys, run: () => 1 });
    const b = defineAsset({ key: "b", partitions: keys, deps: { a }, run: () => 1 });
    const whole = defineAsset({ key: "whole", deps: { a }, run: () => 1 });
    const block = defineCheck({ asset: a, name: "block", blocking: true, run: () => true });
    const free = defineCheck({ asset: a, name: "free", run: () => true });
    const { plan, context } = planOf([a, b, whole], { partitions: ["k1", "k2"] }, [block, free]);
    const waits = waitsOf(agrees(plan, context));
    assert.deepEqual(waits.get("b@k1"), new Set(["a@k1", "a:block@k1"]));
    assert.deepEqual(waits.get("a:free@k2"), new Set(["a@k2"]));
    assert.equal(waits.get("whole")?.size, 4);
  });

  test("keeps the edges few where many wait for many", () => {
    const many = names(10_000);
    const up = defineAsset({ key: "up", partitions: many, run: () => 1 });
    const down = defineAsset({
      key: "down",
      partitions: many,
      deps: { up: { asset: up, mapping: allMapping() } },
      run: () => 1,
    });
    const again = defineAsset({
      key: "again",
      partitions: many,
      deps: { up: { asset: up, mapping: allMapping() } },
      run: () => 1,
    });
    const graph = compileSteps(planOf([up, down, again]).plan);
    assert.deepEqual([graph.count, graph.size, graph.parents.offsets[graph.size]], [30_000, 30_001, 30_000]);

    const days = dailyPartitions({ start: "2020-01-01", end: "2025-06-01" });
    const daily = defineAsset({ key: "daily", partitions: days, run: () => 1 });
    const sliding = defineAsset({
      key: "sliding",
      partitions: days,
      deps: {
        daily: { asset: daily, mapping: timeWindowMapping({ startOffset: -999, allowNonexistent: true }) },
      },
      run: () => 1,
    });
    const windows = compileSteps(planOf([daily, sliding]).plan);
    const edges = windows.parents.offsets[windows.size];
    assert.equal(windows.count, 2 * 1_978);
    assert.ok(edges < 1_978 * 22, `${edges} edges`);
    const { plan, context } = planOf([daily, sliding], {
      partitions: { start: "2024-01-01", end: "2024-03-30" },
    });
    agrees(plan, context);
  });

  test("finds the same edges through a tree of barriers", () => {
    const days = dailyPartitions({ start: "2026-01-01", end: "2026-05-01" });
    const daily = defineAsset({ key: "daily", partitions: days, run: () => 1 });
    const sliding = defineAsset({
      key: "sliding",
      partitions: days,
      deps: { daily: { asset: daily, mapping: timeWindowMapping({ startOffset: -59 }) } },
      run: () => 1,
    });
    const { plan, context } = planOf([daily, sliding]);
    const graph = agrees(plan, context);
    assert.ok(graph.size > graph.count);
  });

  test("pauses on the way, and comes to the same", () => {
    const many = names(9_000);
    const up = defineAsset({ key: "up", partitions: many, run: () => 1 });
    const down = defineAsset({ key: "down", partitions: many, deps: { up }, run: () => 1 });
    const { plan } = planOf([up, down]);
    const work = compileStepsInSlices(plan);
    let pauses = 0;
    let step = work.next();
    for (; !step.done; step = work.next()) pauses++;
    assert.ok(pauses > 2);
    assert.deepEqual(step.value.parents, compileSteps(plan).parents);
  });

  test("agrees with the mappings on random graphs, subsets and batches", () => {
    const keys = names(12);
    const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-13" });
    const mappings: readonly (Mapping | undefined)[] = [
      undefined,
      identityMapping(),
      allMapping(),
      lastMapping(),
      specificMapping(["k3", "k7", "k8"]),
    ];
    const node = fc.record({
      partitioned: fc.constantFrom("keys", "keys", "days", "none"),
      deps: fc.array(
        fc.record({ up: fc.nat(8), mapping: fc.nat(4), offset: fc.integer({ min: -5, max: 0 }) }),
        {
          maxLength: 3,
        },
      ),
      batch: fc.constantFrom(0, 0, 0, 1, 4, 50),
      check: fc.boolean(),
    });
    const picked = fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 9 }), picked, (nodes, cells) => {
        const assets: Asset[] = [];
        const checks: ReturnType<typeof defineCheck>[] = [];
        const kinds = nodes.map(({ partitioned }) => partitioned);
        for (const [index, { partitioned, deps, batch, check }] of nodes.entries()) {
          const inputs: Record<string, unknown> = {};
          for (const [place, { up, mapping, offset }] of deps.entries()) {
            if (up >= index) continue;
            const given = givenMapping(partitioned, kinds[up], mappings[mapping], offset);
            if (given !== null) inputs[`i${place}`] = { asset: assets[up], ...(given && { mapping: given }) };
          }
          const asset = defineAsset({
            key: `a${index}`,
            partitions: (partitioned === "keys" ? keys : partitioned === "days" ? days : undefined) as never,
            deps: inputs as never,
            ...(batch > 0 && partitioned !== "none" &&
              { batch: true, backfill: { maxPartitionsPerRun: batch } }),
            run: (() => []) as never,
          });
          assets.push(asset);
          if (check) {
            checks.push(defineCheck({ asset, name: "c", blocking: index % 2 === 0, run: () => true }));
          }
        }
        const { plan, context } = planOf(assets, { partitions: "all" }, checks);
        agrees(plan, context);
        const subset = subsetOf(cells);
        const sets = new Map(
          [...plan.sets].map(([rank, { space, subset: all }]) =>
            [rank, { space, subset: rank % 2 === 0 ? subset : all }] as const
          ),
        );
        agrees({ ...plan, sets }, context);
      }),
      { numRuns: 120, seed: 4_711 },
    );
  });
});

/** A mapping that may stand between two kinds of partitions; undefined for none, null where there is no way. */
function givenMapping(
  down: string,
  up: string,
  wanted: Mapping | undefined,
  offset: number,
): Mapping | undefined | null {
  if (up === "none") return undefined;
  if (down === "days" && up === "days") {
    return timeWindowMapping({ startOffset: offset, allowNonexistent: true });
  }
  const isConstant = wanted?.kind === "all" || wanted?.kind === "last";
  if (down === up) return wanted;
  if (down === "none") return isConstant ? wanted : undefined;
  if (wanted?.kind === "specific") return up === "keys" ? wanted : null;
  return isConstant ? wanted : null;
}
