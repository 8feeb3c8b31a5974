/** What the runs of one process share: the recorder, the pace, gates, managers, and what is known of definitions. */
import type { ResourceOverride } from "../model/assets/resource.ts";
import type { RevealSecret } from "../model/assets/secret.ts";
import type { Definitions } from "../model/definitions.ts";
import type { ElementRecord } from "../model/events/record.ts";
import type { Catalogue } from "../model/events/step_table.ts";
import { type Clock, type Random, systemClock, systemRandom } from "../model/ports.ts";
import type { Fence } from "../model/step/fence.ts";
import type { FindManager } from "../io/managers.ts";
import type { RunPlan } from "../planner/plan.ts";
import { compileStepsInSlices } from "../planner/steps.ts";
import type { DynamicKeys } from "../planner/steps/mappings.ts";
import { catalogueOf, type StepGraph } from "../planner/steps/table.ts";
import { Executor } from "./isolation/executor.ts";
import type { WorkerCounts } from "./isolation/worker/counts.ts";
import type { IsolationSettings } from "./isolation/settings.ts";
import { Arena } from "./loop/arena.ts";
import { Pace } from "./pace.ts";
import { type EventSink, Recorder } from "./recorder.ts";
import { Gates } from "./gates/gates.ts";
import { breakerEvent } from "./gates/announce.ts";
import { Breakers } from "./gates/breakers.ts";
import type { PoolLimits } from "../model/gates/breaker.ts";
import { Needs } from "./gates/needs.ts";
import { Seats } from "./gates/seats.ts";
import { type Mask, openMask } from "./redact/mask.ts";
import { concealing, openSecrets } from "./secrets.ts";
import type { IsolateUndo } from "./undo/wiring.ts";
import { wireDefinitions, type Wiring } from "./wiring.ts";

/** Default of how many steps may be under way at once, over all runs. */
const CONCURRENCY = 16;

/** What an engine is made of. */
export interface EngineOptions {
  /** Where events go. */
  readonly store: EventSink;
  /** Where values go. */
  readonly findManager: FindManager;
  /** Values in the place of resources, for all runs. */
  readonly resources?: readonly ResourceOverride[];
  /** How many steps of each pool may run at once, and its breaker. A pool that is not named has no limit. */
  readonly pools?: PoolLimits;
  /** Whether what fails too often is left alone for a while, where it is declared so. Default true. */
  readonly breakers?: boolean;
  /** How many steps may be under way at once, over all runs. Default 16. */
  readonly concurrency?: number;
  /** Gives the values of secrets. Default: those of the environment. */
  readonly reveal?: RevealSecret;
  /** Learns every secret that is revealed, and hides it in all that is recorded. Default: one of its own. */
  readonly mask?: Mask;
  readonly clock?: Clock;
  readonly random?: Random;
  /** How steps are run that do not run inline. Default: inline, like all others. */
  readonly isolation?: IsolationSettings;
  /** Who owns the history: goes with every attempt and every value. Default: nobody says. */
  readonly fence?: Fence;
  /** Hears of what must not stop a run: a subscriber that threw, a value that could not be removed. Default: nobody. */
  readonly onError?: (error: unknown) => void;
}

/** Hears that runs are to be left as they are. */
type Leaver = (graceMs: number, cause: unknown) => void;

/** Runs share an engine; a process may have several, which know nothing of each other. */
export class Engine {
  readonly clock: Clock;
  readonly random: Random;
  readonly pace: Pace;
  readonly recorder: Recorder;
  readonly gates: Gates;
  readonly needs: Needs;
  readonly breakers: Breakers;
  readonly seats: Seats;
  readonly arena: Arena = new Arena();
  readonly concurrency: number;
  readonly resources: readonly ResourceOverride[];
  readonly reveal: RevealSecret;
  readonly mask: Mask;
  readonly fence: Fence | undefined;
  readonly onError: (error: unknown) => void;
  readonly #store: EventSink;
  readonly #findManager: FindManager;
  readonly #executor: Executor | undefined;
  readonly #wirings: WeakMap<Definitions, Wiring | Promise<Wiring>> = new WeakMap();
  readonly #catalogues: WeakMap<Definitions, Catalogue> = new WeakMap();
  readonly #leavers: Set<Leaver> = new Set();
  #leaving: Parameters<Leaver> | undefined = undefined;

