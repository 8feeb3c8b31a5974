/** Timelines by chance, from fixed seeds. */
import { type AutomationCondition, condition as c } from "../../../src/model/automation/condition.ts";
import { timeWindowMapping } from "../../../src/model/partitions/mapping.ts";
import {
  dailyPartitions,
  dynamicPartitions,
  staticPartitions,
} from "../../../src/model/partitions/definition.ts";
import { openSpace } from "../../../src/model/partitions/space.ts";
import { CONDITIONS, DAY_MS, MINUTE_MS, START_MS } from "./scripted.ts";
import type { Timeline, TimelineAsset, TimelineEvent } from "./timeline.ts";

const SPACES = [
  undefined,
  staticPartitions(["a", "b", "c"]),
  dailyPartitions({ start: "2026-01-01" }),
  dynamicPartitions("customers"),
];
const STATES: readonly AutomationCondition[] = [
  c.missing,
  c.runInProgress,
  c.inProgress,
  c.executionFailed,
  c.newlyUpdated,
  c.newlyRequested,
  c.newlyMissing,
  c.willBeRequested,
  c.initialEvaluation,
  c.executedWithRootTarget,
  c.codeVersionChanged,
  c.dataVersionChanged,
  c.anyDepsUpdated,
  c.anyDepsMissing,
  c.anyDepsInProgress,
  c.inLatestTimeWindow(),
  c.inLatestTimeWindow(2 * DAY_MS),
  c.cronTickPassed("0 * * * *"),
  c.cronTickPassed("15 3 * * *", "Europe/Berlin"),
];
const STEPS_MS = [1_000, 30_000, 10 * MINUTE_MS, 61 * MINUTE_MS, 7 * 60 * MINUTE_MS, DAY_MS];
/** Of what a timeline by chance consists. */
const EVENTS = 30;

/** The same numbers in [0, 1) for the same seed. */
class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 0x9e3779b1 | 0;
  }

  next(): number {
    this.#state = this.#state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(this.#state ^ this.#state >>> 15, 1 | this.#state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  }

  is(part: number): boolean {
    return this.next() < part;
  }

  of<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)];
  }

  some<T>(list: readonly T[], part: number): readonly T[] {
    return list.filter(() => this.is(part));
  }
}

/** The timeline of a seed. */
export function randomTimeline(seed: number): Timeline {
  const chance = new Chance(seed);
  const space = chance.of(SPACES);
  const assets = randomAssets(chance, space);
  return {
    name: `seed ${seed}`,
    partitions: space ? [space] : [],
    assets,
    events: new RandomEvents(chance, space, assets).all(),
  };
}

function randomAssets(chance: Chance, space: typeof SPACES[number]): readonly TimelineAsset[] {
  const assets: TimelineAsset[] = [];
  for (let place = 0; place < 4; place++) {
    const key = `asset${place}`;
    const isPartitioned = space !== undefined && chance.is(0.75);
    const deps = chance.some(assets, 0.6).map((up) => {
      const isShifted = space?.kind === "time" && isPartitioned && up.partitions !== undefined &&
        chance.is(0.3);
      if (!isShifted) return { key: up.key };
      return {
        key: up.key,
        mapping: timeWindowMapping({ startOffset: -1, endOffset: -1, allowNonexistent: true }),
      };
    });
    const isExternal = deps.length === 0 && chance.is(0.2);
    const hasCondition = !isExternal && chance.is(0.8);
    assets.push({
      key,
      deps,
      ...(isPartitioned && { partitions: 0 }),
      ...(isExternal ? { external: true } : chance.is(0.5) && { codeVersion: "1" }),
      ...(hasCondition && {
        condition: chance.is(0.3) ? chance.of(Object.values(CONDITIONS)) : randomCondition(chance, 3),
      }),
    });
  }
  // A name that an asset of the script has would be refused.
  return assets.map((asset) => ({
    ...asset,
    ...(asset.condition && { condition: withoutNames(asset.condition) }),
  }));
}

function withoutNames(given: AutomationCondition): AutomationCondition {
  switch (given.kind) {
    case "and":
    case "or":
      return { ...given, of: given.of.map(withoutNames) };
    case "since":
      return { ...given, of: withoutNames(given.of), reset: withoutNames(given.reset) };
    case "any-deps":
    case "all-deps":
      return { ...given, of: withoutNames(given.of), only: undefined, except: [] };
    default:
      return "of" in given ? { ...given, of: withoutNames(given.of) } : given;
  }
}

