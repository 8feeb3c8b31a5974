/** What a step says of its outputs, and what holds where it says nothing. */
import type { OutputRecord } from "./event.ts";

/** The data version of a value that came with none: that of the step that made it. */
export function freshVersion(runId: string | undefined, step: number): string {
  return `${runId}/${step}`;
}

/** Whether a data version is one that {@linkcode freshVersion} gives. */
export function isFreshVersion(version: string, runId: string): boolean {
  return version.startsWith(`${runId}/`) && /^\d+$/.test(version.slice(runId.length + 1));
}

/** The data version of a value that was reported without one. */
export function reportedVersion(seq: number): string {
  return `reported/${seq}`;
}

/** What is said of one output and partition: a record of the partition before one that holds for all. */
export function findOutput<Said extends Pick<OutputRecord, "output" | "partition">>(
  records: readonly Said[],
  output: number,
  place: number,
): Said | undefined {
  let general: Said | undefined;
  for (const record of records) {
    if ((record.output ?? 0) !== output) continue;
    if (record.partition === place) return record;
    if (record.partition === undefined) general ??= record;
  }
  return general;
}
