import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  allMapping,
  type Asset,
  dailyPartitions,
  defineAsset,
  defineExternalAsset,
  definitions,
  monthlyPartitions,
  multiPartitions,
  type Partitions,
  selfDep,
  staticPartitions,
  timeWindowMapping,
  type,
} from "sluice";
import { planBackfill } from "../../src/planner/backfill.ts";
import { formatBackfillPlan, formatPlan, parseBackfillPlan, parsePlan } from "../../src/planner/json.ts";
import type { BackfillPlan, RunPlan } from "../../src/planner/plan.ts";
import { History } from "./facts.ts";
import { keysOf, planning } from "./world.ts";

const day = dailyPartitions({ start: "2026-01-30", end: "2026-02-03" });
const region = staticPartitions(["eu", "us"]);
const SPACES = {
  unit: undefined,
  day,
  month: monthlyPartitions({ start: "2026-01-01", end: "2026-03-01" }),
  region,
  grid: multiPartitions({ day, region }),
} as const;
type SpaceName = keyof typeof SPACES;

/** One asset as drawn: what it is sliced by, whom it reads, and which of its cells are there already. */
interface Drawn {
  readonly space: SpaceName;
  readonly upstream: readonly number[];
  readonly isExternal: boolean;
  readonly readsPast: boolean;
  readonly made: readonly number[];
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  space: fc.constantFrom(...Object.keys(SPACES) as SpaceName[]),
  upstream: fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 3 }),
  isExternal: fc.boolean(),
  readsPast: fc.boolean(),
  made: fc.array(fc.nat({ max: 7 }), { maxLength: 8 }),
});

/** The parts of a key that can be compared. */
function parts(space: SpaceName, key: string): { day?: string; month?: string; region?: string } {
  if (space === "day") return { day: key, month: key.slice(0, 7) };
  if (space === "month") return { month: key.slice(0, 7) };
  if (space === "region") return { region: key };
  if (space === "unit") return {};
  const [date, where] = key.split("|");
  return { day: date, month: date.slice(0, 7), region: where };
}

/** Whether one cell reads another, by what their keys say: what both have must be equal. */
function reads(down: SpaceName, key: string, up: SpaceName, upKey: string): boolean {
  const [a, b] = [parts(down, key), parts(up, upKey)];
  return (["day", "month", "region"] as const).every((part) =>
    a[part] === undefined || b[part] === undefined || a[part] === b[part]
  );
}

/** No mapping is inferred between these two. */
function isUnlike(down: SpaceName, up: SpaceName): boolean {
  const pair = [down, up].sort().join();
  return pair === "day,region" || pair === "month,region";
}

interface World {
  readonly assets: readonly Asset[];
  readonly drawn: readonly Drawn[];
  readonly upstream: readonly (readonly number[])[];
}

function build(list: readonly Drawn[]): World {
  const assets: Asset[] = [];
  const upstream: (readonly number[])[] = [];
  for (const [index, { space, upstream: picks, readsPast }] of list.entries()) {
    const ups = index === 0 || isExternalAt(list, index)
      ? []
      : [...new Set(picks.map((pick) => pick % index))];
    const key = `a${index}`;
    const partitions: Partitions | undefined = SPACES[space];
    const after = ups.map((up) =>
      isUnlike(space, list[up].space) ? { asset: assets[up], mapping: allMapping() } : assets[up]
    );
    const back = timeWindowMapping({ startOffset: -1, endOffset: -1 });
    const past = space === "day" && readsPast ? [selfDep(type<number>(), day, back)] : [];
    const spec = { key, ...(partitions && { partitions }), after: [...after, ...past] };
    assets.push(
      (isExternalAt(list, index)
        ? defineExternalAsset(spec)
        : defineAsset({ ...spec, run: () => 1 })) as Asset,
    );
    upstream.push(ups);
  }
  return { assets, drawn: list, upstream };
}

function isExternalAt(list: readonly Drawn[], index: number): boolean {
  return list[index].isExternal && index % 3 === 0;
}

type Cell = string;
const cellOf = (asset: number, key: string): Cell => `a${asset} ${key}`;

/** What "missing" means, cell by cell: not there, or reading a cell that is made. */
function expectedCells(world: World, keys: readonly (readonly string[])[], made: ReadonlySet<Cell>) {
  const planned = new Set<Cell>();
  const upstreamOf = new Map<Cell, readonly Cell[]>();
  for (const [index, { space, readsPast }] of world.drawn.entries()) {
    if (isExternalAt(world.drawn, index)) continue;
    for (const [place, key] of keys[index].entries()) {
      const cell = cellOf(index, key);
      const ups = world.upstream[index].flatMap((up) =>
        keys[up].filter((upKey) =>
          isUnlike(space, world.drawn[up].space) || reads(space, key, world.drawn[up].space, upKey)
        )
          .map((upKey) => cellOf(up, upKey))
      );
      if (space === "day" && readsPast && place > 0) ups.push(cellOf(index, keys[index][place - 1]));
      upstreamOf.set(cell, ups);
      if (!made.has(cell) || ups.some((up) => planned.has(up))) planned.add(cell);
    }
  }
  return { planned, upstreamOf };
}

