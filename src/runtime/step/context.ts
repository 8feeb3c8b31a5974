/** What a body gets: one small object, whose properties are worked out when they are first read. */
import type { RunInfo } from "../../model/assets/context.ts";
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { OutputFacts } from "../../model/assets/result.ts";
import type { Each } from "../../model/elements/each.ts";
import type { RunConfig } from "../../model/job.ts";
import type { Log, LogFields, LogLevel } from "../../model/ports.ts";
import type { DynamicKeys } from "../../planner/steps/mappings.ts";
import type { AttemptElements, ElementDesk } from "../elements/desk.ts";
import { RemoteElements } from "../elements/remote.ts";
import { StepElements } from "../elements/step_elements.ts";
import { BodyLog } from "../log.ts";
import { mergeFacts } from "./facts.ts";
import type { BodyPartition } from "./partition.ts";

/** Values by the names under which a body reads them. */
export type NamedValues = { readonly [name: string]: unknown };

/** What a run was asked for, for whoever passes a step of it on. */
export interface RunOrigin {
  /** Config by step name, as it was given: secrets by name. */
  readonly config: RunConfig;
  readonly dynamicKeys: DynamicKeys;
  /** The instant for which windows are counted. */
  readonly atMs: number;
}

/** Where a context gets what it does not hold itself: a run, or a body's test. */
export interface ContextSource {
  readonly run: RunInfo;
  /** Undefined where there is no run. */
  readonly origin?: RunOrigin;
  declarationOf(step: number): StepDeclaration;
  /** The inputs of a step whose inputs are at hand. */
  inputsOf(step: number): NamedValues;
  configOf(step: number): unknown;
  resourcesOf(step: number): NamedValues;
  partitionsOf(step: number): readonly BodyPartition[];
  /** The names of the outputs that the run asks for. */
  selectedOf(step: number): ReadonlySet<string>;
  /** Serves the elements of an attempt. */
  elementsOf(step: number, attempt: number): ElementDesk;
  writeLog(
    step: number,
    attempt: number,
    level: LogLevel,
    message: string,
    fields: LogFields | undefined,
  ): void;
}

/** What few attempts need. */
interface Extras {
  facts?: OutputFacts;
  controller?: AbortController;
  /** Present once the body was told to stop. */
  abort?: { readonly reason: unknown };
  /** Called when it is told to. */
  onAbort?: (reason: unknown) => void;
  each?: Each;
  elements?: AttemptElements;
}

/** The context of one attempt of one step. */
export class BodyContext {
  /** Which attempt this is, counted from 1. */
  readonly attempt: number;
  readonly #source: ContextSource;
  readonly #step: number;
  #inputs: NamedValues | undefined = undefined;
  #extras: Extras | undefined = undefined;

  constructor(source: ContextSource, step: number, attempt: number) {
    this.#source = source;
    this.#step = step;
    this.attempt = attempt;
  }

  get name(): string {
    return this.#source.declarationOf(this.#step).name;
  }

  get inputs(): NamedValues {
    return this.#inputs ??= this.#source.inputsOf(this.#step);
  }

  /** The value that a check looks at. */
  get value(): unknown {
    return this.inputs.value;
  }

  get config(): unknown {
    return this.#source.configOf(this.#step);
  }

  get resources(): NamedValues {
    return this.#source.resourcesOf(this.#step);
  }

  get partition(): BodyPartition {
    return this.#source.partitionsOf(this.#step)[0];
  }

  /** The partitions of a batch. */
  get partitions(): readonly BodyPartition[] {
    return this.#source.partitionsOf(this.#step);
  }

  /** The outputs asked for, of a multi-asset. */
  get selected(): ReadonlySet<string> {
    return this.#source.selectedOf(this.#step);
  }

  get run(): RunInfo {
    return this.#source.run;
  }

  get log(): Log {
    return new BodyLog((level, message, fields) =>
      this.#source.writeLog(this.#step, this.attempt, level, message, fields)
    );
  }

  get report(): (facts: OutputFacts) => void {
    return (facts) => {
      const extras = this.#extras ??= {};
      extras.facts = mergeFacts(extras.facts, facts);
    };
  }

  get each(): Each {
    const extras = this.#extras ??= {};
    if (extras.each) return extras.each;
    const elements = new StepElements(this.#source.elementsOf(this.#step, this.attempt));
    extras.elements = elements;
    if (extras.abort) elements.stop(extras.abort.reason);
    return extras.each = elements.each;
  }

  get signal(): AbortSignal {
    const extras = this.#extras ??= {};
    if (!extras.controller) {
      extras.controller = new AbortController();
      if (extras.abort) extras.controller.abort(extras.abort.reason);
    }
    return extras.controller.signal;
  }

  /** Gives a context its inputs, where these had to be waited for. */
  static provide(context: BodyContext, inputs: NamedValues): void {
    context.#inputs = inputs;
  }

  /** The step that a context is of. */
  static stepOf(context: BodyContext): number {
    return context.#step;
  }

  /** What the run of a context was asked for. */
  static originOf(context: BodyContext): RunOrigin | undefined {
    return context.#source.origin;
  }

  /** What the body has reported about its outputs. */
  static factsOf(context: BodyContext): OutputFacts | undefined {
    return context.#extras?.facts;
  }

  /** Tells the body to stop, whether or not it has asked for the signal yet. */
  static abort(context: BodyContext, reason: unknown): void {
    const extras = context.#extras ??= {};
    extras.abort = { reason };
    extras.controller?.abort(reason);
    extras.elements?.stop(reason);
    extras.onAbort?.(reason);
  }

  /** Calls back when the body is told to stop: one listener, and no signal to make for it. */
  static onAbort(context: BodyContext, listener: (reason: unknown) => void): void {
    const extras = context.#extras ??= {};
    extras.onAbort = listener;
    if (extras.abort) listener(extras.abort.reason);
  }

  /** For a body that runs elsewhere: records what is said there of its elements. */
  static openRemote(context: BodyContext): RemoteElements {
    const elements = new RemoteElements(context.#source.elementsOf(context.#step, context.attempt));
    (context.#extras ??= {}).elements = elements;
    return elements;
  }

  /** Lets nothing more be recorded of elements, since the attempt is over. Gives how many were under way. */
  static seal(context: BodyContext, reason: string): number {
    return context.#extras?.elements?.seal(reason) ?? 0;
  }

  /** Throws the reason for which the body was told to stop, where it was. */
  static throwIfAborted(context: BodyContext): void {
    const abort = context.#extras?.abort;
    if (abort) throw abort.reason;
  }
}
