/** Executes one plan: from its first event to its last. */
import type { RunHooks } from "../model/step/hooks.ts";
import type { ResourceOverride } from "../model/assets/resource.ts";
import { EVENT_KINDS, type RecordedError } from "../model/events/event.ts";
import type { StepCounts, StepRecord } from "../model/events/record.ts";
import type { StepStatus } from "../model/events/status.ts";
import type { RunConfig } from "../model/job.ts";
import type { RunPlan } from "../planner/plan.ts";
import { type DynamicKeys, PlanMappings } from "../planner/steps/mappings.ts";
import type { StepGraph } from "../planner/steps/table.ts";
import { validateConfig, type ValidConfig } from "./config.ts";
import { type EarlierElements, RunElements } from "./elements/run_elements.ts";
import type { Engine } from "./engine.ts";
import type { RunTurn } from "./gates/turns.ts";
import { createdPayload, waitForTurn } from "./queue.ts";
import { type Announcer, openAnnouncer } from "./hooks/announcer.ts";
import { Keeping } from "./keeping.ts";
import type { Judge } from "./loop/attempts.ts";
import { attemptsOf, everyStep, isLeft, undoAttemptsOf } from "./loop/earlier.ts";
import { RunLoop } from "./loop/loop.ts";
import { Progress } from "./loop/progress.ts";
import { Line, Lines, type ReadyQueue } from "./loop/ready.ts";
import type { Tape } from "./recorder.ts";
import { ResourceDesk } from "./resources.ts";
import { Retention } from "./loop/retention.ts";
import { RunSource } from "./source.ts";
import type { RunOrigin } from "./step/context.ts";
import { recordError } from "./step/errors.ts";
import { InputReader } from "./step/inputs.ts";
import { Taints } from "./loop/taints.ts";
import { Compensation, type CompensationOutcome } from "./undo/compensation.ts";
import { undoCause } from "./undo/cause.ts";
import { type Made, openMade } from "./undo/made.ts";
import { Triggers } from "./loop/triggers.ts";
import type { Wiring } from "./wiring.ts";

/** Default of how long steps that were told to stop may take for it. */
const GRACE_MS = 10_000;

/** What is to be executed, and how. */
export interface RunRequest {
  readonly id: string;
  readonly plan: RunPlan;
  /** The steps of the plan, where they are compiled already. */
  readonly steps?: StepGraph;
  /** Config by step name. */
  readonly config?: RunConfig;
  readonly tags?: { readonly [name: string]: string };
  /** Values in the place of resources, over those of the engine. */
  readonly resources?: readonly ResourceOverride[];
  /** How many steps of this run may be under way at once. Default: what the engine allows. */
  readonly concurrency?: number;
  /** Higher ones are served first, over all runs of the process. Default 0. */
  readonly priority?: number;
  /** What it waits for before it begins. Default: nothing. */
  readonly turn?: RunTurn | undefined;
  /** Called when it is on record for good; never for one that was before. */
  readonly onCreated?: () => void;
  /** Called when its turn has come, and waited for before anything of it begins. */
  readonly onTurn?: () => Promise<void>;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
  /** How long canceled steps may take to stop, in milliseconds, before they are given up. Default 10,000. */
  readonly cancelGraceMs?: number;
  readonly job?: string;
  /** Hooks of the run, beside those of its steps. Undefined where whoever asked calls hooks, those of steps too. */
  readonly hooks?: readonly RunHooks[];
  readonly backfill?: string;
  /** The run that it repeats. */
  readonly parent?: string;
  /** Keys of dynamic definitions that inputs may need and the plan does not hold. Default: none. */
  readonly dynamicKeys?: DynamicKeys;
  /** Undoes what the run has made when it fails, or also when it is canceled. Default: what was made stays. */
  readonly compensate?: "failed" | "always";
  /**
   * For a run that an earlier process began: its steps as recorded. What is over there stays as it is; the rest runs,
   * with the attempts counted on. `run_created` is not recorded again.
   */
  readonly resumed?: readonly StepRecord[];
  /** For a run that repeats another one: what elements that one has made, which are not made again. Default: none. */
  readonly earlierElements?: EarlierElements;
  /** Whether it is a part of a run elsewhere, whose pools are not known here. Default false. */
  readonly isPart?: boolean;
  /** Steps that must not run for what is recorded of their past, with the reasons; asked for when the run begins. Default: none. */
  readonly withheld?: (steps: StepGraph) => Promise<ReadonlyMap<number, string>>;
  /** The attempt that every step of the run begins with. Default 1. */
  readonly attempt?: number;
  /** For a run whose retries are decided elsewhere: each step has one attempt, and a failed one is told here. */
  readonly judge?: Judge;
}