function randomCondition(chance: Chance, depth: number): AutomationCondition {
  if (depth === 0 || chance.is(0.2)) return chance.of(STATES);
  const inner = () => randomCondition(chance, depth - 1);
  return chance.of([
    () => c.and(inner(), inner()),
    () => c.and(inner(), c.not(inner())),
    () => c.or(inner(), inner()),
    () => c.not(inner()),
    () => c.newlyTrue(inner()),
    () => c.since(inner(), inner()),
    () => c.sinceLastHandled(inner()),
    () => c.anyDeps(inner()),
    () => c.allDeps(inner()),
  ])();
}

/** What happens by chance: no run makes what another one is making, and nothing is reported or wiped meanwhile. */
class RandomEvents {
  readonly #chance: Chance;
  readonly #space: typeof SPACES[number];
  readonly #assets: readonly TimelineAsset[];
  readonly #events: TimelineEvent[] = [];
  readonly #going: Map<string, Map<string, Set<string>>> = new Map();
  readonly #added: string[] = [];
  #atMs = START_MS;
  #runs = 0;

  constructor(chance: Chance, space: typeof SPACES[number], assets: readonly TimelineAsset[]) {
    this.#chance = chance;
    this.#space = space;
    this.#assets = assets;
  }

  all(): readonly TimelineEvent[] {
    if (this.#space?.kind === "dynamic") this.#add();
    for (let count = 0; count < EVENTS; count++) {
      this.#atMs += this.#chance.of(STEPS_MS);
      if (this.#chance.is(0.08)) this.#atMs = Math.ceil(this.#atMs / 3_600_000) * 3_600_000;
      else if (this.#atMs % MINUTE_MS === 0) this.#atMs += 7_000;
      if (this.#chance.is(0.45)) this.#events.push({ do: "evaluate", atMs: this.#atMs });
      else this.#happen();
    }
    return [...this.#events, { do: "evaluate", atMs: this.#atMs + 1_000 }];
  }

  #happen(): void {
    const { atMs } = { atMs: this.#atMs };
    const asset = this.#chance.of(this.#assets);
    const keys = this.#someKeys(asset);
    const isBusy = [...this.#going.values()].some((plans) => plans.has(asset.key));
    const what = this.#chance.of([
      "start",
      "make",
      "make",
      "end",
      "report",
      "report",
      "wipe",
      "add",
      "code",
    ]);
    if (what === "start") this.#start();
    else if (what === "make") this.#make();
    else if (what === "end") this.#end();
    else if (what === "add" && this.#space?.kind === "dynamic") this.#add();
    else if (what === "code" && asset.codeVersion !== undefined) {
      this.#events.push({ do: "code", atMs, asset: asset.key, version: `${this.#events.length}` });
    } else if (isBusy) return;
    else if (what === "report" && keys.length > 0) {
      const version = this.#chance.is(0.5) ? { version: this.#chance.of(["x", "y"]) } : {};
      this.#events.push({ do: "make", atMs, asset: asset.key, keys, ...version });
    } else if (what === "wipe" && !asset.external) this.#events.push({ do: "wipe", atMs, asset: asset.key });
  }

  #start(): void {
    const busy = new Set([...this.#going.values()].flatMap((plans) => [...plans.keys()]));
    const free = this.#assets.filter(({ key, external }) => !external && !busy.has(key));
    const plans = this.#chance.some(free, 0.5).map((asset) => ({
      asset: asset.key,
      keys: this.#someKeys(asset),
    }))
      .filter(({ keys }) => keys.length > 0);
    if (plans.length === 0) return;
    const run = `run${this.#runs++}`;
    this.#going.set(run, new Map(plans.map(({ asset, keys }) => [asset, new Set(keys)])));
    this.#events.push({ do: "start", atMs: this.#atMs, run, plans });
  }

  #make(): void {
    for (const [run, plans] of this.#going) {
      for (const [asset, keys] of plans) {
        const [key] = keys;
        if (key === undefined) continue;
        keys.delete(key);
        return void this.#events.push({ do: "make", atMs: this.#atMs, run, asset, keys: [key] });
      }
    }
  }

  #end(): void {
    const [run] = this.#going.keys();
    if (run === undefined) return;
    const isDone = [...this.#going.get(run)?.values() ?? []].every((keys) => keys.size === 0);
    this.#going.delete(run);
    this.#events.push({ do: "end", atMs: this.#atMs, run, passed: isDone });
  }

  #add(): void {
    const key = `key${this.#added.length}`;
    this.#added.push(key);
    this.#events.push({ do: "add", atMs: this.#atMs, name: "customers", keys: [key] });
  }

  #someKeys({ partitions }: TimelineAsset): readonly string[] {
    if (partitions === undefined || !this.#space) return [""];
    const space = openSpace(this.#space, { nowMs: this.#atMs, dynamicKeys: () => this.#added });
    const keys = Array.from({ length: space.size }, (_, index) => space.keyAt(index));
    return this.#chance.some(keys.slice(-3), 0.6);
  }
}
