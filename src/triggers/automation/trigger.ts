/** Automation as a trigger: conditions are looked at when something happens, and what they ask for becomes runs. */
import type { Asset } from "../../model/assets/declaration.ts";
import type { Definitions } from "../../model/definitions.ts";
import type { RecordedError, SluiceEvent } from "../../model/events/event.ts";
import type { Subset } from "../../model/partitions/subset.ts";
import { Agenda } from "../../planner/automation/agenda.ts";
import type { AssetMemory } from "../../planner/automation/memory.ts";
import { planRequested } from "../../planner/automation/plan.ts";
import { type AutomationProgram, compileAutomation, hasCondition } from "../../planner/automation/program.ts";
import { type Decision, evaluateRound } from "../../planner/automation/round.ts";
import type { AutomationWorld } from "../../planner/automation/world.ts";
import { openPlanning } from "../../planner/context.ts";
import type { Trigger, TriggerHost, TriggerUnit, UnitsRequest } from "../contract.ts";
import { tickRunId } from "../launch.ts";
import { AUTOMATION, EVALUATION_TAG, memoriesIn, nextEvaluation, unitOf } from "./records.ts";
import { resumeEvaluation } from "./resume.ts";
import { Watch } from "./watch.ts";

/** Between two rounds so much time passes at least: what happens meanwhile is looked at together. */
const GAP_MS = 20;
/** So many rounds in a row see only what the one before has changed; then they wait. */
const MOST_FOLLOWING = 4;
/** The longest wait: clocks are set, and timers of hosts that slept are late. */
const LONGEST_MS = 30_000;

/** Looks after the conditions of all assets: one unit for each of them, and `automation` for all. */
export class AutomationTrigger implements Trigger {
  readonly id: string = AUTOMATION;
  readonly type: string = AUTOMATION;
  readonly #definitions: Definitions;
  /** The assets that have a condition. */
  readonly #assets: readonly Asset[];
  readonly #describe: Describe;
  #session: Session | undefined = undefined;

  /** @param describe Failures as they are recorded. */
  constructor(definitions: Definitions, describe: Describe) {
    this.#definitions = definitions;
    this.#assets = definitions.assets.filter(hasCondition);
    this.#describe = describe;
  }

  /** Whether there is a condition at all. */
  get isNeeded(): boolean {
    return this.#assets.length > 0;
  }

  get isActive(): boolean {
    return this.#session !== undefined;
  }

