/** What the function of a sensor gives, held to its shape. */
import { SluiceError } from "../../issue.ts";
import {
  isRecord,
  isTextList,
  nameGiven,
  namesOf,
  RECORD,
  refuseUnknown,
  type Shape,
  TEXT,
  TEXTS,
} from "../../validate/options.ts";
import type { SensorRequest, SensorResult } from "./result.ts";

/** What a function may give: a result with its cursor as plain JSON. */
export type GivenResult = SensorResult;

/** The largest cursor, in characters of its JSON. */
const MAX_CURSOR = 262_144;
/** The most runs of one look. */
const MAX_RUNS = 1_000;
const NOTHING: GivenResult = Object.freeze({});

const RESULT = namesOf<SensorResult>()({
  runs: true,
  cursor: true,
  skip: true,
  addPartitions: true,
  removePartitions: true,
});
const KEYS: Shape = {
  is: "a record of lists of keys, by the name of the definition,",
  fits: (value) => isRecord(value) && Object.values(value).every(isTextList),
};
const TAGS: Shape = {
  is: "a record of texts",
  fits: (value) => isRecord(value) && Object.values(value).every((each) => typeof each === "string"),
};
const REQUEST: { readonly [name in keyof SensorRequest]-?: Shape } = {
  runKey: TEXT,
  config: RECORD,
  tags: TAGS,
  partition: TEXT,
  partitions: TEXTS,
};

/**
 * Holds what a function gave to the shape of a result. Nothing at all is a result without requests.
 *
 * @throws {SluiceError} SENSOR_INVALID, with the field that is wrong.
 */
export function parseSensorResult(given: unknown, sensor: string): GivenResult {
  if (given === undefined) return NOTHING;
  if (!isRecord(given)) {
    throw misfit(sensor, [], `gives a record, such as { runs: [] }, not ${nameGiven(given)}`);
  }
  refuseUnknown(given, RESULT, {
    what: `The result of the sensor ${sensor}`,
    code: "SENSOR_INVALID",
    path: ["sensors", sensor],
    of: "field",
  });
  const { runs, skip, addPartitions, removePartitions, cursor } = given;
  requireShape(sensor, "skip", skip, TEXT);
  requireShape(sensor, "addPartitions", addPartitions, KEYS);
  requireShape(sensor, "removePartitions", removePartitions, KEYS);
  if (runs !== undefined) requireRuns(sensor, runs);
  return { ...given, ...(cursor !== undefined && { cursor: plainCursor(cursor, sensor) }) };
}

function requireRuns(sensor: string, runs: unknown): void {
  if (!Array.isArray(runs)) throw misfit(sensor, ["runs"], `gives a list as runs, not ${nameGiven(runs)}`);
  if (runs.length > MAX_RUNS) {
    throw misfit(
      sensor,
      ["runs"],
      `asks for ${runs.length} runs at once; ${MAX_RUNS} are the most`,
      "Ask for the others in the next look, and keep the place in the cursor.",
    );
  }
  runs.forEach((run: unknown, index) => {
    const path = ["runs", String(index)];
    if (!isRecord(run)) throw misfit(sensor, path, `gives records as runs, not ${nameGiven(run)}`);
    refuseUnknown(run, REQUEST, {
      what: `A run that the sensor ${sensor} asks for`,
      code: "SENSOR_INVALID",
      path: ["sensors", sensor, ...path],
      of: "field",
    });
    for (const [name, shape] of Object.entries(REQUEST)) requireShape(sensor, name, run[name], shape, path);
    if (run.partition !== undefined && run.partitions !== undefined) {
      throw misfit(sensor, path, "gives partition and partitions for one run", "Give one of them.");
    }
    if (Array.isArray(run.partitions) && run.partitions.length === 0) {
      throw misfit(sensor, path, "asks for a run of no partitions", "Leave the run out.");
    }
  });
}

function requireShape(
  sensor: string,
  name: string,
  value: unknown,
  { is, fits }: Shape,
  path: readonly string[] = [],
): void {
  if (value === undefined || fits(value)) return;
  throw misfit(sensor, [...path, name], `gives ${is} as ${name}, not ${nameGiven(value)}`);
}

/** As it will be after it was stored. */
function plainCursor(cursor: unknown, sensor: string): unknown {
  const text = stringify(cursor);
  if (text === undefined) throw misfit(sensor, ["cursor"], "gives JSON as cursor, and this is none");
  if (text.length <= MAX_CURSOR) return JSON.parse(text);
  throw misfit(
    sensor,
    ["cursor"],
    `gives a cursor of ${text.length} characters; ${MAX_CURSOR} are the most`,
    "Keep a place in it, and not what was seen.",
  );
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function misfit(sensor: string, path: readonly string[], problem: string, hint?: string): SluiceError {
  return new SluiceError({
    code: "SENSOR_INVALID",
    message: `The function of the sensor ${sensor} ${problem}.`,
    path: ["sensors", sensor, ...path],
    hint: hint ?? 'Give { runs: [{ runKey: "a" }], cursor: 1 }, or { skip: "Nothing is there." }.',
  });
}
