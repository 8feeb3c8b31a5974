/** Tasks gathered column by column, and read back. */
import type { NamedValues } from "../../step/context.ts";
import type { Column, TaskArgument, TaskColumns, TaskExtra } from "./protocol.ts";

/** One number for each task, folded into one for all as long as they are the same. */
class ColumnWriter {
  #first = 0;
  #all: number[] | undefined = undefined;

  push(value: number, place: number): void {
    if (place === 0) this.#first = value;
    if (this.#all) this.#all.push(value);
    else if (value !== this.#first) {
      this.#all = new Array<number>(place).fill(this.#first);
      this.#all.push(value);
    }
  }

  take(): Column {
    const column = this.#all ?? this.#first;
    this.#all = undefined;
    return column;
  }
}

/** Gathers tasks for one message. */
export class TaskWriter {
  readonly #steps: ColumnWriter = new ColumnWriter();
  readonly #runs: ColumnWriter = new ColumnWriter();
  readonly #attempts: ColumnWriter = new ColumnWriter();
  #slots: number[] = [];
  #inputs: (NamedValues | undefined)[] = [];
  #hasInputs = false;
  #extras: (readonly [number, TaskExtra])[] = [];

  get size(): number {
    return this.#slots.length;
  }

  push(slot: number, step: number, run: number, attempt: number, argument: TaskArgument | undefined): void {
    const place = this.#slots.length;
    this.#slots.push(slot);
    this.#steps.push(step, place);
    this.#runs.push(run, place);
    this.#attempts.push(attempt, place);
    this.#inputs.push(argument?.inputs);
    if (argument === undefined) return;
    if (argument.inputs !== undefined) this.#hasInputs = true;
    if (argument.extra !== undefined) this.#extras.push([place, argument.extra]);
  }

  /** Gives what was gathered, and begins anew. */
  take(): TaskColumns {
    const columns: TaskColumns = {
      slots: this.#slots,
      steps: this.#steps.take(),
      runs: this.#runs.take(),
      attempts: this.#attempts.take(),
      ...(this.#hasInputs && { inputs: this.#inputs }),
      ...(this.#extras.length > 0 && { extras: this.#extras }),
    };
    this.#slots = [];
    this.#inputs = [];
    this.#hasInputs = false;
    this.#extras = [];
    return columns;
  }
}

/** The number of a task in a column. */
export function numberAt(column: Column, place: number): number {
  return typeof column === "number" ? column : column[place];
}