function cellsOf(plan: RunPlan): readonly Cell[] {
  return Array.from(plan.ranks).flatMap((rank) => {
    const set = plan.sets.get(rank);
    const asset = Number(plan.definitions.steps[rank].name.slice(1));
    return set
      ? [...set.subset.indices()].map((cell) => cellOf(asset, set.space.keyAt(cell)))
      : [cellOf(asset, "")];
  });
}

/** Where each cell is made: its wave, its group, and the run within. */
function placesOf(plan: BackfillPlan): ReadonlyMap<Cell, { wave: number; group: number; run: number }> {
  const places = new Map<Cell, { wave: number; group: number; run: number }>();
  for (const [group, { wave, runCount, run }] of plan.groups.entries()) {
    for (let index = 0; index < runCount; index++) {
      for (const cell of cellsOf(run(index))) {
        assert.ok(!places.has(cell), `${cell} is made twice`);
        places.set(cell, { wave, group, run: index });
      }
    }
  }
  return places;
}

function assertInOrder(plan: BackfillPlan, upstreamOf: ReadonlyMap<Cell, readonly Cell[]>): void {
  const places = placesOf(plan);
  for (const [cell, here] of places) {
    for (const up of upstreamOf.get(cell) ?? []) {
      const there = places.get(up);
      if (!there || there.wave < here.wave) continue;
      assert.equal(there.group, here.group, `${cell} does not wait for ${up}`);
      const isEarlier = plan.groups[here.group].sequential && there.run < here.run;
      assert.ok(isEarlier || there.run === here.run, `${cell} is made before ${up}`);
    }
  }
}

/** Why each cell is made, as `missing` and the assets upstream; the asset itself where only its own past is a reason. */
function expectedReasons(
  planned: ReadonlySet<Cell>,
  upstreamOf: ReadonlyMap<Cell, readonly Cell[]>,
  made: ReadonlySet<Cell>,
): ReadonlyMap<Cell, readonly string[]> {
  const assetOf = (cell: Cell) => cell.slice(0, cell.indexOf(" "));
  return new Map([...planned].map((cell) => {
    const upstream = (upstreamOf.get(cell) ?? []).filter((up) => planned.has(up)).map(assetOf);
    const others = new Set(upstream.filter((asset) => asset !== assetOf(cell)));
    const reasons = [...made.has(cell) ? [] : ["missing"], ...others];
    return [cell, (reasons.length > 0 ? reasons : [assetOf(cell)]).sort()];
  }));
}

function reasonsOf(plan: RunPlan): ReadonlyMap<Cell, readonly string[]> {
  const reasons = new Map<Cell, string[]>(cellsOf(plan).map((cell) => [cell, []]));
  for (const rank of plan.ranks) {
    const set = plan.sets.get(rank);
    const asset = Number(plan.definitions.steps[rank].name.slice(1));
    for (const { reason, subset } of plan.reasons.get(rank) ?? []) {
      const name = reason.kind === "upstream-planned" ? reason.asset : reason.kind;
      for (const index of subset?.indices() ?? [0]) {
        reasons.get(cellOf(asset, set ? set.space.keyAt(index) : ""))?.push(name);
      }
    }
  }
  for (const names of reasons.values()) names.sort();
  return reasons;
}

function check(list: readonly Drawn[], partitionsPerRun: number): void {
  const world = build(list);
  const all = definitions({ assets: world.assets });
  const empty = planning(all, new History());
  const keys = world.assets.map(({ partitions }) => partitions ? keysOf(empty.space(partitions)) : [""]);
  const history = new History();
  const made = new Set<Cell>();
  for (const [index, { made: cells }] of list.entries()) {
    const there = [...new Set(cells)].filter((cell) => cell < keys[index].length).map((cell) =>
      keys[index][cell]
    );
    if (there.length > 0) history.make(`a${index}`, there);
    for (const key of there) made.add(cellOf(index, key));
  }
  const context = planning(all, history);
  const plan = planBackfill(context, { scope: "missing", partitionsPerRun });
  const { planned, upstreamOf } = expectedCells(world, keys, made);
  assert.deepEqual([...cellsOf(plan.whole)].sort(), [...planned].sort());
  assert.equal(plan.cellCount, planned.size);
  assert.deepEqual(reasonsOf(plan.whole), expectedReasons(planned, upstreamOf, made));
  assert.deepEqual([...placesOf(plan).keys()].sort(), [...planned].sort());
  assertInOrder(plan, upstreamOf);
  const saved = JSON.parse(JSON.stringify(formatBackfillPlan(plan)));
  const back = parseBackfillPlan(saved, context);
  assert.deepEqual(placesOf(back), placesOf(plan));
  assert.deepEqual(formatPlan(parsePlan(saved.plan, context)), formatPlan(plan.whole));
}

describe("planBackfill and a model of it", () => {
  test("agree on random graphs of mixed partitionings, and the runs can be made in order", () => {
    fc.assert(
      fc.property(fc.array(drawn, { minLength: 1, maxLength: 7 }), fc.integer({ min: 1, max: 5 }), check),
      { seed: 31, numRuns: 300 },
    );
  });
});
