/** Verdicts: what a check returns, as a record. */
import type { CheckResult, CheckSeverity } from "../../model/assets/declaration.ts";
import type { CheckRecord } from "../../model/events/event.ts";
import type { LogFields } from "../../model/ports.ts";
import { copyJson } from "./json.ts";
import { Refusal } from "./refusal.ts";

/** What a check is known by and what its failure means. */
export interface CheckRules {
  readonly asset: string;
  readonly check: string;
  readonly severity: CheckSeverity;
  readonly blocking: boolean;
  /** The key of the partition; undefined without partitions. */
  readonly partition: string | undefined;
}

/** The record of a verdict. Throws a {@linkcode Refusal} when it is none. */
export function recordVerdict(rules: CheckRules, verdict: unknown): CheckRecord {
  const { asset, check, blocking, partition } = rules;
  const result = typeof verdict === "boolean" ? { passed: verdict } : verdict;
  if (!isCheckResult(result)) {
    throw new Refusal(
      `${asset}:${check}`,
      `returned ${verdict === null ? "null" : typeof verdict}, which is no verdict.`,
      "Return true, false or { passed, severity?, description?, metadata? }.",
    );
  }
  return {
    asset,
    check,
    passed: result.passed,
    severity: result.severity ?? rules.severity,
    blocking,
    ...(result.description !== undefined && { description: String(result.description) }),
    ...(result.metadata !== undefined && { metadata: copyJson(result.metadata) as LogFields }),
    ...(partition !== undefined && { partition }),
  };
}

function isCheckResult(value: unknown): value is CheckResult {
  if (typeof value !== "object" || value === null) return false;
  const { passed, severity } = value as { readonly passed?: unknown; readonly severity?: unknown };
  return typeof passed === "boolean" &&
    (severity === undefined || severity === "warn" || severity === "error");
}

/** Whether a verdict stops what is downstream. */
export function isBlocking(record: CheckRecord): boolean {
  return !record.passed && record.blocking && record.severity === "error";
}
