/** What a worker does: it hears orders, runs bodies, and reports what came of them. */
import type { RunInfo } from "../../../model/assets/context.ts";
import type { RevealSecret } from "../../../model/assets/secret.ts";
import { SluiceError } from "../../../model/issue.ts";
import { validateValue } from "../../config.ts";
import { stillRunning } from "../../elements/errors.ts";
import { ResourceDesk } from "../../resources.ts";
import { openSecrets } from "../../secrets.ts";
import { BodyContext } from "../../step/context.ts";
import { hasAny } from "../../step/facts.ts";
import { isThenable } from "../../thenable.ts";
import type { Body } from "../../wiring.ts";
import { errorElsewhere } from "../elsewhere.ts";
import { Code, type FoundStep } from "./code.ts";
import { packFailure, uncopied } from "../worker/failure.ts";
import { Outbox, type Post } from "./outbox.ts";
import { numberAt } from "../worker/columns.ts";
import { CELL, type Orders, type TaskColumns, type TaskUndo, type WorkerStart } from "../worker/protocol.ts";
import { UndoBodyContext } from "../../undo/context.ts";
import type { MadeValue } from "../../undo/made.ts";
import { RemoteGates } from "./remote_gates.ts";
import { Task } from "./task.ts";

/** A run, as far as this worker has a part in it. */
interface RunPart {
  readonly info: RunInfo;
  /** Undefined until a body uses resources. */
  desk: ResourceDesk | undefined;
}

/** One worker's work. */
export class Service {
  readonly #cells: Int32Array;
  readonly #code: Code;
  readonly #post: Post;
  readonly #outbox: Outbox;
  readonly #gates: RemoteGates;
  readonly #reveal: RevealSecret;
  readonly #steps: Map<number, FoundStep | Promise<FoundStep>> = new Map();
  readonly #runs: Map<number, RunPart> = new Map();
  /** By slot. */
  readonly #tasks: (Task | undefined)[] = [];
  #begun = 0;

