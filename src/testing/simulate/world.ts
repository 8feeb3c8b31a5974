/** A simulated world: processes one after the other over one store, until enough has happened and all is over. */
import type { Definitions } from "../../model/definitions.ts";
import type { EventBatch } from "../../model/events/batch.ts";
import { SluiceError } from "../../model/issue.ts";
import { createOrchestrator, type Orchestrator } from "../../orchestrator.ts";
import { type VirtualClock, virtualClock } from "../clock.ts";
import { type Action, chooseActions } from "./actions.ts";
import { withFaultyBodies } from "./bodies.ts";
import { chance, seededRandom } from "./chance.ts";
import { type DaysOptions, InvariantError, type Simulation, type SimulationOptions } from "./contract.ts";
import { Faults, OFTEN, SELDOM } from "./faults.ts";
import type { Guards } from "./guards.ts";
import { Life } from "./life.ts";
import { formatLog, hashOf } from "./log.ts";
import { Rules } from "./rules/rules.ts";
import { SharedStore, type StoreListener, type StoreSource } from "./store.ts";
import { DEFAULT_IO, SharedValues } from "./values.ts";
import { compareWithModel, verifyEnd } from "./rules/verify.ts";

/** When the world begins: on a Thursday at midnight in Greenwich. */
const START_MS = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
/** A world in which more time passes than it was given has come to a stop. */
const LONGEST_MS = 90 * DAY_MS;
/** Longest time that a process stands still. */
const LONGEST_PAUSE_MS = 120_000;
/** So often a world does something new before it is given up. */
const MOST_ROUNDS = 200;
/** So often a process may begin, or runs may be recovered, before that counts as never. */
const MOST_TRIES = 20;

/** What became of work: it ended, failed, or its process did not live to see it. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown } | "gone";

/** One world. */
export class World implements StoreListener {
  readonly rules: Rules;
  readonly #options: Required<Omit<SimulationOptions, "replay">>;
  /** How many days pass with triggers at work; 0 for a world in which chance starts runs. */
  readonly #days: number;
  readonly #definitions: Definitions;
  readonly #clock: VirtualClock = virtualClock(START_MS);
  readonly #faults: Faults;
  readonly #store: SharedStore;
  readonly #values: SharedValues;
  #life: Life;
  #isStarting = false;
  #opened: Orchestrator | undefined = undefined;
  #attempts = 0;
  #violation: InvariantError | undefined = undefined;

