/** What a run loop is made of. */
import type { StepGraph } from "../../planner/steps/table.ts";
import type { Engine } from "../engine.ts";
import type { Keeping } from "../keeping.ts";
import type { Tape } from "../recorder.ts";
import type { ContextSource } from "../step/context.ts";
import type { Judge } from "./attempts.ts";
import type { PrepareParts } from "./prepare.ts";
import type { Progress } from "./progress.ts";
import type { ReadyQueue } from "./ready.ts";

/** What a run loop tells of its steps, and asks. */
export type LoopProgress = Pick<
  Progress,
  "left" | "isOpen" | "begin" | "succeed" | "fail" | "retry" | "skip" | "cancel" | "cancelRest" | "close"
>;

/** What a run loop works with. */
export interface LoopParts extends PrepareParts {
  readonly engine: Engine;
  readonly graph: StepGraph;
  readonly progress: LoopProgress;
  readonly ready: ReadyQueue;
  readonly source: ContextSource;
  readonly keeping: Pick<Keeping, "keep">;
  readonly tape: Tape;
  /** How many steps of the run may be under way at once. */
  readonly concurrency: number;
  /** Of the run, over all runs of the process. */
  readonly priority: number;
  /** How long steps that were told to stop may take for it. */
  readonly graceMs: number;
  /** Attempts that an earlier process began, by step. */
  readonly earlierAttempts: ReadonlyMap<number, number>;
  /** For a run whose retries are decided elsewhere. */
  readonly judge: Judge | undefined;
}
