/** Requests as they come from JavaScript and JSON: held to their shape before anything is planned. */
import { SluiceError } from "../model/issue.ts";
import { nameType } from "../model/quote.ts";
import type { PlanRequest, PlanScope } from "./request.ts";

const SCOPES: readonly PlanScope[] = Object.freeze(["all", "missing", "failed", "stale"]);

/**
 * Refuses a request with an unknown scope, or with partitions of another form than keys and ranges.
 *
 * @throws {SluiceError} PLAN_INVALID.
 */
export function checkRequest({ scope, partitions }: PlanRequest): void {
  if (scope !== undefined && !SCOPES.includes(scope)) {
    throw invalid("scope", `There is no scope ${JSON.stringify(scope)}.`, `Scopes are ${SCOPES.join(", ")}.`);
  }
  if (partitions === undefined || isPartitions(partitions)) return;
  throw invalid(
    "partitions",
    `Partitions cannot be asked for by ${
      Array.isArray(partitions) ? "a list that holds more than texts" : nameType(partitions)
    }.`,
    'Give a key, a list of keys, a range { start, end } of keys, or "all".',
  );
}

/**
 * Refuses to plan for a list of no partitions: whether nothing is meant by it or everything cannot be told, and steps
 * without partitions would run all the same.
 *
 * @throws {SluiceError} PLAN_INVALID.
 */
export function requireSome({ partitions }: PlanRequest): void {
  if (!Array.isArray(partitions) || partitions.length > 0) return;
  throw invalid(
    "partitions",
    "The list of partitions is empty.",
    'Leave the call out when there is nothing to make; "all" stands for all partitions.',
  );
}

function isPartitions(value: unknown): boolean {
  if (typeof value === "string") return true;
  if (Array.isArray(value)) return value.every((key) => typeof key === "string");
  if (typeof value !== "object" || value === null) return false;
  const { start, end } = value as { readonly start?: unknown; readonly end?: unknown };
  return typeof start === "string" && typeof end === "string";
}

function invalid(field: string, message: string, hint: string): SluiceError {
  return new SluiceError({ code: "PLAN_INVALID", message, path: [field], hint });
}
