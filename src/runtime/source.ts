/** What the bodies of a run see of it. */
import type { RunInfo } from "../model/assets/context.ts";
import type { StepDeclaration } from "../model/assets/declaration.ts";
import { EVENT_KINDS, type EventPayloads } from "../model/events/event.ts";
import type { LogFields, LogLevel } from "../model/ports.ts";
import type { ValueTable } from "../io/manager.ts";
import type { StepGraph } from "../planner/steps/table.ts";
import type { ValidConfig } from "./config.ts";
import type { Tape } from "./recorder.ts";
import type { ElementDesk } from "./elements/desk.ts";
import type { RunElements } from "./elements/run_elements.ts";
import type { ResourceDesk } from "./resources.ts";
import type { ContextSource, NamedValues, RunOrigin } from "./step/context.ts";
import { copyJsonOr } from "./step/json.ts";
import { type BodyPartition, NO_PARTITION, partitionAt } from "./step/partition.ts";
import type { InputNames, Wiring } from "./wiring.ts";

const NO_PARTITIONS: readonly BodyPartition[] = Object.freeze([NO_PARTITION]);

/** Gives the contexts of a run what they ask for. */
export class RunSource implements ContextSource {
  readonly run: RunInfo;
  readonly origin: RunOrigin;
  readonly #graph: StepGraph;
  readonly #ranks: Int32Array;
  readonly #wiring: Wiring;
  readonly #inputNames: readonly InputNames[];
  readonly #inputStarts: Int32Array;
  readonly #inputPlaces: Int32Array;
  readonly #table: ValueTable | undefined;
  readonly #config: ValidConfig;
  readonly #desk: ResourceDesk;
  readonly #tape: Tape;
  readonly #elements: RunElements | undefined;

  constructor(
    run: RunInfo,
    origin: RunOrigin,
    graph: StepGraph,
    wiring: Wiring,
    config: ValidConfig,
    desk: ResourceDesk,
    tape: Tape,
    elements?: RunElements,
  ) {
    this.run = run;
    this.origin = origin;
    this.#graph = graph;
    this.#ranks = graph.rankOfSteps;
    this.#wiring = wiring;
    this.#inputNames = wiring.inputNames;
    this.#inputStarts = wiring.inputStarts;
    this.#inputPlaces = wiring.inputPlaces;
    this.#table = wiring.table;
    this.#config = config;
    this.#desk = desk;
    this.#tape = tape;
    this.#elements = elements;
  }

  declarationOf(step: number): StepDeclaration {
    return this.#wiring.definitions.steps[this.#rankOf(step)];
  }

  /** Inputs whose values lie in the table; others are provided before the body is called. */
  inputsOf(step: number): NamedValues {
    const rank = this.#rankOf(step);
    const names = this.#inputNames[rank];
    const start = this.#inputStarts[rank];
    const values: Record<string, unknown> = {};
    for (let index = 0; index < names.length; index++) {
      const name = names[index];
      if (name !== undefined) {
        values[name] = (this.#table as ValueTable).get(this.#inputPlaces[start + index]);
      }
    }
    return values;
  }

  configOf(step: number): unknown {
    return this.#config.get(this.#rankOf(step));
  }

  resourcesOf(step: number): NamedValues {
    return this.#desk.values(this.declarationOf(step).resources);
  }

  partitionsOf(step: number): readonly BodyPartition[] {
    const set = this.#graph.set(this.#graph.nodeOf(step));
    if (!set) return NO_PARTITIONS;
    const { first, count } = this.#graph.placesOf(step);
    return Array.from({ length: count }, (_, nth) => partitionAt(set.space, set.subset.at(first + nth)));
  }

  selectedOf(step: number): ReadonlySet<string> {
    const { outputs, outputNames = [] } = this.declarationOf(step);
    const made = this.#graph.outputs(this.#graph.nodeOf(step));
    return new Set(made.map((asset) => outputNames[outputs.indexOf(asset)]));
  }

  elementsOf(step: number, attempt: number): ElementDesk {
    if (!this.#elements) throw new TypeError("What undoes a step has no elements.");
    return this.#elements.open(step, attempt, this.declarationOf(step));
  }

  writeLog(
    step: number,
    attempt: number,
    level: LogLevel,
    message: string,
    fields: LogFields | undefined,
  ): void {
    const line: EventPayloads["step_log"] = {
      level,
      message: String(message),
      ...(fields !== undefined && { fields: copyJsonOr(fields, (reason) => ({ unprintable: reason })) }),
    };
    this.#tape.push(EVENT_KINDS.step_log, step, attempt, line);
  }

  #rankOf(step: number): number {
    return this.#ranks[step];
  }
}
