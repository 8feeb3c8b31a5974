/** Issues as data, and the one error class that carries them. */

/** What every failure of Sluice is known by; stable across versions, safe to switch on. */
export type IssueCode =
  | "KEY_INVALID"
  | "KEY_DUPLICATE"
  | "DEPENDENCY_UNKNOWN"
  | "DEPENDENCY_UNLISTED"
  | "DEPENDENCY_CYCLE"
  | "DEFINITION_INVALID"
  | "PARTITIONS_INVALID"
  | "PARTITION_UNKNOWN"
  | "MAPPING_INVALID"
  | "CRON_INVALID"
  | "TIMEZONE_UNKNOWN"
  | "POLICY_INVALID"
  | "CONFIG_INVALID"
  | "RESOURCE_FAILED"
  | "SELECTION_INVALID"
  | "SELECTION_EMPTY"
  | "PLAN_INVALID"
  | "PLAN_OUTDATED"
  | "VALUE_MISSING"
  | "VALUE_INVALID"
  | "IO_FAILED"
  | "RUN_UNKNOWN"
  | "RUN_PARKED"
  | "COMMAND_LOST"
  | "STEP_FAILED"
  | "STEP_TIMEOUT"
  | "STEP_CRASHED"
  | "STEP_LOST"
  | "BREAKER_OPEN"
  | "MONITOR_INVALID"
  | "MONITOR_FULL"
  | "CALL_REFUSED"
  | "ENGINE_INVALID"
  | "ENGINE_UNKNOWN"
  | "ENGINE_BUSY"
  | "ENGINE_LOST"
  | "ENGINE_STOPPED"
  | "WORKFLOW_INVALID"
  | "WORKFLOW_UNKNOWN"
  | "WORKFLOW_TIMEOUT"
  | "OUTPUT_TOO_LARGE"
  | "MEMORY_EXCEEDED"
  | "DEFINITION_CHANGED"
  | "ELEMENTS_FAILED"
  | "ELEMENT_DUPLICATE"
  | "ELEMENT_INVALID"
  | "ELEMENT_TOO_LARGE"
  | "CANCELED"
  | "STORE_LOCKED"
  | "STORE_INVALID"
  | "STORE_CLOSED"
  | "STORE_FULL"
  | "STORE_NEWER"
  | "STORE_READONLY"
  | "EVENT_REFUSED"
  | "MODULE_INVALID"
  | "SNAPSHOT_INVALID"
  | "EXPORT_REFUSED"
  | "EXPORT_LOSSY"
  | "PLUGIN_UNKNOWN"
  | "PLUGIN_INVALID"
  | "PLUGIN_INCOMPATIBLE"
  | "PLUGIN_FAILED"
  | "PLUGIN_DUPLICATE"
  | "REQUEST_INVALID"
  | "SENSOR_INVALID"
  | "SENSOR_TIMEOUT"
  | "SECRET_MISSING"
  | "USAGE";

/** One finding: what is wrong, where, and how to mend it. */
export interface Issue {
  /** What kind of failure it is. */
  readonly code: IssueCode;
  /** What is wrong and why, in one or two sentences that name the offending value. */
  readonly message: string;
  /** Where in the definitions: `["assets", "mart/revenue", "deps", "orders"]`. */
  readonly path: readonly string[];
  /** `file:line:column` of the declaration, where known. */
  readonly site?: string;
  /** How to mend it. */
  readonly hint?: string;
}

/**
 * The error that Sluice throws for everything a user can mend. Its message lists every issue.
 *
 * @example
 * ```ts
 * import { SluiceError } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const error = new SluiceError({ code: "USAGE", message: "No asset is selected.", path: [] });
 * assert.equal(error.code, "USAGE");
 * ```
 */
export class SluiceError extends Error {
  /** Always `SluiceError`. */
  override readonly name = "SluiceError";
  /** The code of the first issue. */
  readonly code: IssueCode;
  /** Every finding, in the order found; never empty. */
  readonly issues: readonly Issue[];

  /** Makes an error of one or several issues. */
  constructor(issues: Issue | readonly [Issue, ...Issue[]], options?: { readonly cause?: unknown }) {
    const list: readonly Issue[] = Array.isArray(issues) ? issues : [issues as Issue];
    super(list.map(formatIssue).join("\n"), options);
    this.code = list[0].code;
    this.issues = list;
  }
}

/** An issue as lines of text: message, site and hint, with the code in front. */
export function formatIssue(issue: Issue): string {
  const lines = [`${issue.code}: ${issue.message}`];
  if (issue.site) lines.push(`    at ${issue.site}`);
  if (issue.hint) lines.push(`    hint: ${issue.hint}`);
  return lines.join("\n");
}
