/** Sensors by a function of the user's. */
import { type GivenResult, parseSensorResult } from "../../model/automation/sensors/parse_result.ts";
import type { CustomWatch } from "../../model/automation/sensors/watch.ts";
import type { SensorRequest } from "../../model/automation/sensors/result.ts";
import type { Ask, Findings, Look, Looker } from "./look.ts";

/** Looks by calling the function. */
export function lookByFunction(name: string, { evaluate }: CustomWatch): Looker {
  return (look) => {
    const given = evaluate(new Handed(look));
    return given instanceof Promise
      ? given.then((result) => findingsOf(parseSensorResult(result, name), look))
      : findingsOf(parseSensorResult(given, name), look);
  };
}

/** The signal is made when somebody asks for it. */
class Handed {
  readonly cursor: unknown;
  readonly lastTickMs: number | undefined;
  readonly nowMs: number;
  readonly #look: Look;

  constructor(look: Look) {
    this.cursor = look.state;
    this.lastTickMs = look.lastMs;
    this.nowMs = look.nowMs;
    this.#look = look;
  }

  get signal(): AbortSignal {
    return this.#look.signal;
  }
}

function findingsOf(result: GivenResult, { state }: Look): Findings {
  const { runs = [], cursor, skip, addPartitions, removePartitions } = result;
  const next = cursor === undefined ? state : cursor;
  return {
    asks: runs.map(askOf),
    state: next,
    isKept: next !== state && JSON.stringify(next) !== JSON.stringify(state),
    skip,
    add: addPartitions,
    remove: removePartitions,
  };
}

function askOf({ runKey, config, tags, partition, partitions }: SensorRequest): Ask {
  const keys = partitions ?? (partition === undefined ? undefined : [partition]);
  return {
    ...(runKey !== undefined && { key: runKey }),
    ...(keys && { partitions: keys }),
    ...(config && { config }),
    ...(tags && { tags }),
  };
}
