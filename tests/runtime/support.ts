/** Small worlds to run plans in. */
import type { Check } from "../../src/model/assets/check.ts";
import type { Asset } from "../../src/model/assets/declaration.ts";
import { type Definitions, definitions } from "../../src/model/definitions.ts";
import type { EventBatch } from "../../src/model/events/batch.ts";
import type { EventName, SluiceEvent } from "../../src/model/events/event.ts";
import type { IOManager } from "../../src/io/manager.ts";
import { openManagers } from "../../src/io/managers.ts";
import { memoryIO } from "../../src/io/memory.ts";
import { openPlanning } from "../../src/planner/context.ts";
import type { RunPlan } from "../../src/planner/plan.ts";
import type { PlanRequest } from "../../src/planner/request.ts";
import { planRun } from "../../src/planner/run.ts";
import { compileSteps } from "../../src/planner/steps.ts";
import type { StepGraph } from "../../src/planner/steps/table.ts";
import { Engine, type EngineOptions } from "../../src/runtime/engine.ts";
import type { EventSink } from "../../src/runtime/recorder.ts";
import { executeRun, type RunOutcome, type RunRequest } from "../../src/runtime/run.ts";
import { type VirtualClock, virtualClock } from "../../src/testing/clock.ts";
import { History } from "../planner/facts.ts";

/** Plans everything, or what a request asks for. */
export function planAll(all: Definitions, request: PlanRequest = {}, nowMs = 0): RunPlan {
  return planRun(openPlanning(all, new History(), nowMs), request);
}

/** A sink that keeps what it is given. */
export class Collector implements EventSink {
  readonly lastSeq = 0;
  readonly batches: EventBatch[] = [];

  async append(batches: readonly EventBatch[]): Promise<void> {
    this.batches.push(...batches);
  }

  get events(): SluiceEvent[] {
    return this.batches.flatMap((batch) => [...batch]);
  }
}

/** Options of a world, beyond those of its engine. */
export type WorldOptions = Partial<EngineOptions> & {
  readonly checks?: readonly Check[];
  readonly io?: readonly IOManager[];
  readonly nowMs?: number;
};

/** Definitions with an engine around them. */
export class World {
  readonly definitions: Definitions;
  readonly engine: Engine;
  readonly clock: VirtualClock = virtualClock(1_000_000);
  readonly memory = memoryIO();
  readonly sink = new Collector();
  #runs = 0;

  constructor(assets: readonly Asset[], options: WorldOptions = {}) {
    this.definitions = definitions({ assets, ...(options.checks && { checks: options.checks }) });
    this.engine = new Engine({
      store: this.sink,
      clock: this.clock,
      random: { next: () => 0.5 },
      findManager: openManagers([this.memory, ...options.io ?? []], options.io?.[0]?.name ?? "memory"),
      ...options,
    });
  }

  /** Runs a plan, or all there is. */
  async run(options: Partial<RunRequest> & { readonly request?: PlanRequest } = {}): Promise<Ran> {
    const { request, ...rest } = options;
    const plan = rest.plan ?? planAll(this.definitions, request, this.clock.now());
    const steps = rest.steps ?? compileSteps(plan, rest.dynamicKeys && { dynamicKeys: rest.dynamicKeys });
    const id = rest.id ?? `run-${++this.#runs}`;
    const outcome = await executeRun(this.engine, { id, plan, steps, ...rest });
    return new Ran(outcome, steps, this.sink.events.filter((event) => event.runId === id));
  }

  value(asset: string, partition?: string): unknown {
    return this.memory.load({ asset, partition });
  }
}

/** What a run left behind. */
export class Ran {
  readonly outcome: RunOutcome;
  readonly steps: StepGraph;
  readonly events: readonly SluiceEvent[];

  constructor(outcome: RunOutcome, steps: StepGraph, events: readonly SluiceEvent[]) {
    this.outcome = outcome;
    this.steps = steps;
    this.events = events;
  }

  get status(): RunOutcome["status"] {
    return this.outcome.status;
  }

  /** Events as `name step` with the name of the step's declaration and its partitions. */
  get story(): readonly string[] {
    return this.events.map((event) =>
      event.step < 0 ? event.type : `${event.type} ${this.nameOf(event.step)}`
    );
  }

  nameOf(step: number): string {
    const keys = this.steps.partitionKeys(step);
    const name = this.steps.node(this.steps.nodeOf(step)).step;
    return keys.length === 0 ? name : `${name}@${keys.join("+")}`;
  }

  /** The events of a kind. */
  of<Name extends EventName>(name: Name): readonly Extract<SluiceEvent, { readonly type: Name }>[] {
    return this.events.filter((event) => event.type === name) as never;
  }

  /** How each step ended, by name. */
  get ends(): { readonly [name: string]: string } {
    const ends: Record<string, string> = {};
    for (const { type, step } of this.events) {
      if (ENDS.has(type)) ends[this.nameOf(step)] = type.slice("step_".length);
    }
    return ends;
  }
}

const ENDS: ReadonlySet<string> = new Set([
  "step_succeeded",
  "step_failed",
  "step_skipped",
  "step_upstream_failed",
  "step_canceled",
]);

/** A promise and its ends. */
export function deferred<T = void>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
