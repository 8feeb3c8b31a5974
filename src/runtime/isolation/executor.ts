/** Runs the bodies that do not run inline: what the run loop calls in their place. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { Definitions } from "../../model/definitions.ts";
import { SluiceError } from "../../model/issue.ts";
import { BodyContext } from "../step/context.ts";
import type { Isolate } from "../wiring.ts";
import { isIsolated } from "./mark.ts";
import type { UndoTask } from "../undo/context.ts";
import type { IsolateUndo } from "../undo/wiring.ts";
import { type MadeElsewhere, requireUndone } from "./elsewhere.ts";
import type { ExecutorParts } from "./parts.ts";
import type { WorkerCounts } from "./worker/counts.ts";
import type { Workers } from "./worker/workers.ts";

/** The executor of one engine. Nothing is loaded before the first body runs elsewhere. */
export class Executor {
  readonly #parts: ExecutorParts;
  #opening: Promise<Workers> | undefined = undefined;
  #workers: Workers | undefined = undefined;

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  /** What the loop calls in the place of a body. */
  readonly isolate: Isolate = (definitions, declaration) =>
    declaration.isolation?.tier === "process"
      ? (context) => this.#inProcess(definitions, declaration, context)
      : (context) => this.#inWorker(definitions, declaration, context);

  /** What a compensation calls in the place of an undo step. */
  readonly isolateUndo: IsolateUndo = async (definitions, context, task) => {
    const { declaration } = task;
    if (declaration.isolation?.tier === "worker") {
      return await this.#inWorker(definitions, declaration, context, task);
    }
    const { outcome } = await this.#inProcess(definitions, declaration, context, task);
    requireUndone(declaration, outcome);
  };

  /** What became of workers; undefined as long as there were none. */
  get workers(): WorkerCounts | undefined {
    return this.#workers?.counts;
  }

  /** Closes what the bodies of a run have opened elsewhere in this process; undefined when nothing was. */
  endRun(id: string): Promise<void> | undefined {
    return this.#workers?.endRun(id);
  }

  /** Ends all workers. */
  async close(): Promise<void> {
    const workers = await this.#opening?.catch(() => undefined);
    await workers?.close();
  }

  /** The start of an attempt is on record before anything of it can be seen elsewhere. */
  async #inProcess(
    definitions: Definitions,
    declaration: StepDeclaration,
    context: BodyContext,
    undo?: UndoTask,
  ): Promise<MadeElsewhere> {
    const { settings, recorder, clock, resources, fence } = this.#parts;
    const module = this.#moduleOf(definitions, declaration);
    const [{ attemptInProcess }, { fingerprintStep }] = await Promise.all([
      import("./process/attempt.ts"),
      import("./fingerprint.ts"),
      recorder.flush(),
    ]);
    const fingerprint = fingerprintStep(declaration, resources);
    const step = { definitions, declaration, fingerprint, fence, ...(undo && { undo }) };
    return await attemptInProcess({ step, context, settings, module, clock });
  }

  async #inWorker(
    definitions: Definitions,
    declaration: StepDeclaration,
    context: BodyContext,
    undo?: UndoTask,
  ): Promise<unknown> {
    const workers = this.#workers ??
      await (this.#opening ??= this.#openWorkers(this.#moduleOf(definitions, declaration)));
    await this.#parts.recorder.flush();
    BodyContext.throwIfAborted(context);
    return workers.attempt(declaration, context, undo);
  }

  async #openWorkers(module: string): Promise<Workers> {
    const { Workers } = await import("./worker/workers.ts");
    return this.#workers = new Workers(module, this.#parts);
  }

  #moduleOf({ module }: Definitions, declaration: StepDeclaration): string {
    if (isIsolated()) throw nested(declaration);
    const address = this.#parts.settings.module ?? module;
    if (address === undefined) throw withoutModule(declaration);
    return address;
  }
}

/** The error for a step that is to run elsewhere, of definitions that nobody could find there. */
export function withoutModule({ name, isolation, site }: StepDeclaration): SluiceError {
  return new SluiceError({
    code: "DEFINITION_INVALID",
    message: `${name} runs in a ${isolation?.tier}, and nobody has said which module it finds its code in.`,
    path: ["assets", name, "isolation"],
    ...(site.text !== undefined && { site: site.text }),
    hint: "Write definitions({ module: import.meta.url, ... }) in the module that exports them.",
  });
}

/** Code that a worker or a process has loaded starts runs of its own: each of them would load it again. */
function nested({ name }: StepDeclaration): SluiceError {
  return new SluiceError({
    code: "DEFINITION_INVALID",
    message: `${name} was started within a step that runs in isolation, and would start others without end.`,
    path: ["assets", name, "isolation"],
    hint:
      "Keep the module of the definitions free of what runs them: start runs under `if (import.meta.main)`.",
  });
}