  constructor(options: EngineOptions) {
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? systemRandom;
    this.onError = options.onError ?? ignore;
    this.pace = new Pace(this.clock);
    this.mask = options.mask ?? openMask();
    this.recorder = new Recorder(options.store, this.pace, this.onError, this.mask);
    const pools = options.pools ?? {};
    this.gates = new Gates(this.clock);
    this.breakers = new Breakers({
      gates: this.gates,
      clock: this.clock,
      pools,
      tell: (status, error) => this.#record(...breakerEvent(status, error)),
      isOff: options.breakers === false,
    });
    this.needs = new Needs(pools, this.breakers);
    this.concurrency = options.concurrency ?? CONCURRENCY;
    this.seats = new Seats(this.concurrency);
    this.resources = options.resources ?? [];
    this.reveal = concealing(options.reveal ?? openSecrets(), this.mask);
    this.fence = options.fence;
    this.#store = options.store;
    this.#findManager = options.findManager;
    const { recorder, clock, resources, mask, fence } = this;
    this.#executor = options.isolation &&
      new Executor({ settings: options.isolation, recorder, clock, resources, mask, fence });
  }

  /** Whether runs are left as they are from now on. */
  get isLeaving(): boolean {
    return this.#leaving !== undefined;
  }

  /** Begins no step from now on, until `resume`: what is under way goes on. */
  pause(): void {
    this.seats.pause();
  }

  /** Begins steps again. */
  resume(): void {
    this.seats.resume();
  }

  /** Leaves all runs as they are, also those that begin later: see {@linkcode RunLoop.leave}. */
  leave(graceMs: number, cause: unknown): void {
    this.#leaving = [graceMs, cause];
    for (const leave of this.#leavers) leave(graceMs, cause);
  }

  /** Calls back when runs are to be left, at once when they are already. Gives a function that takes this back. */
  onLeave(leave: Leaver): () => void {
    this.#leavers.add(leave);
    if (this.#leaving) leave(...this.#leaving);
    return () => this.#leavers.delete(leave);
  }

  /** What is recorded of the elements of a step. */
  async elementsOf(runId: string, step: number): Promise<readonly ElementRecord[]> {
    return await this.#store.elements?.(runId, { step }) ?? [];
  }

  /** What became of workers; undefined as long as there were none. */
  get workers(): WorkerCounts | undefined {
    return this.#executor?.workers;
  }

  /** Closes what the steps of a run have opened in workers; undefined when nothing was. */
  endRun(id: string): Promise<void> | undefined {
    return this.#executor?.endRun(id);
  }

  /** Undoes a step where its body runs; undefined where every body runs inline. */
  get isolateUndo(): IsolateUndo | undefined {
    return this.#executor?.isolateUndo;
  }

  /** Ends the workers. */
  async close(): Promise<void> {
    await this.#executor?.close();
  }

  /** Compiles the steps of a plan without holding the event loop. */
  compile(plan: RunPlan, dynamicKeys?: DynamicKeys): Promise<StepGraph> {
    const catalogue = this.#catalogueOf(plan.definitions);
    return this.pace.finish(compileStepsInSlices(plan, { catalogue, ...(dynamicKeys && { dynamicKeys }) }));
  }

  /** What the loop needs of definitions: worked out for their first run, and kept as long as they are. */
  wire(definitions: Definitions): Wiring | Promise<Wiring> {
    const known = this.#wirings.get(definitions);
    if (known) return known;
    const wiring = this.#wire(definitions);
    this.#wirings.set(definitions, wiring);
    return wiring;
  }

  /** Records an event of the catalogue. */
  #record(kind: number, step: number, attempt: number, payload: unknown): void {
    const tape = this.recorder.open("");
    tape.push(kind, step, attempt, payload);
    tape.close();
  }

  #catalogueOf(definitions: Definitions): Catalogue {
    const known = this.#catalogues.get(definitions);
    if (known) return known;
    const catalogue = catalogueOf(definitions);
    this.#catalogues.set(definitions, catalogue);
    return catalogue;
  }

  async #wire(definitions: Definitions): Promise<Wiring> {
    try {
      const wiring = await this.pace.finish(
        wireDefinitions(definitions, this.#findManager, this.#executor?.isolate),
      );
      this.#wirings.set(definitions, wiring);
      return wiring;
    } catch (error) {
      this.#wirings.delete(definitions);
      throw error;
    }
  }
}

function ignore(): void {}
