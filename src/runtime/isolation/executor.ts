/** Runs the bodies that do not run inline: what the run loop calls in their place. */
import process from "node:process";
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { ResourceOverride } from "../../model/assets/resource.ts";
import type { Definitions } from "../../model/definitions.ts";
import { SluiceError } from "../../model/issue.ts";
import type { Clock } from "../../model/ports.ts";
import type { Recorder } from "../recorder.ts";
import type { BodyContext } from "../step/context.ts";
import type { Isolate } from "../wiring.ts";
import type { IsolationSettings } from "./settings.ts";

/** Set in every process and worker that runs a step for another one. */
const MARK = "SLUICE_ISOLATED";

/** What an executor works with. */
export interface ExecutorParts {
  readonly settings: IsolationSettings;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Values in the place of resources, which do not cross. */
  readonly resources: readonly ResourceOverride[];
}

/** The executor of one engine. Nothing is loaded before the first body runs elsewhere. */
export class Executor {
  readonly #parts: ExecutorParts;

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
  }

  /** What the loop calls in the place of a body. */
  readonly isolate: Isolate = (definitions, declaration) => (context) =>
    this.#inProcess(definitions, declaration, context);

  /** The start of an attempt is on record before anything of it can be seen elsewhere. */
  async #inProcess(
    definitions: Definitions,
    declaration: StepDeclaration,
    context: BodyContext,
  ): Promise<unknown> {
    const { settings, recorder, clock, resources } = this.#parts;
    const [{ attemptInProcess }, { fingerprintStep }] = await Promise.all([
      import("./process/attempt.ts"),
      import("./fingerprint.ts"),
      recorder.flush(),
    ]);
    const step = { definitions, declaration, fingerprint: fingerprintStep(declaration, resources) };
    const module = this.#moduleOf(definitions, declaration);
    return await attemptInProcess({ step, context, settings, module, clock });
  }

  #moduleOf({ module }: Definitions, declaration: StepDeclaration): string {
    if (process.env[MARK]) throw nested(declaration);
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
