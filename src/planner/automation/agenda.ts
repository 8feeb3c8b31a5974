/** The agenda: which conditions are to be looked at next, and when. What nothing has changed for is left alone. */
import { freshnessOf } from "../../model/automation/freshness_state.ts";
import { dimensionNames, type Partitions, type TimePartitions } from "../../model/partitions/definition.ts";
import { type Cadence, openCadence } from "../../model/time/cadence.ts";
import type { AssetMemory } from "./memory.ts";
import type { AutomationProgram, Conditioned } from "./program.ts";
import { type Decision, REPEAT_MS, type RoundResult } from "./round.ts";
import type { AutomationWorld } from "./world.ts";

/** What becomes due: by events, since the last round has changed something, or by the clock. */
export class Agenda {
  readonly #program: AutomationProgram;
  readonly #repeatMs: number;
  readonly #due: Set<Conditioned>;
  readonly #unsettled: Set<Conditioned> = new Set();
  readonly #wakes: Map<Conditioned, number> = new Map();
  readonly #cadences: Map<string, Cadence> = new Map();

  /** Everything is due at first. */
  constructor(program: AutomationProgram, repeatMs: number = REPEAT_MS) {
    this.#program = program;
    this.#repeatMs = repeatMs;
    this.#due = new Set(program.assets);
  }

  /** Something about an asset has changed: what it holds, who is making it, what its checks found. */
  touch(asset: string): void {
    for (const each of this.#program.watchers.get(asset) ?? []) this.#due.add(each);
  }

  /** Anything may have changed. */
  touchAll(): void {
    for (const each of this.#program.assets) this.#due.add(each);
  }

  /** Keys of a dynamic definition came or went. */
  touchKeys(name: string): void {
    for (const each of this.#program.dynamicWatchers.get(name) ?? []) this.#due.add(each);
  }

  /** Whether something has happened that no round has seen. */
  get isTouched(): boolean {
    return this.#due.size > 0;
  }

  /** Whether the last round has changed something that the next one has to see. */
  get isUnsettled(): boolean {
    return this.#unsettled.size > 0;
  }

  /** The next instant at which something is due by the clock; Infinity for never. */
  get nextMs(): number {
    let next = Infinity;
    for (const wake of this.#wakes.values()) next = Math.min(next, wake);
    return next;
  }

  /** When something is due for an asset by the clock; undefined for never. */
  wakeOf(asset: string): number | undefined {
    const conditioned = this.#program.byKey.get(asset);
    return conditioned && this.#wakes.get(conditioned);
  }

  /** Takes what is due at an instant. */
  take(nowMs: number): Iterable<Conditioned> {
    const due = new Set([...this.#due, ...this.#unsettled]);
    for (const [each, wake] of this.#wakes) if (wake <= nowMs) due.add(each);
    this.#due.clear();
    this.#unsettled.clear();
    return due;
  }

  /**
   * Notes what came of a round, and gives the decisions that have to be remembered: of the others the next evaluation
   * would see the same with what was remembered before.
   */
  settle(
    result: RoundResult,
    world: AutomationWorld,
    past: (asset: string) => AssetMemory | undefined,
  ): readonly Decision[] {
    const changed: Decision[] = [];
    for (const decision of result.decisions.values()) {
      const conditioned = this.#program.byKey.get(decision.asset) as Conditioned;
      if (isActive(conditioned, decision, result, world, past)) {
        changed.push(decision);
        this.#unsettled.add(conditioned);
      }
      const wake = this.#wakeOf(conditioned, decision, world);
      if (wake < Infinity) this.#wakes.set(conditioned, wake);
      else this.#wakes.delete(conditioned);
    }
    return changed;
  }

  /** When a condition may hold for others without an event: at a tick, with a new window, when something grows old. */
  #wakeOf(
    { cadences, watches, asksFreshness }: Conditioned,
    decision: Decision,
    world: AutomationWorld,
  ): number {
    const { planning } = world;
    const { nowMs } = planning;
    let wake = Infinity;
    const at = (ms: number | undefined) => wake = Math.min(wake, ms ?? Infinity);
    for (const cadence of cadences) at(cadence.next(nowMs));
    for (const key of watches) {
      const { partitions, freshness } = planning.definitions.asset(key);
      for (const windows of windowsIn(partitions)) at(this.#nextWindowMs(windows, nowMs));
      const isAsked = asksFreshness && freshness !== undefined;
      if (isAsked) at(freshnessOf(freshness, planning.factsOf(key).newest?.atMs, nowMs).changesMs);
    }
    if (decision.withheld.size > 0 || decision.requested.size > 0) {
      const repeat = (decision.memory.requestedMs ?? nowMs) + this.#repeatMs;
      at(repeat > nowMs ? repeat : nowMs + this.#repeatMs);
    }
    return wake;
  }

  #nextWindowMs({ cron, timezone, endMs, endOffset }: TimePartitions, nowMs: number): number | undefined {
    if (endMs !== undefined && endMs < nowMs && endOffset >= 0) return undefined;
    const name = `${timezone} ${cron}`;
    let cadence = this.#cadences.get(name);
    if (!cadence) this.#cadences.set(name, cadence = openCadence(cron, timezone));
    return cadence.next(nowMs);
  }
}

function windowsIn(partitions: Partitions | undefined): readonly TimePartitions[] {
  if (partitions?.kind === "time") return [partitions];
  if (partitions?.kind !== "multi") return [];
  return dimensionNames(partitions).flatMap((name) => windowsIn(partitions.dimensions[name]));
}

/** Whether an evaluation has seen something that the next one will not see, or remembers something else. */
function isActive(
  { cadences, watches, asksChecks }: Conditioned,
  { asset, memory, requested }: Decision,
  result: RoundResult,
  world: AutomationWorld,
  pastOf: (asset: string) => AssetMemory | undefined,
): boolean {
  const past = pastOf(asset);
  if (!past || requested.size > 0 || past.shape !== memory.shape) return true;
  const { planning } = world;
  if (cadences.some((cadence) => (cadence.next(past.atMs) ?? Infinity) <= planning.nowMs)) return true;
  for (const key of watches) {
    if (pastOf(key)?.requested || result.requested.has(key)) return true;
    if ((planning.factsOf(key).newest?.seq ?? 0) > past.seq) return true;
    if (asksChecks && world.verdicts(key).some(({ seq }) => seq > past.seq)) return true;
  }
  return JSON.stringify([past.kept, past.standing]) !== JSON.stringify([memory.kept, memory.standing]);
}