  constructor(
    definitions: Definitions,
    options: SimulationOptions | DaysOptions,
    guards: Guards,
    source: StoreSource,
  ) {
    const { steps = 30, days = 0 } = options as Partial<SimulationOptions & DaysOptions>;
    const { seed, faults = 5, concurrency = 4, pools = {}, resources = [], config = {} } = options;
    this.#options = { seed, faults, steps, concurrency, pools, resources, config };
    this.#days = days;
    this.#definitions = definitions;
    this.#faults = new Faults(seed, faults, days > 0 ? SELDOM : OFTEN);
    this.#store = new SharedStore(seed, source, this.#faults, guards, this);
    this.#values = new SharedValues(
      definitions,
      seed,
      this.#faults,
      guards,
      (error) => this.#violation ??= error,
    );
    this.rules = new Rules(definitions, { concurrency, pools, recoveries: this.#recoveries });
    this.#life = new Life(0, this.#clock);
  }

  /** Lets the world run to its end. Rejects with {@linkcode InvariantError}. */
  async run(): Promise<Simulation> {
    if (this.#days > 0) await this.#passDays();
    else await this.#makeRuns();
    this.#faults.end();
    await this.#finish();
    await verifyEnd(this.#store.raw, this.rules);
    return await this.#tell();
  }

  async #makeRuns(): Promise<void> {
    const { seed, steps, config } = this.#options;
    for (let round = 0; this.#attempts < steps || !this.#faults.isEnough; round++) {
      if (round === MOST_ROUNDS) throw this.#stalled();
      if (!this.#isUp || round === 0) await this.#restart();
      else await this.#act(chooseActions({ definitions: this.#definitions, seed, config }, round));
    }
  }

  /** Triggers are at work until the days are over, and then until nothing is behind any more. */
  async #passDays(): Promise<void> {
    const endMs = START_MS + this.#days * DAY_MS;
    this.#isStarting = true;
    // Time goes on from timer to timer, and would go past the end.
    this.#clock.after(endMs - START_MS, () => {});
    while (this.#clock.now() < endMs) {
      if (!this.#isUp) await this.#restart();
      while (this.#isUp && this.#clock.now() < endMs && await this.#clock.next()) this.#check();
    }
    this.#faults.end();
    if (!this.#isUp) await this.#restart();
    while (await this.#isBehind()) await this.#clock.advance(1);
    this.rules.ticks.verifyEnd(this.#definitions, START_MS, endMs);
    this.#isStarting = false;
    await this.#drive(this.#sluice.stop());
  }

  /** A process that was replaced goes on for a while, and ends: it would look for what is due for ever. */
  #forget(life: Life): void {
    this.#clock.after(2 * LONGEST_PAUSE_MS, () => life.kill());
  }

  async #isBehind(): Promise<boolean> {
    this.#check();
    const nowMs = this.#clock.now();
    return (await this.#sluice.triggers()).some(({ nextMs = Infinity }) => nextMs <= nowMs);
  }

  async #tell(): Promise<Simulation> {
    const { events } = this.rules;
    return {
      seed: this.#options.seed,
      events,
      hash: hashOf(formatLog(events)),
      runs: await this.#store.raw.runs({ limit: Number.MAX_SAFE_INTEGER }),
      steps: this.#attempts,
      faults: this.#faults.injected,
      processes: this.#life.number,
      commits: this.#store.commits,
      calls: this.#store.calls,
      durationMs: this.#clock.now() - START_MS,
    };
  }

  async committed(batches: readonly EventBatch[], life: Life): Promise<void> {
    try {
      this.rules.take(batches.flatMap((batch) => [...batch]), this.#store.holder === life);
      for (const { runId } of batches) {
        if (runId !== "") await compareWithModel(this.#store.raw, this.rules, runId);
      }
    } catch (error) {
      if (!(error instanceof InvariantError)) throw error;
      this.#violation ??= error;
    }
  }

  failed(batches: readonly EventBatch[], life: Life): void {
    if (this.#store.holder !== life) return;
    this.rules.lose((id) => batches.some(({ runId }) => runId === id));
  }

  crash(life: Life): void {
    life.kill();
  }

  /** Its lease runs out meanwhile, so that another one begins; later it goes on and does not know. */
  pause(life: Life): void {
    life.pause();
    this.#store.holder = undefined;
    const draw = chance(this.#options.seed, "pause", life.number);
    this.#clock.after(Math.ceil(draw * LONGEST_PAUSE_MS), () => life.resume());
  }

  /** Begins a process, which takes the store over. */
  async #begin(): Promise<void> {
    this.rules.beginProcess();
    const { seed, concurrency, pools, resources } = this.#options;
    if (this.#days > 0) this.#forget(this.#life);
    const life = this.#life = new Life(this.#life.number + 1, this.#clock);
    const begun = () => this.#attempts++;
    const bodies = withFaultyBodies(this.#definitions, { seed, faults: this.#faults, life, begun });
    this.#opened = createOrchestrator(bodies, {
      store: await this.#store.open(life),
      io: this.#values.open(life),
      defaultIO: DEFAULT_IO,
      clock: life.clock,
      random: seededRandom(seed * 1_000 + life.number),
      concurrency,
      pools,
      resources,
      recovery: { maxRecoveries: this.#recoveries },
    });
  }

  /** After how many recoveries in vain runs are parked in this world: mostly after one or two, so that it happens. */
  get #recoveries(): number {
    return 1 + Math.floor(chance(this.#options.seed, "recoveries") * 3);
  }

  /** A process is there that has recovered what the one before it left. */
  async #restart(parked: boolean = false): Promise<void> {
    let last: unknown;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (!this.#isUp) await this.#begin();
      const outcome = await this.#drive(this.#recover(parked));
      if (outcome === "gone") continue;
      if ("value" in outcome) return;
      last = outcome.error;
      this.#requireTyped(last);
      this.#life.kill();
    }
    const why = last instanceof Error ? `: ${last.message}` : "";
    throw new InvariantError(
      "I8",
      `no process could recover what there is, up to number ${this.#life.number}${why}`,
    );
  }

  async #recover(parked: boolean): Promise<void> {
    await this.#sluice.recover({ parked });
    if (this.#isStarting) await this.#sluice.start();
  }

  /** Does what was chosen; when some of it fails, what it left is recovered without a new process. */
  async #act(actions: readonly Action[]): Promise<void> {
    const outcome = await this.#drive(
      Promise.allSettled(actions.map((act) => act(this.#sluice, this.#life.clock))),
    );
    if (outcome === "gone" || "error" in outcome) return;
    const failed = outcome.value.filter((each) => each.status === "rejected");
    for (const { reason } of failed) this.#requireTyped(reason);
    if (failed.length > 0) await this.#restart();
  }

  /** All goes well from now on: then everything must come to an end. */
  async #finish(): Promise<void> {
    await this.#restart();
    for (let more = true; more; more = await this.#clock.next()) this.#check();
    for (let tries = 0; this.rules.open.length > 0; tries++) {
      if (tries === MOST_TRIES) {
        throw new InvariantError("I8", `these never end: ${this.rules.open.join(", ")}`);
      }
      await this.#restart(true);
    }
    const closed = await this.#drive(this.#sluice.close());
    if (closed === "gone" || "error" in closed) {
      throw new InvariantError("I8", "the last process could not close");
    }
  }

  /** Lets time pass until work has ended, or its process is gone. */
  async #drive<T>(work: Promise<T>): Promise<Outcome<T>> {
    let outcome: Outcome<T> | undefined;
    work.then((value) => outcome = { value }, (error) => outcome = { error });
    for (let idle = 0; outcome === undefined && this.#isUp;) {
      idle = await this.#clock.next() ? 0 : idle + 1;
      this.#check();
      if (idle === MOST_TRIES) {
        throw new InvariantError(
          "I8",
          "nothing is left to wait for and work has not ended, unless a body waits for real time",
        );
      }
    }
    return this.#isUp && outcome ? outcome : "gone";
  }

  /** The orchestrator of the latest process. */
  get #sluice(): Orchestrator {
    if (!this.#opened) throw new Error("no process has begun");
    return this.#opened;
  }

  /** Whether the latest process lives and holds the lease. */
  get #isUp(): boolean {
    return this.#life.isAlive && this.#store.holder === this.#life;
  }

  #check(): void {
    if (this.#violation) throw this.#violation;
    const longestMs = this.#days * DAY_MS + LONGEST_MS;
    if (this.#clock.now() > START_MS + longestMs) throw new InvariantError("I8", "90 days have passed");
  }

  /** Whatever fails is told by an error of Sluice. */
  #requireTyped(error: unknown): void {
    if (!(error instanceof SluiceError)) throw error;
  }

  #stalled(): Error {
    const { injected } = this.#faults;
    return new Error(
      `After ${MOST_ROUNDS} rounds there were ${this.#attempts} attempts at steps and ${injected.length} faults, ` +
        "fewer than asked for: the definitions may need config, or have nothing to run.",
    );
  }
}