  async start(host: TriggerHost): Promise<void> {
    if (this.#session) return;
    const session = new Session(compileAutomation(this.#definitions), host, this.#describe);
    this.#session = session;
    await session.open();
  }

  async stop(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  units(_asked: UnitsRequest): readonly TriggerUnit[] {
    if (!this.isNeeded) return [];
    return [
      { id: AUTOMATION, enabled: true },
      ...this.#assets.map(({ key }) => {
        const nextMs = this.#session?.nextMs(key);
        return { id: unitOf(key), enabled: true, ...(nextMs !== undefined && { nextMs }) };
      }),
    ];
  }
}

/** Describes a failure as it is recorded. */
type Describe = (error: unknown) => RecordedError;

/** What became of asking for a run. */
interface Asked {
  readonly key: string;
  readonly id: string;
  /** Why it could not be started. */
  readonly error?: unknown;
}

/** Automation from its start to its stop. */
class Session {
  readonly #program: AutomationProgram;
  readonly #host: TriggerHost;
  readonly #describe: Describe;
  readonly #agenda: Agenda;
  readonly #watch: Watch;
  readonly #paused: Set<string> = new Set();
  #memories: Map<string, AssetMemory> = new Map();
  /** The number of the next evaluation that asks for something. */
  #evaluation = 1;
  #following = 0;
  #isClosed = false;
  #wake: () => void = () => {};
  #looping: Promise<void> = Promise.resolve();
  #unsubscribe: () => void = () => {};

  constructor(program: AutomationProgram, host: TriggerHost, describe: Describe) {
    this.#program = program;
    this.#host = host;
    this.#describe = describe;
    this.#agenda = new Agenda(program);
    this.#watch = new Watch(program);
  }

  nextMs(asset: string): number | undefined {
    return this.#agenda.wakeOf(asset);
  }

  /** Events that come while the past is read are counted after it. */
  async open(): Promise<void> {
    const early: SluiceEvent[] = [];
    this.#unsubscribe = this.#host.subscribe((events) => early.push(...events));
    const { history } = this.#host;
    const records = await history.triggers();
    this.#memories = memoriesIn(records);
    this.#evaluation = nextEvaluation(records);
    for (const { id, enabled } of records) if (enabled === false) this.#paused.add(id);
    await this.#watch.load(history);
    await this.#finishLast();
    this.#unsubscribe();
    this.#unsubscribe = this.#host.subscribe((events) => this.#take(events));
    this.#take(early);
    if (!this.#isClosed) this.#looping = this.#loop();
  }

  /** A process that died may have started a run and not recorded what asked for it. */
  async #finishLast(): Promise<void> {
    const memories = await resumeEvaluation(this.#host, this.#program, this.#memories, this.#evaluation);
    if (memories.size === 0) return;
    for (const [asset, memory] of memories) this.#memories.set(asset, memory);
    this.#evaluation++;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unsubscribe();
    this.#wake();
    await this.#looping;
  }

  #take(events: Iterable<SluiceEvent>): void {
    for (const event of events) {
      this.#watch.take(event, this.#agenda);
      if (event.type !== "trigger_changed" || event.payload.enabled === undefined) continue;
      const { trigger, enabled } = event.payload;
      if (enabled) this.#paused.delete(trigger);
      else this.#paused.add(trigger);
      this.#agenda.touchAll();
    }
    if (this.#agenda.isTouched) this.#wake();
  }

  async #loop(): Promise<void> {
    let failures = 0;
    while (!this.#isClosed) {
      try {
        await this.#round();
        failures = 0;
      } catch {
        // What it was is on record, or the store is gone: then the next round fails as well, and later.
        this.#agenda.touchAll();
        failures++;
      }
      await this.#pause(failures > 0 ? Math.min(1_000 * 2 ** failures, LONGEST_MS) : GAP_MS);
      while (!this.#isClosed && !this.#isDue) await this.#pause(this.#idleMs, true);
    }
  }

  get #isDue(): boolean {
    const { isTouched, isUnsettled, nextMs } = this.#agenda;
    return isTouched || (isUnsettled && this.#following < MOST_FOLLOWING) || nextMs <= this.#host.clock.now();
  }

  get #idleMs(): number {
    return Math.min(Math.max(this.#agenda.nextMs - this.#host.clock.now(), 0), LONGEST_MS);
  }

  /** Waits for so long, or until something happens. */
  #pause(ms: number, mayWake = false): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#host.clock.after(ms, resolve);
    const stop = (): void => {
      cancel();
      resolve();
    };
    this.#wake = (): void => {
      if (mayWake || this.#isClosed) stop();
    };
    return promise;
  }

  /** Looks at what is due, starts what is asked for, and records what is to be remembered. */
  async #round(): Promise<void> {
    this.#following = this.#agenda.isTouched ? 0 : this.#following + 1;
    if (this.#paused.has(AUTOMATION)) return void this.#agenda.take(-Infinity);
    const nowMs = this.#host.clock.now();
    const due = [...this.#agenda.take(nowMs)].filter(({ asset }) => !this.#paused.has(unitOf(asset.key)));
    if (due.length === 0) return;
    const world = this.#watch.world(
      openPlanning(this.#program.definitions, await this.#host.history.facts(), nowMs),
    );
    const past = (asset: string) => this.#memories.get(asset);
    const result = evaluateRound(this.#program, due, world, past);
    const changed = this.#agenda.settle(result, world, past);
    if (this.#isClosed) return;
    const asked = result.requested.size > 0 ? await this.#launch(world, result.requested) : undefined;
    await this.#record(changed, asked);
  }

  async #launch(
    { planning }: AutomationWorld,
    requested: ReadonlyMap<string, Subset>,
  ): Promise<Asked> {
    const key = String(this.#evaluation++);
    const id = tickRunId(AUTOMATION, key);
    try {
      const plan = planRequested(planning, requested);
      const { ended } = await this.#host.launch({ id, plan, tags: { [EVALUATION_TAG]: key } });
      ended.catch(() => {});
      return { key, id };
    } catch (error) {
      if (this.#isClosed) throw error;
      return { key, id, error };
    }
  }

  /** All of it in one turn of the event loop, which is one commit. */
  async #record(changed: readonly Decision[], asked: Asked | undefined): Promise<void> {
    await Promise.all(changed.map(({ asset, memory, requested }) => {
      const trigger = unitOf(asset);
      if (!asked || requested.size === 0) return this.#host.move(trigger, memory);
      const { key, id, error } = asked;
      const tick = { trigger, key, cursor: memory };
      return this.#host.record(
        error === undefined
          ? { ...tick, status: "requested", runs: [id] }
          : { ...tick, status: "failed", error: this.#describe(error) },
      );
    }));
    for (const { asset, memory } of changed) this.#memories.set(asset, memory);
  }
}
