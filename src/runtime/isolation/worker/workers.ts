/** The workers of one engine, and the steps that they know. */
import type { StepDeclaration } from "../../../model/assets/declaration.ts";
import type { BodyContext } from "../../step/context.ts";
import type { UndoTask } from "../../undo/context.ts";
import type { ExecutorParts } from "../parts.ts";
import { fingerprintStep } from "../fingerprint.ts";
import { attemptInWorker } from "./attempt.ts";
import type { WorkerCounts } from "./counts.ts";
import { WorkerPool } from "./pool.ts";
import type { StepIntroduction } from "./protocol.ts";

/** Makes attempts in a pool. */
export class Workers {
  readonly #parts: ExecutorParts;
  readonly #pool: WorkerPool;
  readonly #steps: Map<StepDeclaration, StepIntroduction> = new Map();

  constructor(module: string, parts: ExecutorParts) {
    const { clock, mask, settings } = parts;
    this.#parts = parts;
    this.#pool = new WorkerPool({ ...settings, module, clock, secret: (text) => mask.conceal(text) });
  }

  get counts(): WorkerCounts {
    return this.#pool.counts;
  }

  attempt(declaration: StepDeclaration, context: BodyContext, undo: UndoTask | undefined): Promise<unknown> {
    const step = this.#steps.get(declaration) ?? this.#introduce(declaration);
    return attemptInWorker({ pool: this.#pool, declaration, step, context, undo });
  }

  endRun(id: string): Promise<void> {
    return this.#pool.endRun(id);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #introduce(declaration: StepDeclaration): StepIntroduction {
    const step = this.#pool.introduce(declaration.name, fingerprintStep(declaration, this.#parts.resources));
    this.#steps.set(declaration, step);
    return step;
  }
}
