/**
 * Automation as its rules are written down, key by key with sets of texts, and with what Dagster does otherwise switched
 * on or off. With nothing on it must request what we request, with everything on what Dagster does.
 */
import type { AutomationCondition } from "../../../src/model/automation/condition.ts";
import { openSpace } from "../../../src/model/partitions/space.ts";
import { openCadence } from "../../../src/model/time/cadence.ts";
import type { AutomationQuirk } from "./differences.ts";
import { meaningOf } from "./meanings.ts";
import type { Requests, Timeline, TimelineAsset, TimelineEvent } from "./timeline.ts";

interface Making {
  readonly place: number;
  readonly atMs: number;
  readonly run: string | undefined;
  readonly version: string;
  readonly changedAt: number;
}

interface Run {
  readonly plans: Map<string, Set<string>>;
  readonly begun: number;
  state: "going" | "passed" | "failed";
}

/** What holds, and at which instants it came to. */
interface Found {
  readonly keys: Set<string>;
  readonly times?: Map<string, number[]> | undefined;
}

/** What is remembered of an asset. */
interface Past {
  readonly place: number;
  readonly atMs: number;
  readonly requested: Set<string>;
  readonly kept: Map<string, Set<string> | string>;
}

/** One asset in one evaluation. */
interface Scene {
  readonly root: TimelineAsset;
  readonly nowMs: number;
  readonly past: Past | undefined;
  readonly kept: Map<string, Set<string> | string>;
  readonly pasts: ReadonlyMap<string, Past>;
  readonly requested: ReadonlyMap<string, Set<string>>;
}

export class AutomationModel {
  readonly #timeline: Timeline;
  readonly #quirks: ReadonlySet<AutomationQuirk>;
  readonly #byKey: ReadonlyMap<string, TimelineAsset>;
  readonly #makings: Map<string, Map<string, Making>> = new Map();
  readonly #failures: Map<string, Set<string>> = new Map();
  readonly #runs: Map<string, Run> = new Map();
  readonly #keys: Map<string, string[]> = new Map();
  readonly #versions: Map<string, string | undefined>;
  readonly #verdicts: Map<string, { readonly place: number; readonly passed: boolean }> = new Map();
  #pasts: Map<string, Past> = new Map();
  #place = 0;

  constructor(timeline: Timeline, quirks: ReadonlySet<AutomationQuirk>) {
    this.#timeline = timeline;
    this.#quirks = quirks;
    this.#byKey = new Map(timeline.assets.map((asset) => [asset.key, asset]));
    this.#versions = new Map(timeline.assets.map(({ key, codeVersion }) => [key, codeVersion]));
  }

