/** One step by itself, for whoever runs steps: a request goes in, an outcome comes out, and no store is opened. */
import type { ResourceOverride } from "../model/assets/resource.ts";
import type { StepDeclaration } from "../model/assets/declaration.ts";
import type { RevealSecret } from "../model/assets/secret.ts";
import type { Definitions } from "../model/definitions.ts";
import type { ElementRemark } from "../model/elements/remark.ts";
import { freshVersion, isFreshVersion } from "../model/events/outputs.ts";
import type { Clock, Random } from "../model/ports.ts";
import type { StepOutcome } from "../model/step/outcome.ts";
import type { StepHooks } from "../model/step/hooks.ts";
import type { StepLogLine } from "../model/step/reporter.ts";
import type { StepRequest } from "../model/step/request.ts";
import type { Receipt } from "../io/manager.ts";
import type { FindManager } from "../io/managers.ts";
import type { RunPlan } from "../planner/plan.ts";
import { type PlannedStep, planStep } from "../planner/step.ts";
import { Engine } from "./engine.ts";
import { AloneAnnouncer } from "./hooks/alone.ts";
import { type Mask, openMask } from "./redact/mask.ts";
import { executeRun } from "./run.ts";
import { Account } from "./step/account.ts";
import { failedOutcome, outcomeOf } from "./step/outcome.ts";
import { NotedReceipts } from "./step/receipts.ts";
import { Verdicts } from "./step/verdict.ts";
import { type AloneTask, asUndone, undoAlone } from "./undo/alone.ts";

/** Timers cannot wait longer; a deadline that is farther away is none. */
const LONGEST_MS = 2 ** 31 - 1;

/** What a step runs with. */
export interface StepSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly findManager: FindManager;
  /** Values in the place of resources. */
  readonly resources?: readonly ResourceOverride[];
  /** The config of a step by its name, where the request brings none. */
  readonly configOf?: (step: string) => unknown;
  /** Gives the values of secrets. Default: those of the environment. */
  readonly reveal?: RevealSecret;
  /** Learns every secret that is revealed; whoever shows the outcome applies it. Default: one of its own. */
  readonly mask?: Mask;
  /** Stops the step. */
  readonly signal: AbortSignal;
  /** How long a step that was told to stop may take for it, in milliseconds. */
  readonly graceMs: number;
  /** Takes the lines of bodies as they are written. */
  readonly log: (line: StepLogLine) => void;
  /** Takes what becomes of elements, as it is recorded. Default: nobody does. */
  readonly element?: (remark: ElementRemark) => void;
}

/**
 * Executes what a request asks for, through the run loop that local runs use, with one attempt for each partition.
 * Never throws: what goes wrong is in the outcome.
 */
export async function executeStep(
  definitions: Definitions,
  request: StepRequest,
  surroundings: StepSurroundings,
): Promise<StepOutcome> {
  const startMs = surroundings.clock.now();
  const durationMs = () => surroundings.clock.now() - startMs;
  try {
    const outcome = await execute(definitions, request, surroundings);
    return { ...outcome, durationMs: durationMs() };
  } catch (error) {
    return { ...failedOutcome(request, error), durationMs: durationMs() };
  }
}

async function execute(
  definitions: Definitions,
  request: StepRequest,
  surroundings: StepSurroundings,
): Promise<StepOutcome> {
  const { clock, mask = openMask(), log } = surroundings;
  const planned = planStep(definitions, asUndone(request), request.atMs ?? clock.now());
  const hooks = hooksOf(definitions, planned.declaration, request);
  if (hooks.length === 0) {
    return await attempt(planned, request, { ...surroundings, mask });
  }
  const announcer = new AloneAnnouncer({ request, planned, clock, mask, log }, hooks);
  announcer.begin();
  const outcome = await attempt(planned, request, { ...surroundings, mask })
    .catch((error) => failedOutcome(request, error));
  await announcer.end(outcome);
  return outcome;
}