/** What a run came to. */
export interface RunOutcome {
  readonly id: string;
  /** `interrupted` when the engine left it as it is, before all of its steps were over. */
  readonly status: "success" | "failed" | "canceled" | "interrupted";
  readonly steps: StepCounts;
  /** Failed checks by severity. */
  readonly checks: { readonly failed: number; readonly warned: number };
  /** What ended the run, beyond the failures of its steps. */
  readonly error: RecordedError | undefined;
}

/**
 * Executes a plan. Resolves when its last event is committed, also when steps have failed or the run was canceled.
 *
 * @throws {SluiceError} CONFIG_INVALID, before anything starts or is recorded; DEFINITION_INVALID when an asset names
 * an IO manager that is not there. Rejects with what the store said when events cannot be committed.
 */
export async function executeRun(engine: Engine, request: RunRequest): Promise<RunOutcome> {
  const { plan } = request;
  const wiring = await engine.wire(plan.definitions);
  const graph = request.steps ?? await engine.compile(plan, request.dynamicKeys);
  const config = await validateConfig(graph, wiring.configured, request.config ?? {}, engine.reveal);
  try {
    const queued = request.turn?.take();
    if (queued && !await waitForTurn(engine, request, graph, queued)) return leftInQueue(request, graph);
    if (request.onTurn) await request.onTurn();
    return await execute(engine, { ...request, isAnnounced: queued !== undefined }, graph, wiring, config);
  } finally {
    request.turn?.leave();
  }
}

/** A request whose run may be on record already. */
interface Announced extends RunRequest {
  readonly isAnnounced: boolean;
}

async function execute(
  engine: Engine,
  request: Announced,
  graph: StepGraph,
  wiring: Wiring,
  config: ValidConfig,
): Promise<RunOutcome> {
  const execution = new Execution(engine, request, graph, wiring, config);
  try {
    return await execution.run();
  } finally {
    execution.close();
  }
}

/** Nothing has begun that was not over before. */
function leftInQueue({ id, resumed = [] }: RunRequest, { count }: StepGraph): RunOutcome {
  const of = (wanted: StepRecord["status"]) => resumed.filter(({ status }) => status === wanted).length;
  return {
    id,
    status: "interrupted",
    steps: {
      total: count,
      success: of("success"),
      failed: of("failed"),
      skipped: of("skipped"),
      upstreamFailed: of("upstream_failed"),
      canceled: of("canceled"),
    },
    checks: { failed: 0, warned: 0 },
    error: undefined,
  };
}

/** One run while it lasts. */
class Execution {
  readonly #engine: Engine;
  readonly #request: Announced;
  readonly #graph: StepGraph;
  readonly #wiring: Wiring;
  readonly #tape: Tape;
  readonly #desk: ResourceDesk;
  readonly #keeping: Keeping;
  readonly #progress: Progress;
  readonly #loop: RunLoop;
  readonly #announcer: Announcer | undefined;
  readonly #made: Made | undefined;
  readonly #scratch: readonly Int32Array[];
  #compensation: Compensation | undefined = undefined;
  #undone: CompensationOutcome | undefined = undefined;

