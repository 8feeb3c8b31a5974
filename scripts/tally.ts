/** Counts of tests, and the one line in which every script here reports them. */

/** How many tests passed, failed and were skipped. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A tally as text: `12 passed, 0 failed`, and `, 3 skipped` where any were. */
export function formatTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** The tally on the last line of `output` that holds one and nothing else, if any does. */
export function parseTally(output: string): Tally | undefined {
  const found = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\r?$/gm)].at(-1);
  return found && { passed: Number(found[1]), failed: Number(found[2]), skipped: Number(found[3] ?? 0) };
}

/** All tallies in one. */
export function sumTallies(tallies: readonly Tally[]): Tally {
  const sum = (field: keyof Tally): number => tallies.reduce((total, tally) => total + tally[field], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** A tally that does not hide a failure: where the program failed without naming a test, one is counted. */
export function withExitCode(tally: Tally, code: number): Tally {
  return code === 0 || tally.failed > 0 ? tally : { ...tally, failed: 1 };
}