  constructor({ cells, module }: WorkerStart, post: Post) {
    this.#cells = new Int32Array(cells);
    this.#code = new Code(module);
    this.#post = post;
    this.#outbox = new Outbox(post, (slot, value, error) => {
      const name = this.#tasks[slot]?.declaration?.name ?? "a step";
      return packFailure(uncopied(name, "The value", value, error));
    });
    this.#gates = new RemoteGates((remark) => this.#outbox.remark(remark));
    const reveal = openSecrets();
    this.#reveal = (secret) => {
      const text = reveal(secret);
      this.#outbox.remark({ secret: text });
      return text;
    };
  }

  /** Does what a message asks for. What it makes at once is reported at once. */
  obey({ steps = [], runs = [], tasks, aborts, admitted, skipped, ended }: Orders): void {
    for (const step of steps) {
      const finding = this.#code.find(step);
      finding.then((found) => this.#steps.set(step.number, found), () => {});
      this.#steps.set(step.number, finding);
    }
    for (const { number, id, tags } of runs) this.#runs.set(number, { info: { id, tags }, desk: undefined });
    for (const [slot, reason] of aborts ?? []) {
      const task = this.#tasks[slot];
      if (task) BodyContext.abort(task.context, errorElsewhere("step", reason, { isFinal: false }));
    }
    if (aborts) this.#post({ heard: true });
    for (const admission of admitted ?? []) this.#gates.admit(admission);
    this.#outbox.hold();
    if (tasks) this.#beginAll(tasks);
    if (skipped) Atomics.store(this.#cells, CELL.BEGUN, this.#begun += skipped);
    // Those who wait for room hear at least that these were begun.
    if (!this.#outbox.flush() && tasks) this.#post({});
    if (ended !== undefined) void this.#end(ended);
  }

  /** A promise was rejected and nobody caught it. */
  stray(error: unknown): void {
    this.#outbox.remark({ stray: packFailure(error).error });
  }

  #beginAll({ slots, steps, runs, attempts, inputs, extras = [] }: TaskColumns): void {
    let next = 0;
    for (let place = 0; place < slots.length; place++) {
      const extra = extras[next]?.[0] === place ? extras[next++][1] : undefined;
      const part = this.#runs.get(numberAt(runs, place)) as RunPart;
      const task = new Task(slots[place], part.info, numberAt(attempts, place), this.#outbox, this.#gates);
      task.inputs = inputs?.[place];
      task.extra = extra;
      this.#begin(task, part, this.#steps.get(numberAt(steps, place)) as FoundStep | Promise<FoundStep>);
    }
  }

  #begin(task: Task, part: RunPart, found: FoundStep | Promise<FoundStep>): void {
    Atomics.store(this.#cells, CELL.BEGUN, ++this.#begun);
    this.#tasks[task.slot] = task;
    try {
      if (isThenable(found) || task.given || hasAny(found.declaration.resources)) {
        this.#prepare(task, part, found).catch((error) => this.#failed(task, error));
      } else {
        task.declaration = found.declaration;
        this.#call(task);
      }
    } catch (error) {
      this.#failed(task, error);
    }
  }

  async #prepare(task: Task, part: RunPart, finding: FoundStep | Promise<FoundStep>): Promise<void> {
    const { declaration, resources } = await finding;
    task.declaration = declaration;
    if (hasAny(declaration.resources)) {
      const desk = part.desk ??= new ResourceDesk(resources, this.#reveal);
      await desk.open(declaration.resources);
      task.resources = desk.values(declaration.resources);
    }
    if (declaration.config) task.config = await this.#config(task, declaration.config);
    this.#call(task);
  }

  /** It was valid where the run began; what a schema makes of it need not be data, so it is made here again. */
  async #config(task: Task, schema: Parameters<typeof validateValue>[0]): Promise<unknown> {
    const result = await validateValue(schema, task.given?.given, this.#reveal);
    if (!result.issues) return result.value;
    const { name } = task.declarationOf();
    const message = `The config of ${name} is not valid in the worker: ${result.issues[0].message}`;
    throw new SluiceError({ code: "CONFIG_INVALID", message, path: ["config", name] });
  }

  #call(task: Task): void {
    const { run, batch } = task.declarationOf();
    if (task.extra?.undo) {
      return void undo(task, task.extra.undo).then(
        () => this.#done(task, undefined),
        (error) => this.#failed(task, error),
      );
    }
    const result = (run as Body)(task.context);
    if (batch || isThenable(result)) this.#await(task, result, batch);
    else this.#done(task, result);
  }

  #await(task: Task, result: unknown, batch: boolean): void {
    const whole = batch ? gather(result) : result as PromiseLike<unknown>;
    whole.then((value) => this.#done(task, value), (error) => this.#failed(task, error));
  }

  #done(task: Task, value: unknown): void {
    if (BodyContext.seal(task.context, "its step is over") > 0) {
      return this.#failed(task, stillRunning(task.declarationOf().name, undefined));
    }
    const facts = BodyContext.factsOf(task.context);
    if (facts) this.#outbox.remark({ slot: task.slot, facts });
    this.#over(task);
    this.#outbox.done(task.slot, value);
  }

  #failed(task: Task, error: unknown): void {
    BodyContext.seal(task.context, "the attempt of its step is over");
    this.#over(task);
    this.#outbox.fail(task.slot, packFailure(error));
  }

  #over(task: Task): void {
    task.isOver = true;
  }

  /** Closes the resources of a run. */
  async #end(run: number): Promise<void> {
    const desk = this.#runs.get(run)?.desk;
    this.#runs.delete(run);
    try {
      await desk?.close();
      this.#post({ ended: [run, undefined] });
    } catch (error) {
      this.#post({ ended: [run, packFailure(error).error] });
    }
  }
}

/** Calls the undo step. What it gives back is of no account. */
async function undo(task: Task, { error, values }: TaskUndo): Promise<void> {
  const declaration = task.declarationOf();
  const made = values.map(({ asset, place, partition }) => {
    const output = declaration.outputs.findIndex(({ key }) => key === asset);
    return { output, place, asset: declaration.outputs[output], partition };
  });
  const load = (value: MadeValue): unknown => {
    const { loaded } = values[made.indexOf(value)];
    if ("value" in loaded) return loaded.value;
    throw errorElsewhere(declaration.name, loaded.failure.error, loaded.failure);
  };
  const context = new UndoBodyContext(task.context, { declaration, values: made, error, load });
  await (declaration.undo?.run as (context: UndoBodyContext) => unknown)(context);
}

/** What a batch gives one by one, as a list: iterators do not cross. */
async function gather(result: unknown): Promise<unknown> {
  const given = await result;
  if (typeof given !== "object" || given === null || Array.isArray(given) || given instanceof Map) {
    return given;
  }
  if (!(Symbol.asyncIterator in given) && !(Symbol.iterator in given)) return given;
  const pairs: unknown[] = [];
  for await (const pair of given as AsyncIterable<unknown>) pairs.push(pair);
  return pairs;
}
