/** A progress bar on a terminal, and a line for every tenth elsewhere. */
import process from "node:process";
import type { Orchestrator } from "sluice";

/** Something that is shown while a backfill goes on. */
export interface Progress {
  /** Ends the line. */
  end(): void;
}

/** Counts finished steps as they are recorded; a `total` of 0 is not known. */
export function followProgress(sluice: Orchestrator, total: number): Progress {
  const isTerminal = process.stdout.isTTY === true;
  const beganMs = performance.now();
  let done = 0;
  let shownTenth = 0;
  const unsubscribe = sluice.subscribe((events) => {
    for (const { type } of events) if (type === "step_succeeded" || type === "step_failed") done++;
    const tenth = total > 0 ? Math.floor((done / total) * 10) : 0;
    if (isTerminal) process.stdout.write(`\r${bar(done, total, performance.now() - beganMs)}`);
    else if (tenth > shownTenth) console.log(`  ${done} of ${total} steps`);
    shownTenth = tenth;
  });
  return {
    end() {
      unsubscribe();
      if (isTerminal) process.stdout.write("\n");
    },
  };
}

function bar(done: number, total: number, elapsedMs: number): string {
  const rate = Math.round(done / Math.max(elapsedMs / 1_000, 0.001));
  if (total === 0) return `  ${done} steps, ${rate} a second`;
  const filled = Math.round((done / total) * 30);
  return `  ${"#".repeat(filled)}${"-".repeat(30 - filled)} ${done} of ${total}, ${rate} a second`;
}
