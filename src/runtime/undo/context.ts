/** What an undo step gets. */
import type { RunInfo } from "../../model/assets/context.ts";
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { RecordedError } from "../../model/events/event.ts";
import { SluiceError } from "../../model/issue.ts";
import type { Log } from "../../model/ports.ts";
import type { BodyContext, NamedValues } from "../step/context.ts";
import type { BodyPartition } from "../step/partition.ts";
import type { MadeValue } from "./made.ts";

/** What is to be undone, and how its values are reached. */
export interface UndoTask {
  readonly declaration: StepDeclaration;
  /** What the step has made, at least one value. */
  readonly values: readonly MadeValue[];
  readonly error: RecordedError;
  readonly load: (value: MadeValue) => unknown;
}

/** The context of one attempt at undoing one step. */
export class UndoBodyContext {
  readonly #context: BodyContext;
  readonly #task: UndoTask;

  constructor(context: BodyContext, task: UndoTask) {
    this.#context = context;
    this.#task = task;
  }

  get name(): string {
    return this.#context.name;
  }

  get keys(): readonly string[] {
    return [...new Set(this.#task.values.map(({ asset }) => asset.key))];
  }

  get partition(): BodyPartition {
    return this.partitions[0];
  }

  get partitions(): readonly BodyPartition[] {
    const made = new Set(this.#task.values.map(({ place }) => place));
    return this.#context.partitions.filter((_, place) => made.has(place));
  }

  get error(): RecordedError {
    return this.#task.error;
  }

  get resources(): NamedValues {
    return this.#context.resources;
  }

  get run(): RunInfo {
    return this.#context.run;
  }

  get attempt(): number {
    return this.#context.attempt;
  }

  get log(): Log {
    return this.#context.log;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  /** Of a batch the value of a partition, of a multi-asset that of an output, by name. */
  get load(): (name?: string) => Promise<unknown> {
    const { values, load } = this.#task;
    return async (name) => await load(this.#find(values, name));
  }

  #find(values: readonly MadeValue[], name: string | undefined): MadeValue {
    const { outputs, outputNames, batch } = this.#task.declaration;
    const nameOf = ({ asset, partition }: MadeValue) =>
      batch ? partition : outputNames?.[outputs.indexOf(asset)];
    const found = values.find((value) => nameOf(value) === name);
    if (found) return found;
    throw new SluiceError({
      code: "VALUE_MISSING",
      message: name === undefined
        ? `${this.name} has made several values, and load() does not say which is meant.`
        : `${this.name} has not made ${name} in this run.`,
      path: ["undo", this.name],
      hint: `Load one of ${values.map(nameOf).join(", ")}.`,
    });
  }
}
