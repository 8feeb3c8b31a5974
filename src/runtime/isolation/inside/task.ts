/** One attempt within a worker, as its body sees it. */
import { setImmediate } from "node:timers";
import type { RunInfo } from "../../../model/assets/context.ts";
import type { StepDeclaration } from "../../../model/assets/declaration.ts";
import { type LogFields, type LogLevel, systemClock, systemRandom } from "../../../model/ports.ts";
import { type ElementDesk, memoryOf } from "../../elements/desk.ts";
import { BodyContext, type ContextSource, type NamedValues } from "../../step/context.ts";
import { givenCollection } from "../../step/given.ts";
import { setValue } from "../../step/inputs.ts";
import { copyJsonOr } from "../../step/json.ts";
import { type BodyPartition, NO_PARTITION } from "../../step/partition.ts";
import type { Remark, TaskExtra } from "../worker/protocol.ts";
import type { RemoteGates } from "./remote_gates.ts";

const NO_PARTITIONS: readonly BodyPartition[] = Object.freeze([NO_PARTITION]);
const NOTHING: NamedValues = Object.freeze({});

/** After so many elements others in the worker get a turn. */
const TURN_ELEMENTS = 256;

interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields | undefined;
  readonly element?: string;
}

/** Hears what bodies say. */
export interface Hearer {
  remark(remark: Remark): void;
}

/** An attempt under way. */
export class Task implements ContextSource {
  readonly slot: number;
  readonly run: RunInfo;
  readonly context: BodyContext;
  /** What its body is, once it is found. */
  declaration: StepDeclaration | undefined = undefined;
  config: unknown = undefined;
  resources: NamedValues = NOTHING;
  /** What its body still says afterwards is not heard. */
  isOver = false;
  inputs: NamedValues | undefined = undefined;
  extra: TaskExtra | undefined = undefined;
  readonly #hearer: Hearer;
  readonly #gates: RemoteGates;
  #elements = 0;

  constructor(slot: number, run: RunInfo, attempt: number, hearer: Hearer, gates: RemoteGates) {
    this.slot = slot;
    this.run = run;
    this.context = new BodyContext(this, 0, attempt);
    this.#hearer = hearer;
    this.#gates = gates;
  }

  /** The config as it was given; undefined when the step takes none. */
  get given(): { readonly given: unknown } | undefined {
    return this.extra?.config;
  }

  declarationOf(): StepDeclaration {
    return this.declaration as StepDeclaration;
  }

  inputsOf(): NamedValues {
    const { inputs = NOTHING, extra } = this;
    if (!extra?.collections) return inputs;
    const values: Record<string, unknown> = { ...inputs };
    for (const name of extra.collections) setValue(values, name, givenCollection(name, inputs[name]));
    return values;
  }

  configOf(): unknown {
    return this.config;
  }

  resourcesOf(): NamedValues {
    return this.resources;
  }

  partitionsOf(): readonly BodyPartition[] {
    return this.extra?.partitions ?? NO_PARTITIONS;
  }

  selectedOf(): ReadonlySet<string> {
    return new Set(this.extra?.selected);
  }

  elementsOf(): ElementDesk {
    const { elements } = this.extra ?? {};
    const { slot } = this;
    return {
      declaration: this.declarationOf(),
      clock: systemClock,
      random: systemRandom,
      concurrency: elements?.concurrency ?? 1,
      recall: () => elements && Promise.resolve(memoryOf(elements)),
      write: (event, payload) => this.#hearer.remark({ slot, event, payload } as Remark),
      log: (element, level, message, fields) => this.#log({ level, message, fields, element }),
      breathe: () => ++this.#elements % TURN_ELEMENTS === 0 ? turn() : undefined,
      openGate: (pool) => this.#gates.open(slot, this.declarationOf().name, pool),
    };
  }

  writeLog(
    _step: number,
    _attempt: number,
    level: LogLevel,
    message: string,
    fields: LogFields | undefined,
  ): void {
    this.#log({ level, message, fields });
  }

  #log({ level, message, fields, element }: Line): void {
    if (this.isOver) return;
    this.#hearer.remark({
      slot: this.slot,
      level,
      message: String(message),
      ...(fields !== undefined && { fields: copyJsonOr(fields, (reason) => ({ unprintable: reason })) }),
      ...(element !== undefined && { element }),
    });
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