  /** What was requested at each evaluation. */
  play(): readonly Requests[] {
    return this.#timeline.events.flatMap((event) => {
      if (event.do === "evaluate") return [this.#evaluate(event.atMs)];
      this.#place++;
      this.#record(event);
      return [];
    });
  }

  #record(event: TimelineEvent): void {
    if (event.do === "start") {
      const plans = new Map(event.plans.map(({ asset, keys }) => [asset, new Set(keys)]));
      this.#runs.set(event.run, { plans, begun: this.#place, state: "going" });
    } else if (event.do === "make") {
      const known = this.#makings.get(event.asset) ?? new Map<string, Making>();
      for (const key of event.keys) {
        const version = event.version ?? `v${this.#place}${key}`;
        const before = known.get(key);
        const changedAt = before?.version === version ? before.changedAt : this.#place;
        known.set(key, { place: this.#place, atMs: event.atMs, run: event.run, version, changedAt });
        const isUnit = this.#byKey.get(event.asset)?.partitions === undefined;
        const stays = event.run === undefined && isUnit && this.#quirks.has("a failure stays");
        if (!stays) this.#failures.get(event.asset)?.delete(key);
      }
      this.#makings.set(event.asset, known);
    } else if (event.do === "end") {
      const run = this.#runs.get(event.run) as Run;
      run.state = event.passed ? "passed" : "failed";
      for (const [asset, keys] of event.passed ? [] : run.plans) {
        const failed = this.#failures.get(asset) ?? new Set();
        for (const key of keys) {
          if (this.#makings.get(asset)?.get(key)?.run !== event.run) failed.add(key);
        }
        this.#failures.set(asset, failed);
      }
    } else if (event.do === "wipe") {
      this.#makings.delete(event.asset);
      this.#failures.delete(event.asset);
    } else if (event.do === "add") {
      this.#keys.set(event.name, [...this.#keys.get(event.name) ?? [], ...event.keys]);
    } else if (event.do === "code") {
      this.#versions.set(event.asset, event.version);
    } else if (event.do === "verdict") {
      this.#verdicts.set(`${event.asset}:${event.check}`, { place: this.#place, passed: event.passed });
    }
  }

  #evaluate(nowMs: number): Requests {
    const requested = new Map<string, Set<string>>();
    const pasts = new Map(this.#pasts);
    const answer: { [asset: string]: readonly string[] } = {};
    for (const root of this.#timeline.assets) {
      if (!root.condition || root.external) continue;
      const kept = new Map<string, Set<string> | string>();
      const scene = { root, nowMs, past: pasts.get(root.key), kept, pasts, requested };
      const { keys } = this.#holds(root.condition, root, scene);
      this.#pasts.set(root.key, { place: this.#place, atMs: nowMs, requested: keys, kept });
      if (keys.size === 0) continue;
      requested.set(root.key, keys);
      answer[root.key] = [...keys].sort();
    }
    return answer;
  }

  #holds(given: AutomationCondition, on: TimelineAsset, scene: Scene): Found {
    const also = (other: AutomationCondition) => this.#holds(other, on, scene);
    const all = this.#all(on, scene.nowMs);
    const meant = meaningOf(given);
    if (meant) return also(meant);
    switch (given.kind) {
      case "and":
        return { keys: given.of.map((each) => also(each).keys).reduce(both, all) };
      case "or":
        return { keys: given.of.map((each) => also(each).keys).reduce(either, new Set()) };
      case "not":
        return { keys: without(all, also(given.of).keys) };
      case "newly-true": {
        const { keys } = also(given.of);
        return { keys: without(keys, this.#recall(given, on, scene, keys)) };
      }
      case "since": {
        const [begun, reset] = [also(given.of), also(given.reset)];
        const keys = new Set<string>();
        const before = this.#recall(given, on, scene, keys);
        for (const key of either(before, begun.keys)) {
          const isReset = reset.keys.has(key);
          const ends = reset.times?.get(key);
          const begins = begun.times?.get(key);
          const wins = begun.keys.has(key) && begun.times && reset.times && begins && ends &&
            Math.max(...begins) > Math.max(...ends);
          if (!isReset || wins) keys.add(key);
        }
        return { keys, times: begun.times };
      }
      case "any-deps":
      case "all-deps": {
        const found = on.deps.filter(({ key }) =>
          (given.only?.includes(key) ?? true) && !given.except.includes(key)
        ).map((dep) => this.#upstream(given.of, dep, on, scene));
        if (given.kind === "all-deps") return { keys: found.map(({ keys }) => keys).reduce(both, all) };
        return merged(found);
      }
      case "any-checks":
      case "all-checks": {
        const found = (on.checks ?? []).filter(({ blocking }) => blocking || !given.blockingOnly)
          .map(({ name }) => this.#check(given.of, on, name, scene) ? all : new Set<string>());
        return {
          keys: given.kind === "any-checks" ? found.reduce(either, new Set()) : found.reduce(both, all),
        };
      }
      default:
        return this.#state(given, on, scene, all);
    }
  }

  #state(given: AutomationCondition, on: TimelineAsset, scene: Scene, all: Set<string>): Found {
    const { past, nowMs, root } = scene;
    const makings = this.#makings.get(on.key) ?? new Map<string, Making>();
    const where = (test: (making: Making, key: string) => boolean) =>
      both(new Set([...makings].filter(([key, making]) => test(making, key)).map(([key]) => key)), all);
    switch (given.kind) {
      case "missing":
        return { keys: without(all, where(() => true)) };
      case "run-in-progress":
        return { keys: new Set([...all].filter((key) => this.#isGoing(on.key, key))) };
      case "backfill-in-progress":
        return { keys: new Set() };
      case "execution-failed":
        return { keys: both(this.#failed(on), all) };
      case "newly-updated": {
        const keys = past ? where(({ place }) => place > past.place) : new Set<string>();
        return { keys, times: new Map([...keys].map((key) => [key, [makings.get(key)?.atMs ?? 0]])) };
      }
      case "data-version-changed":
        return { keys: past ? where(({ changedAt }) => changedAt > past.place) : new Set() };
      case "newly-requested": {
        const keys = both(scene.pasts.get(on.key)?.requested ?? new Set(), all);
        return { keys, times: new Map([...keys].map((key) => [key, [past?.atMs ?? 0]])) };
      }
      case "will-be-requested": {
        const isTogether = root.partitions === on.partitions;
        return { keys: isTogether && !on.external ? scene.requested.get(on.key) ?? new Set() : new Set() };
      }
      case "initial-evaluation":
        return { keys: past ? new Set() : all };
      case "executed-with-root-target": {
        if (on.key === root.key) return { keys: new Set() };
        const last = [...makings].sort(([, a], [, b]) => b.place - a.place)[0]?.[1].place;
        const onlyLast = this.#quirks.has("one run for all partitions");
        return {
          keys: where(({ run, place }) =>
            run !== undefined && (this.#runs.get(run)?.plans.has(root.key) ?? false) &&
            (!onlyLast || place === last)
          ),
        };
      }
      case "code-version-changed": {
        const now = this.#versions.get(on.key);
        const place = placeOf(given, on);
        const before = past?.kept.get(place);
        if (now !== undefined) scene.kept.set(place, now);
        return { keys: before !== undefined && before !== now ? all : new Set() };
      }
      case "cron-tick-passed": {
        const cadence = openCadence(given.cron, given.timezone);
        const tick = cadence.has(nowMs) ? nowMs : cadence.previous(nowMs) ?? -Infinity;
        const isAgain = past?.atMs === tick && this.#quirks.has("a tick counts twice");
        const keys = past && (tick > past.atMs || isAgain) ? all : new Set<string>();
        return { keys, times: new Map([...keys].map((key) => [key, [tick]])) };
      }
      case "in-latest-time-window":
        return { keys: this.#latest(on, nowMs, given.lookbackMs) };
      default:
        throw new Error(`the model knows no ${given.kind}`);
    }
  }

  #check(given: AutomationCondition, on: TimelineAsset, name: string, scene: Scene): boolean {
    const verdict = this.#verdicts.get(`${on.key}:${name}`);
    const made = this.#makings.get(on.key)?.get("");
    const counts = verdict !== undefined && verdict.place > (made?.place ?? 0);
    switch (given.kind) {
      case "check-passed":
        return counts && verdict.passed;
      case "check-failed":
        return counts && !verdict.passed;
      case "missing":
        return !counts;
      case "not":
        return !this.#check(given.of, on, name, scene);
      default:
        throw new Error(`the model knows no ${given.kind} of checks`);
    }
  }

  #upstream(
    of: AutomationCondition,
    dep: TimelineAsset["deps"][number],
    on: TimelineAsset,
    scene: Scene,
  ): Found {
    const up = this.#byKey.get(dep.key) as TimelineAsset;
    const { keys, times } = this.#holds(of, up, scene);
    const found = new Set<string>();
    const foundTimes = new Map<string, number[]>();
    for (const key of this.#all(on, scene.nowMs)) {
      const read = this.#readBy(key, on, up, dep.mapping !== undefined, scene.nowMs);
      const holding = read.filter((each) => keys.has(each));
      if (holding.length > 0) found.add(key);
      const at = holding.flatMap((each) => times?.get(each) ?? []);
      if (at.length > 0) foundTimes.set(key, at);
    }
    return { keys: found, times: times && foundTimes };
  }

  /** The upstream keys that a key reads: the same, or the day before with a mapping; all where one side has none. */
  #readBy(
    key: string,
    on: TimelineAsset,
    up: TimelineAsset,
    isShifted: boolean,
    nowMs: number,
  ): readonly string[] {
    const keys = [...this.#all(up, nowMs)];
    if (on.partitions === undefined || up.partitions === undefined) return keys;
    const place = [...this.#all(on, nowMs)].indexOf(key) - (isShifted ? 1 : 0);
    return keys.filter((_, each) => each === place);
  }

  #recall(given: AutomationCondition, on: TimelineAsset, scene: Scene, next: Set<string>): Set<string> {
    const place = placeOf(given, on);
    scene.kept.set(place, next);
    return both(
      scene.past?.kept.get(place) as Set<string> | undefined ?? new Set(),
      this.#all(on, scene.nowMs),
    );
  }

  #isGoing(asset: string, key: string): boolean {
    const made = this.#makings.get(asset)?.get(key);
    return [...this.#runs].some(([id, { state, plans }]) =>
      state === "going" && (plans.get(asset)?.has(key) ?? false) && made?.run !== id
    );
  }

  #failed(on: TimelineAsset): Set<string> {
    const failed = this.#failures.get(on.key) ?? new Set<string>();
    const latest = [...this.#runs.values()].filter(({ plans }) => plans.has(on.key)).at(-1);
    const isHidden = on.partitions === undefined && latest?.state !== "failed" &&
      this.#quirks.has("a failure is hidden");
    return isHidden ? new Set() : failed;
  }

  #all({ partitions }: TimelineAsset, nowMs: number): Set<string> {
    if (partitions === undefined) return new Set([""]);
    const definition = this.#timeline.partitions[partitions];
    if (definition.kind === "static") return new Set(definition.keys);
    if (definition.kind === "dynamic") return new Set(this.#keys.get(definition.name) ?? []);
    const space = openSpace(definition, { nowMs, dynamicKeys: () => [] });
    return new Set(Array.from({ length: space.size }, (_, index) => space.keyAt(index)));
  }

  #latest(on: TimelineAsset, nowMs: number, lookbackMs: number | undefined): Set<string> {
    const all = [...this.#all(on, nowMs)];
    const definition = on.partitions === undefined ? undefined : this.#timeline.partitions[on.partitions];
    if (definition?.kind !== "time") return new Set(all);
    const days = lookbackMs === undefined ? 1 : Math.floor(lookbackMs / 86_400_000);
    return new Set(all.slice(Math.max(0, all.length - days)));
  }
}

function placeOf(given: AutomationCondition, on: TimelineAsset): string {
  return `${on.key} ${JSON.stringify(given)}`;
}

function merged(found: readonly Found[]): Found {
  const times = new Map<string, number[]>();
  for (const each of found) {
    for (const [key, at] of each.times ?? []) times.set(key, [...times.get(key) ?? [], ...at]);
  }
  const keys = found.map((each) => each.keys).reduce(either, new Set());
  return { keys, times: found.some((each) => each.times) ? times : undefined };
}

function both(a: Set<string>, b: Set<string>): Set<string> {
  return new Set([...a].filter((key) => b.has(key)));
}

function either(a: Set<string>, b: Set<string>): Set<string> {
  return new Set([...a, ...b]);
}

function without(a: Set<string>, b: Set<string>): Set<string> {
  return new Set([...a].filter((key) => !b.has(key)));
}
