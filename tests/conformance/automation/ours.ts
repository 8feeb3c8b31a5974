/** What our evaluator requests in a timeline. */
import { defineAsset, defineExternalAsset } from "../../../src/model/assets/asset.ts";
import type { Asset } from "../../../src/model/assets/declaration.ts";
import { type Definitions, definitions } from "../../../src/model/definitions.ts";
import { emptySubset, type Subset, subsetOf } from "../../../src/model/partitions/subset.ts";
import type { AssetMemory } from "../../../src/planner/automation/memory.ts";
import {
  type AutomationProgram,
  compileAutomation,
  type Conditioned,
} from "../../../src/planner/automation/program.ts";
import { type Decision, evaluateRound, type RoundResult } from "../../../src/planner/automation/round.ts";
import type { AutomationWorld, Verdict } from "../../../src/planner/automation/world.ts";
import { openPlanning, type PlanningContext } from "../../../src/planner/context.ts";
import { History } from "../../planner/facts.ts";
import type { Requests, Timeline, TimelineEvent } from "./timeline.ts";

interface TimelineRun {
  readonly assets: ReadonlySet<string>;
  /** What is left to make, by asset. */
  readonly left: Map<string, Set<string>>;
}

/** A timeline as it is played. */
export class Player {
  readonly #timeline: Timeline;
  readonly #history: History = new History();
  readonly #runs: Map<string, TimelineRun> = new Map();
  readonly #failed: Map<string, Set<string>> = new Map();
  readonly #verdicts: Map<string, Map<string, Verdict>> = new Map();
  readonly #dynamic: Map<string, string[]> = new Map();
  readonly #versions: Map<string, string | undefined>;
  readonly memories: Map<string, AssetMemory> = new Map();
  program: AutomationProgram;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
    this.#versions = new Map(timeline.assets.map(({ key, codeVersion }) => [key, codeVersion]));
    this.program = compileAutomation(declare(timeline, this.#versions));
  }

  /** Lets something happen; gives what came of an evaluation. */
  play(event: TimelineEvent): RoundResult | undefined {
    if (event.do === "evaluate") return this.#evaluate(event.atMs);
    this.record(event);
    return undefined;
  }

  /** Notes what has happened. */
  record(event: Exclude<TimelineEvent, { readonly do: "evaluate" }>): void {
    switch (event.do) {
      case "start":
        this.#runs.set(event.run, {
          assets: new Set(event.plans.map(({ asset }) => asset)),
          left: new Map(event.plans.map(({ asset, keys }) => [asset, new Set(keys)])),
        });
        break;
      case "make": {
        const { asset, keys, atMs, version, run } = event;
        for (const key of keys) {
          this.#failed.get(asset)?.delete(key);
          if (run) this.#runs.get(run)?.left.get(asset)?.delete(key);
        }
        const options = { atMs, ...(version && { dataVersion: version }), runId: run as string };
        this.#history.make(asset, keys, options);
        break;
      }
      case "end": {
        const run = this.#runs.get(event.run);
        for (const [asset, keys] of run?.left ?? []) {
          if (!event.passed) { for (const key of keys) setIn(this.#failed, asset).add(key); }
        }
        run?.left.clear();
        break;
      }
      case "wipe":
        this.#history.wipe(event.asset);
        this.#failed.delete(event.asset);
        break;
      case "add":
        this.#dynamic.set(event.name, [...this.#dynamic.get(event.name) ?? [], ...event.keys]);
        this.#history.add(event.name, this.#dynamic.get(event.name) ?? []);
        break;
      case "code":
        this.#versions.set(event.asset, event.version);
        this.program = compileAutomation(declare(this.#timeline, this.#versions));
        break;
      case "verdict": {
        const { asset, check, passed } = event;
        const verdict = { check, partition: undefined, passed, seq: ++this.#history.seq, runId: "" };
        if (!this.#verdicts.has(asset)) this.#verdicts.set(asset, new Map());
        this.#verdicts.get(asset)?.set(check, verdict);
      }
    }
  }

  #evaluate(nowMs: number): RoundResult {
    const result = this.look(this.program.assets, nowMs);
    this.remember([...result.decisions.values()]);
    return result;
  }

  /** Evaluates some conditions. */
  look(due: Iterable<Conditioned>, nowMs: number): RoundResult {
    return evaluateRound(this.program, due, this.world(nowMs), (key) => this.memories.get(key), 0);
  }

  /** Keeps what is to be remembered, as text. */
  remember(decisions: readonly Decision[]): void {
    for (const { asset, memory } of decisions) this.memories.set(asset, JSON.parse(JSON.stringify(memory)));
  }

  /** What is known at an instant. */
  world(nowMs: number): AutomationWorld {
    for (const { key } of this.#timeline.assets) this.#history.fail(key, [...this.#failed.get(key) ?? []]);
    return this.#world(openPlanning(this.program.definitions, this.#history, nowMs));
  }

  #world(planning: PlanningContext): AutomationWorld {
    return {
      planning,
      runsUnderWay: (asset) => this.#left(planning, asset),
      backfillsUnderWay: () => emptySubset(),
      wasToMake: (runId, asset) => this.#runs.get(runId)?.assets.has(asset) ?? false,
      verdicts: (asset) => [...this.#verdicts.get(asset)?.values() ?? []],
    };
  }

  #left(planning: PlanningContext, asset: string): Subset {
    const { space } = planning.factsOf(asset);
    const keys = [...this.#runs.values()].flatMap(({ left }) => [...left.get(asset) ?? []]);
    return subsetOf(keys.map((key) => space.indexOf(key)).filter((index) => index >= 0));
  }

  /** The requests of a round, as Dagster gives them. */
  requests({ decisions }: RoundResult, nowMs: number): Requests {
    const context = openPlanning(this.program.definitions, this.#history, nowMs);
    const requests: { [asset: string]: readonly string[] } = {};
    for (const { asset, requested } of decisions.values()) {
      const { space } = context.factsOf(asset);
      if (requested.size === 0) continue;
      requests[asset] = Array.from(requested.indices(), (index) => space.keyAt(index)).sort();
    }
    return requests;
  }
}

/** Plays a timeline, and gives what was requested at each evaluation. */
export function playOurs(timeline: Timeline): readonly Requests[] {
  const player = new Player(timeline);
  return timeline.events.flatMap((event) => {
    const result = player.play(event);
    return result ? [player.requests(result, event.atMs)] : [];
  });
}

function declare(timeline: Timeline, versions: ReadonlyMap<string, string | undefined>): Definitions {
  const made = new Map<string, Asset>();
  for (const { key, deps, partitions, condition, external, checks = [] } of timeline.assets) {
    const codeVersion = versions.get(key);
    const spec = {
      key,
      ...(partitions !== undefined && { partitions: timeline.partitions[partitions] }),
    };
    if (external) {
      made.set(key, defineExternalAsset(spec));
      continue;
    }
    made.set(
      key,
      defineAsset({
        ...spec,
        deps: Object.fromEntries(deps.map((dep, place) => [`d${place}`, dependency(made, dep)])),
        ...(condition && { automation: condition }),
        ...(codeVersion && { codeVersion }),
        checks: Object.fromEntries(checks.map(({ name, blocking }) => [name, { blocking, run: () => true }])),
        run: () => 1,
      }) as Asset,
    );
  }
  return definitions({ assets: [...made.values()] });
}

function dependency(made: ReadonlyMap<string, Asset>, dep: Timeline["assets"][number]["deps"][number]) {
  const asset = made.get(dep.key) as Asset;
  return dep.mapping ? { asset, mapping: dep.mapping } : asset;
}

function setIn(map: Map<string, Set<string>>, key: string): Set<string> {
  const known = map.get(key) ?? new Set();
  map.set(key, known);
  return known;
}
