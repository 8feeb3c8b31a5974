/** Why something is in a plan. */

/** One reason, as data. */
export type Reason =
  | { readonly kind: "selected" }
  | { readonly kind: "missing" }
  | { readonly kind: "failed" }
  | { readonly kind: "file-missing" }
  | { readonly kind: "code-changed"; readonly from: string | undefined; readonly to: string | undefined }
  | { readonly kind: "upstream-changed"; readonly asset: string; readonly changedMs: number }
  | { readonly kind: "upstream-planned"; readonly asset: string }
  | { readonly kind: "resumed"; readonly runId: string };

/**
 * A reason as people say it.
 *
 * @param nowMs The instant from which "ago" is counted.
 */
export function formatReason(reason: Reason, nowMs: number): string {
  switch (reason.kind) {
    case "selected":
      return "selected";
    case "missing":
      return "never materialized";
    case "failed":
      return "the last attempt failed";
    case "file-missing":
      return "its stored value is gone";
    case "code-changed":
      return `code version changed (${reason.from ?? "none"} to ${reason.to ?? "none"})`;
    case "upstream-changed":
      return `upstream ${reason.asset} updated ${formatAge(nowMs - reason.changedMs)} ago`;
    case "upstream-planned":
      return `upstream ${reason.asset} is made again`;
    case "resumed":
      return `not finished in run ${reason.runId}`;
  }
}

const UNITS: readonly (readonly [string, number])[] = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], [
  "s",
  1_000,
]];

/** An age in its largest whole unit: `2 h`, `35 s`, `0 s`. */
export function formatAge(ageMs: number): string {
  for (const [unit, unitMs] of UNITS) {
    if (ageMs >= unitMs) return `${Math.floor(ageMs / unitMs)} ${unit}`;
  }
  return "0 s";
}
