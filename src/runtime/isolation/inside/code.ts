/** The code of a worker: its module, loaded once, and the steps found in it. */
import type { ResourceOverride } from "../../../model/assets/resource.ts";
import type { StepDeclaration } from "../../../model/assets/declaration.ts";
import type { Definitions } from "../../../model/definitions.ts";
import { recordError } from "../../step/errors.ts";
import { Refusal } from "../../step/refusal.ts";
import { requireSame } from "../fingerprint.ts";
import type { StepIntroduction } from "../worker/protocol.ts";

/** What a module gives. */
interface Loaded {
  readonly definitions: Definitions;
  /** What its `options` put in the place of resources. */
  readonly resources: readonly ResourceOverride[];
}

/** A step of this worker. */
export interface FoundStep {
  readonly declaration: StepDeclaration;
  readonly resources: readonly ResourceOverride[];
}

/** Loads a module when the first of its steps is asked for. */
export class Code {
  readonly #module: string;
  #loading: Promise<Loaded> | undefined = undefined;

  constructor(module: string) {
    this.#module = module;
  }

  /**
   * Finds a step.
   *
   * @throws {Refusal} MODULE_INVALID, or DEFINITION_CHANGED when the step is not there or is another one.
   */
  async find({ name, fingerprint }: StepIntroduction): Promise<FoundStep> {
    const { definitions, resources } = await (this.#loading ??= this.#load(name));
    const rank = definitions.stepGraph.rankOf(name);
    if (rank === undefined) {
      throw new Refusal(
        name,
        `is not among the definitions that ${this.#module} exports in the worker.`,
        "Let the module declare the same whenever it is loaded.",
        "DEFINITION_CHANGED",
      );
    }
    const declaration = definitions.steps[rank];
    requireSame(declaration, fingerprint, resources, "the worker");
    return { declaration, resources };
  }

  async #load(name: string): Promise<Loaded> {
    const exports = await this.#import(name);
    const definitions = definitionsIn(exports);
    if (!definitions) {
      throw new Refusal(
        name,
        `was looked for in ${this.#module}, which exports no definitions, or several and none as default.`,
        "Export what definitions() gives from the module whose address it was told.",
        "MODULE_INVALID",
      );
    }
    const { resources = [] } = (exports.options ?? {}) as {
      readonly resources?: readonly ResourceOverride[];
    };
    return { definitions, resources };
  }

  async #import(name: string): Promise<{ readonly [name: string]: unknown }> {
    try {
      return await import(this.#module);
    } catch (error) {
      const { message } = recordError(error);
      const why = `could not be found: ${this.#module} failed while it was loaded in the worker: ${message}`;
      throw new Refusal(name, why, undefined, "MODULE_INVALID");
    }
  }
}

/** By the rule of the command line: the default export, else `definitions`, else the only one. */
export function definitionsIn(exports: { readonly [name: string]: unknown }): Definitions | undefined {
  const found = Object.entries(exports).filter(([, value]) => isDefinitions(value));
  const named = (wanted: string) => found.find(([name]) => name === wanted)?.[1];
  const chosen = named("default") ?? named("definitions") ?? (found.length === 1 ? found[0][1] : undefined);
  return chosen as Definitions | undefined;
}

function isDefinitions(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    (value as { readonly kind?: unknown }).kind === "definitions";
}