  constructor(engine: Engine, request: Announced, graph: StepGraph, wiring: Wiring, config: ValidConfig) {
    const { id, plan, tags = {}, resumed = [] } = request;
    const waits = engine.arena.take(graph.size);
    const links = engine.arena.take(graph.count);
    const tape = engine.recorder.open(id, (error) => (this.#compensation ?? this.#loop).crash(error));
    const desk = new ResourceDesk([...engine.resources, ...request.resources ?? []], engine.reveal);
    const reader = new InputReader(
      graph,
      wiring,
      new PlanMappings(plan, request.dynamicKeys ?? noKeys),
      (step, key, nth) => this.#progress.hasMade(step, key, nth),
    );
    const triggers = new Triggers(graph, wiring.triggerRules);
    const ready = openQueue(graph, wiring, links);
    const taints = new Taints(graph, reader, !triggers.isEmpty);
    const retention = wiring.isEphemeral ? new Retention(graph, wiring, engine.onError) : undefined;
    const elements = new RunElements({
      engine,
      id,
      graph,
      tape,
      priority: request.priority ?? 0,
      earlier: request.earlierElements,
      isPart: request.isPart ?? false,
    });
    this.#engine = engine;
    this.#request = request;
    this.#graph = graph;
    this.#scratch = [waits, links];
    this.#tape = tape;
    this.#desk = desk;
    this.#keeping = new Keeping(id, graph, wiring, reader, tape, engine);
    this.#progress = new Progress({ graph, tape, ready, taints, triggers, retention, waits });
    this.#wiring = wiring;
    this.#made = request.compensate && openMade(graph, wiring, engine.recorder, { id, resumed });
    this.#announcer = request.hooks && openAnnouncer({
      engine,
      graph,
      wiring,
      tape,
      hooks: request.hooks,
      run: {
        runId: id,
        tags,
        isResumed: resumed.length > 0,
        ...(request.job !== undefined && { job: request.job }),
      },
      counts: () => this.#counts,
    });
    this.#loop = new RunLoop({
      engine,
      graph,
      wiring,
      progress: this.#progress,
      ready,
      source: new RunSource({ id, tags }, originOf(request), graph, wiring, config, desk, tape, elements),
      reader,
      keeping: this.#keeping,
      desk,
      tape,
      concurrency: request.concurrency ?? engine.concurrency,
      priority: request.priority ?? 0,
      graceMs: request.cancelGraceMs ?? GRACE_MS,
      earlierAttempts: request.attempt === undefined
        ? attemptsOf(resumed)
        : everyStep(graph.count, request.attempt - 1),
      judge: request.judge,
    });
  }

  async run(): Promise<RunOutcome> {
    const { id, signal, resumed = [], withheld } = this.#request;
    this.#announce();
    const stop = () => this.#loop.stop(reasonOf(signal), signal?.reason);
    let stay = () => {};
    try {
      const gaps = withheld && await withheld(this.#graph);
      await this.#engine.pace.finish(this.#progress.open(resumed, gaps));
      stay = this.#engine.onLeave((graceMs, cause) => this.#loop.leave(graceMs, cause));
      if (signal?.aborted) stop();
      signal?.addEventListener("abort", stop);
      await this.#loop.run();
    } catch (error) {
      await this.#tearDown();
      throw error;
    } finally {
      stay();
      signal?.removeEventListener("abort", stop);
    }
    const failure = await this.#tearDown();
    const ended = statusOf(this.#progress.counts, failure ?? this.#undoneBefore);
    const undone = this.#progress.left > 0 ? undefined : await this.#compensate(ended, failure);
    const error = failure ?? undone?.error;
    await this.#announcer?.settle();
    const isLeft = this.#progress.left > 0 || (undone && undone.left > 0);
    const status = isLeft ? "interrupted" : ended === "success" && error ? "failed" : ended;
    const steps = this.#counts;
    if (status === "interrupted") {
      this.#tape.add("run_interrupted", { reason: "the orchestrator was closed", how: "closed" });
    } else this.#tape.add("run_finished", { status, ...(error && { error }) });
    await (this.#announcer?.settle() ?? this.#tape.flush());
    return { id, status, steps, checks: this.#keeping.checks, error };
  }

  /** Undoes what was made, where the run has come to an end that asks for it. */
  async #compensate(
    ended: "success" | "failed" | "canceled",
    error: RecordedError | undefined,
  ): Promise<CompensationOutcome | undefined> {
    const { id, tags = {}, resumed = [], compensate, signal } = this.#request;
    const isDue = ended === "failed" || (ended === "canceled" && compensate === "always");
    if (!this.#made || !isDue) return undefined;
    await this.#tape.flush();
    const compensation = new Compensation({
      engine: this.#engine,
      graph: this.#graph,
      wiring: this.#wiring,
      tape: this.#tape,
      run: { id, tags },
      origin: originOf(this.#request),
      made: this.#made,
      cause: this.#made.failure ?? undoCause(error, reasonOf(signal)),
      resources: this.#request.resources ?? [],
      concurrency: this.#request.concurrency ?? this.#engine.concurrency,
      priority: this.#request.priority ?? 0,
      earlierAttempts: undoAttemptsOf(resumed),
    });
    if (compensation.isEmpty) return undefined;
    this.#compensation = compensation;
    return this.#undone = await compensation.run();
  }

  /** What an earlier process has undone of the run: then it had failed. */
  get #undoneBefore(): RecordedError | undefined {
    const record = this.#request.resumed?.find(({ undo }) => undo);
    return record && { name: "Error", message: record.undo?.reason ?? "the run had failed" };
  }

  /** How many steps came to which end, those that were undone by themselves. */
  get #counts(): StepCounts {
    const counts = this.#progress.counts;
    const before = (wanted: StepStatus) =>
      this.#request.resumed?.filter(({ status }) => status === wanted).length ?? 0;
    const undone = before("undone") + (this.#undone?.undone ?? 0);
    const undoFailed = before("undo_failed") + (this.#undone?.undoFailed ?? 0);
    return {
      ...counts,
      success: counts.success - undone - undoFailed,
      ...(undone > 0 && { undone }),
      ...(undoFailed > 0 && { undoFailed }),
    };
  }

  /** Gives back what was borrowed. */
  close(): void {
    this.#made?.close();
    this.#announcer?.close();
    this.#tape.close();
    for (const array of this.#scratch) this.#engine.arena.give(array);
  }

  #announce(): void {
    const { resumed, isAnnounced, signal, onCreated } = this.#request;
    if (!resumed && !isAnnounced) {
      this.#tape.add("run_created", createdPayload(this.#request, this.#graph));
      if (onCreated) this.#tape.flush().then(onCreated, () => {});
    }
    const isQueued = !resumed || isAnnounced;
    // What is canceled before it has begun never begins.
    if (signal?.aborted && isQueued && isLeft(resumed, this.#graph.count)) return;
    this.#tape.push(EVENT_KINDS.run_started, -1, 0);
  }

  async #tearDown(): Promise<RecordedError | undefined> {
    try {
      const ending = this.#engine.endRun(this.#request.id);
      if (ending) await ending;
      await this.#desk.close();
      return undefined;
    } catch (error) {
      return recordError(error);
    }
  }
}

function originOf({ plan, config = {}, dynamicKeys = noKeys }: RunRequest): RunOrigin {
  return { config, dynamicKeys, atMs: plan.nowMs };
}

function openQueue(graph: StepGraph, { definitions, priorities }: Wiring, links: Int32Array): ReadyQueue {
  if (priorities.length <= 1) return new Line(links);
  const levels = new Map(priorities.map((priority, level) => [priority, level]));
  const levelOf = (step: number) => levels.get(definitions.steps[graph.rankOfSteps[step]].priority) as number;
  return new Lines(links, priorities.length, levelOf);
}

function reasonOf(signal: AbortSignal | undefined): string {
  const { reason } = signal ?? {};
  if (typeof reason === "string" && reason !== "") return reason;
  return reason instanceof Error ? recordError(reason).message : "canceled";
}

function statusOf({ failed, upstreamFailed, canceled }: StepCounts, error: RecordedError | undefined) {
  if (canceled > 0) return "canceled";
  return failed + upstreamFailed > 0 || error ? "failed" : "success";
}

function noKeys(): readonly string[] {
  return [];
}
