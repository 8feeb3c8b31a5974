/** The request to look once by a sensor, for another orchestrator that keeps its cursor, and the answer. */
import type { DynamicKeys, SensorRequest } from "../automation/sensors/result.ts";
import type { IssueCode } from "../issue.ts";
import { canonicalJson } from "./canonical.ts";
import { type Fields, readDocument } from "./fields.ts";
import type { StepError } from "./outcome.ts";

/** What is asked. Plain JSON. */
export interface SensorLookRequest {
  /** The version of this shape. */
  readonly version: 1;
  /** The name of the sensor. */
  readonly sensor: string;
  /** What the answer before gave as `cursor`. Default: none, for the first look ever. */
  readonly cursor?: string;
  /** When the look before it began, epoch milliseconds. */
  readonly lastTickMs?: number;
}

/** What is answered, as one line of JSON. */
export interface SensorLookAnswer {
  /** The version of this shape. */
  readonly version: 1;
  /** Whether it could look. */
  readonly status: "success" | "failed";
  /** The name of the sensor. */
  readonly sensor: string;
  /** The runs that are asked for, with the tags and the config of the sensor in them. */
  readonly runs: readonly Omit<SensorRequest, "partition">[];
  /** For the next request; the same where it could not look. */
  readonly cursor?: string;
  /** Why nothing is asked for. */
  readonly skip?: string;
  /** Keys to be added to dynamic definitions. */
  readonly addPartitions?: DynamicKeys;
  /** Keys to be removed. */
  readonly removePartitions?: DynamicKeys;
  /** Why it could not look. */
  readonly error?: StepError;
}

const KIND: { readonly what: string; readonly code: IssueCode } = {
  what: "A request for a look of a sensor",
  code: "REQUEST_INVALID",
};

/**
 * Reads a request.
 *
 * @throws {SluiceError} REQUEST_INVALID with an issue for each field that is missing, unknown or of another type.
 */
export function parseSensorLook(text: string): SensorLookRequest {
  return readDocument(text, KIND, readRequest);
}

/** Writes an answer as one line of JSON. */
export function formatSensorAnswer(answer: SensorLookAnswer): string {
  return canonicalJson(answer, ["version", "status", "sensor", "runs", "cursor", "skip"]);
}

function readRequest(fields: Fields): SensorLookRequest {
  return {
    version: fields.version(1),
    sensor: fields.text("sensor"),
    ...fields.some("cursor", (name) => fields.text(name)),
    ...fields.some("lastTickMs", (name) => fields.count(name, 0)),
  };
}
