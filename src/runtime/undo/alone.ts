/** Undoes what one step has made, by itself: for whoever runs steps, and knows that their run has failed. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import { recordedError, type StepOutcome, type StepOutput } from "../../model/step/outcome.ts";
import type { StepRequest } from "../../model/step/request.ts";
import type { UndoOutput, UndoRequest } from "../../model/step/undo.ts";
import type { DynamicKeys } from "../../planner/steps/mappings.ts";
import type { StepGraph } from "../../planner/steps/table.ts";
import type { Engine } from "../engine.ts";
import type { Account } from "../step/account.ts";
import { told } from "../step/outcome.ts";
import type { NotedReceipts } from "../step/receipts.ts";
import { Refusal } from "../step/refusal.ts";
import type { Verdicts } from "../step/verdict.ts";
import { Compensation } from "./compensation.ts";
import { type MadeValue, madeValues } from "./made.ts";

/** What is to be undone, and with what. */
export interface AloneTask {
  readonly engine: Engine;
  readonly declaration: StepDeclaration;
  readonly steps: StepGraph;
  readonly account: Account;
  readonly verdicts: Verdicts;
  readonly receipts: NotedReceipts;
  readonly request: StepRequest;
  readonly undo: UndoRequest;
  readonly dynamicKeys: DynamicKeys;
  /** Stops it, at the latest when the deadline has passed. */
  readonly signal: AbortSignal;
  readonly isLate: () => boolean;
  readonly graceMs: number;
}

/** A request with the partitions and outputs that it says were made, where it does not name them itself. */
export function asUndone(request: StepRequest): StepRequest {
  const { undo: { made } = {}, partitions } = request;
  if (made === undefined || partitions !== undefined) return request;
  const keys = made.flatMap(({ partition }) => partition ?? []);
  return keys.length > 0 ? { ...request, partitions: [...new Set(keys)] } : request;
}

/**
 * Undoes it, with one attempt for each step of the request.
 *
 * @throws {Refusal} REQUEST_INVALID where the step cannot be undone.
 */
export async function undoAlone(task: AloneTask): Promise<StepOutcome> {
  const { engine, declaration, account, request: { runId }, signal } = task;
  if (!declaration.undo) throw cannotBeUndone(declaration);
  const values = await valuesOf(task);
  const open = [...values.keys()].filter((step) => values.get(step)?.length);
  if (open.length === 0) return nothingLeft(task);
  let compensation: Compensation | undefined;
  const tape = engine.recorder.open(runId, (error) => compensation?.crash(error));
  const leave = () => engine.leave(0, signal.reason);
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  try {
    compensation = new Compensation({ ...await partsOf(task, values), tape });
    const { error } = await compensation.run();
    await tape.flush();
    const ends = open.map((step) => account.ends.get(step));
    const outputs = open.filter((step) => account.ends.get(step)?.status === "success")
      .flatMap((step) => values.get(step) ?? []);
    return told({ ...task, run: { error }, isLate: task.isLate() }, ends, outputs.map(undoneOutput));
  } finally {
    signal.removeEventListener("abort", leave);
    tape.close();
  }
}

async function partsOf(
  { engine, steps, request, undo, verdicts, dynamicKeys, graceMs }: AloneTask,
  values: ReadonlyMap<number, readonly MadeValue[]>,
) {
  const { runId, tags = {}, attempt = 1 } = request;
  const wiring = await engine.wire(steps.plan.definitions);
  const error = recordedError(undo.error);
  return {
    engine,
    graph: steps,
    wiring,
    run: { id: runId, tags },
    origin: { config: {}, dynamicKeys, atMs: steps.plan.nowMs },
    made: {
      steps: new Map([...values.keys()].map((step) => [step, []])),
      valuesOf: (step: number) => values.get(step) ?? [],
    },
    cause: { error, reason: error.message },
    resources: [],
    concurrency: engine.concurrency,
    priority: 0,
    earlierAttempts: new Map([...values.keys()].map((step) => [step, attempt - 1])),
    judge: verdicts.hear.bind(verdicts),
    graceMs,
    keepsValues: undo.keepsValues ?? false,
  };
}

/** What the run has made, by step: as the request says, else as receipts do. */
async function valuesOf(task: AloneTask): Promise<ReadonlyMap<number, readonly MadeValue[]>> {
  const { steps, undo: { made } } = task;
  const isMade = made === undefined ? byReceipt(task) : byRequest(made);
  const values = new Map<number, readonly MadeValue[]>();
  for (let step = 0; step < steps.count; step++) {
    const all = madeValues(steps, step, []);
    const found = await Promise.all(all.map(isMade));
    values.set(step, all.filter((_, at) => found[at]));
  }
  return values;
}

type IsMade = (value: MadeValue) => boolean | Promise<boolean>;

function byRequest(made: readonly UndoOutput[]): IsMade {
  const known = new Set(made.map(({ asset, partition }) => addressOf(asset, partition)));
  return ({ asset, partition }) => known.has(addressOf(asset.key, partition));
}

function byReceipt({ receipts, request: { runId } }: AloneTask): IsMade {
  return async ({ asset, partition }) => {
    const receipt = await receipts.findManager(asset).receipt({ asset: asset.key, partition });
    return receipt?.runId === runId;
  };
}

function addressOf(asset: string, partition: string | undefined): string {
  return JSON.stringify([asset, partition]);
}

function undoneOutput({ asset, partition }: MadeValue): StepOutput {
  return { asset: asset.key, ...(partition !== undefined && { partition }), status: "undone" };
}

function nothingLeft(task: AloneTask): StepOutcome {
  const reason = `the run has made nothing of ${task.declaration.name} that could be undone`;
  return told({ ...task, run: { error: undefined }, isLate: false }, [{
    status: "skipped",
    outputs: [],
    reason,
  }], []);
}

function cannotBeUndone({ name }: StepDeclaration): Refusal {
  return new Refusal(
    name,
    "does not say how it is undone.",
    "Declare `undo`, or do not ask for it.",
    "REQUEST_INVALID",
  );
}
