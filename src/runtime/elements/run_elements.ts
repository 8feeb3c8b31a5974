/** The elements of the steps of a run: recorded on its tape, remembered from its store. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { Recalled, RecalledElement } from "../../model/elements/remark.ts";
import { EVENT_KINDS } from "../../model/events/event.ts";
import type { ElementRecord } from "../../model/events/record.ts";
import type { Engine } from "../engine.ts";
import type { StepGraph } from "../../planner/steps/table.ts";
import type { Tape } from "../recorder.ts";
import { copyJsonOr } from "../step/json.ts";
import type { ElementDesk, Memory } from "./desk.ts";
import { remotePool } from "./errors.ts";
import { PoolGate } from "./gate.ts";

/**
 * What elements of a step need not be made again because of the run that this one goes on from; undefined where the
 * step was not begun there.
 */
export type EarlierElements = (
  name: string,
  partitionKeys: readonly string[],
) => Promise<readonly RecalledElement[]> | undefined;

/** What desks are opened with. */
export interface RunElementsParts {
  readonly engine: Engine;
  readonly id: string;
  readonly graph: StepGraph;
  readonly tape: Tape;
  /** Of the run, over all runs. */
  readonly priority: number;
  readonly earlier: EarlierElements | undefined;
  /** Whether it is a part of a run elsewhere, whose pools are not known here. */
  readonly isPart: boolean;
}

/** Opens the desks of a run. */
export class RunElements {
  readonly #parts: RunElementsParts;

  constructor(parts: RunElementsParts) {
    this.#parts = parts;
  }

  /** The desk of an attempt at a step. */
  open(step: number, attempt: number, declaration: StepDeclaration): ElementDesk {
    const { engine: { clock, random, concurrency, gates, needs }, tape, id } = this.#parts;
    return {
      declaration,
      clock,
      random,
      concurrency,
      recall: () => this.#recall(step, attempt, declaration.name),
      write: (name, payload) => tape.push(EVENT_KINDS[name], step, attempt, payload),
      log: (element, level, message, fields) =>
        tape.push(EVENT_KINDS.step_log, step, attempt, {
          level,
          message: String(message),
          ...(fields !== undefined && { fields: copyJsonOr(fields, (reason) => ({ unprintable: reason })) }),
          element,
        }),
      breathe: () => this.#parts.engine.pace.tick() ? this.#rest() : undefined,
      openGate: (pool) => {
        if (this.#parts.isPart) throw remotePool(declaration.name, pool);
        const priority = [this.#parts.priority, declaration.priority];
        return new PoolGate({
          gates,
          runId: id,
          step,
          name: declaration.name,
          needs: needs.ofPool(pool),
          priority,
        });
      },
    };
  }

  /** The first attempt of a run of its own has nothing to remember, and nothing is read for it. */
  #recall(step: number, attempt: number, name: string): Promise<Memory> | undefined {
    const { earlier: find, graph } = this.#parts;
    const earlier = find?.(name, graph.partitionKeys(step));
    if (attempt === 1 && !earlier) return undefined;
    return this.#read(step, attempt, earlier);
  }

  async #read(
    step: number,
    attempt: number,
    earlier: Promise<readonly RecalledElement[]> | undefined,
  ): Promise<Memory> {
    const memory = new Map<string, Recalled>();
    for (const { element, ...recalled } of await earlier ?? []) memory.set(element, recalled);
    if (attempt === 1) return memory;
    const { tape, engine, id } = this.#parts;
    await tape.flush();
    for (const { element, from: _, ...recalled } of recalledOf(await engine.elementsOf(id, step))) {
      memory.set(element, recalled);
    }
    return memory;
  }

  async #rest(): Promise<void> {
    const { pace, recorder } = this.#parts.engine;
    await pace.rest();
    if (recorder.isPressed) await recorder.relief();
  }
}

/** What was made or skipped, of items that can be told. */
export function recalledOf(records: readonly ElementRecord[]): readonly RecalledElement[] {
  return records.flatMap(({ path: element, status, item, value, reason, from }) => {
    if (item === undefined || (status !== "success" && status !== "skipped")) return [];
    return [{
      element,
      item,
      ...(value !== undefined && { value }),
      ...(status === "skipped" && { reason: reason ?? "" }),
      ...(from !== undefined && { from }),
    }];
  });
}