/** Those of the step, and of the job that the request names; none for undoing, and where the caller calls them. */
function hooksOf(
  { jobs }: Definitions,
  { hooks }: StepDeclaration,
  { job, undo, hooks: isCalled }: StepRequest,
): readonly StepHooks[] {
  if (undo || isCalled === false) return [];
  const ofJob = job === undefined ? undefined : jobs.get(job)?.hooks;
  return [hooks, ofJob].filter((each) => each !== undefined);
}

async function attempt(
  { plan, declaration, dynamicKeys }: PlannedStep,
  request: StepRequest,
  surroundings: StepSurroundings,
): Promise<StepOutcome> {
  const { clock, random, signal, graceMs, resources, reveal, mask } = surroundings;
  if (request.definition) await refuseOther(declaration, request.definition, resources ?? []);
  const { attempt = 1, fence, history, elements } = request;
  const account = new Account(surroundings.log, surroundings.element);
  const verdicts = new Verdicts(request, random);
  const receipts = new NotedReceipts(surroundings.findManager, (receipt) => freshened(receipt, attempt));
  const engine = new Engine({
    store: account,
    findManager: receipts.findManager,
    clock,
    random,
    ...(resources && { resources }),
    ...(reveal && { reveal }),
    ...(mask && { mask }),
    ...(fence !== undefined && history !== undefined && { fence: { history, number: fence } }),
    // Breakers are the caller's too: this process knows one step and nothing of the others.
    breakers: false,
    ...(elements && { concurrency: elements.concurrency }),
    // The caller has taken one slot of the pool for the whole request.
    ...(declaration.pool !== undefined && { pools: { [declaration.pool]: 1 } }),
  });
  const steps = await engine.compile(plan, dynamicKeys);
  const deadline = watchDeadline(request, surroundings);
  const task = {
    ...{ engine, declaration, steps, account, verdicts, receipts, request, dynamicKeys, graceMs },
    signal: AbortSignal.any([signal, deadline.signal]),
    isLate: () => deadline.signal.aborted && !signal.aborted,
  };
  try {
    if (request.undo) return await undoAlone({ ...task, undo: request.undo });
    return await make(task, plan, request.config ?? surroundings.configOf?.(declaration.name));
  } finally {
    deadline.end();
  }
}

/** Makes what is asked for. */
async function make(task: Omit<AloneTask, "undo">, plan: RunPlan, config: unknown): Promise<StepOutcome> {
  const { engine, declaration, steps, verdicts, request, dynamicKeys, signal, graceMs } = task;
  const { runId, attempt = 1, tags, elements } = request;
  const run = await executeRun(engine, {
    id: runId,
    plan,
    steps,
    attempt,
    dynamicKeys,
    signal,
    cancelGraceMs: graceMs,
    judge: (step, error) => verdicts.hear(step, error),
    ...(config !== undefined && { config: { [declaration.name]: config } }),
    ...(tags && { tags }),
    ...(elements && { earlierElements: () => Promise.resolve(elements.made), isPart: true }),
  });
  return await outcomeOf({ ...task, run, isLate: task.isLate() });
}

/** Loaded where it is asked for: most callers know code versions and nothing more. */
async function refuseOther(
  declaration: StepDeclaration,
  definition: NonNullable<StepRequest["definition"]>,
  resources: readonly ResourceOverride[],
): Promise<void> {
  const { requireSame } = await import("./isolation/fingerprint.ts");
  requireSame(declaration, definition, resources, "this process");
}

/** The version of a value that came with none: that of the attempt, since the run of the caller may try again. */
function freshened(receipt: Receipt, attempt: number): Receipt {
  const { dataVersion, runId } = receipt;
  return isFreshVersion(dataVersion, runId)
    ? { ...receipt, dataVersion: freshVersion(runId, attempt) }
    : receipt;
}

function watchDeadline({ deadlineMs }: StepRequest, { clock }: StepSurroundings) {
  const controller = new AbortController();
  const late = () => controller.abort(new Error("the deadline of the request has passed"));
  const leftMs = deadlineMs === undefined ? Infinity : deadlineMs - clock.now();
  if (leftMs <= 0) late();
  const takeBack = leftMs > 0 && leftMs < LONGEST_MS ? clock.after(leftMs, late) : () => {};
  return { signal: controller.signal, end: takeBack };
}
