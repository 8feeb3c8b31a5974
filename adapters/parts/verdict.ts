/** Verdicts as tables write them, and those that are the same in every target. */
import type { Feature } from "../features.ts";
import type { Verdict } from "../loss.ts";

/** By something of the target's own. */
export function native(how: string, differs?: string, advice?: string): Verdict {
  return made("native", how, differs, advice);
}

/** By what the export adds. */
export function emulated(how: string, differs?: string, advice?: string): Verdict {
  return made("emulated", how, differs, advice);
}

/** Not at all. */
export function refused(how: string, differs: string, advice: string): Verdict {
  return made("refused", how, differs, advice);
}

function made(kind: Verdict["kind"], how: string, differs?: string, advice?: string): Verdict {
  return {
    kind,
    how,
    ...(differs !== undefined && { differs }),
    ...(advice !== undefined && { advice }),
  };
}

/** A key beside a pool: the engines take one pool for each task. */
export const KEY_BESIDE_POOL: Verdict = refused(
  "A step has one pool here, and that is the one it declares.",
  "Steps of one key may run at once, as far as the pool lets them.",
  "Leave the pool out, or give all steps of the key one pool and that the limit of the key.",
);

/** A key that only the body's side of the world can work out. */
export const COMPUTED_KEY: Verdict = refused(
  "The function that gives the key runs in Sluice only, and pools have names that are known beforehand.",
  "Steps of one key may run at once.",
  "Give the key a fixed name, or the steps a pool.",
);

/** Sensors that an export leaves out, with what the target has to put in their place. */
export function sensorsLeftOut(
  instead: string,
): { readonly [feature in Extract<Feature, `sensor.${string}`>]: Verdict } {
  const verdict = refused(
    "The export has no sensors yet.",
    "Nothing is run when it happens.",
    instead,
  );
  return {
    "sensor.files": verdict,
    "sensor.assets": verdict,
    "sensor.assets.all": verdict,
    "sensor.runs": verdict,
    "sensor.runs.all": verdict,
    "sensor.http": verdict,
    "sensor.freshness": verdict,
    "sensor.custom": verdict,
    "sensor.partitions": verdict,
    "sensor.disabled": verdict,
  };
}

const FULL_CRON: Verdict = refused(
  "Its crons have five fields, and no word for that.",
  "The schedule is left out.",
  "Write crons of five fields, or run the schedule with `sluice serve`.",
);

/** What schedules do about missed ticks and runs that overlap, where a target has no word for it. */
export const SCHEDULE_POLICIES_LEFT_OUT: {
  readonly [
    feature in Extract<
      Feature,
      | `schedule.misfire.${string}`
      | `schedule.overlap.${string}`
      | "schedule.jitter"
      | "schedule.bounds"
      | "schedule.request"
      | "schedule.seconds"
      | "schedule.years"
      | "schedule.nearest"
    >
  ]: Verdict;
} = {
  "schedule.seconds": FULL_CRON,
  "schedule.years": FULL_CRON,
  "schedule.nearest": FULL_CRON,
  "schedule.misfire.skip": refused(
    "The engine's own scheduler decides about missed ticks.",
    "The latest missed tick may run late.",
    "Let the body look at the time, and skip what comes too late.",
  ),
  "schedule.misfire.once": refused(
    "The engine's own scheduler decides about missed ticks.",
    "No missed tick may be made up for, or several.",
    "Run what is missing by a backfill.",
  ),
  "schedule.misfire.cap": refused(
    "The engine's own scheduler decides about missed ticks.",
    "More or fewer of them are made up for.",
    "Run what is missing by a backfill.",
  ),
  "schedule.overlap.skip": refused(
    "Its scheduler starts a run at each tick, whatever became of the one before.",
    "Runs overlap, or wait for each other.",
    'Give the job a concurrency key with whenBusy: "skip" where the target has that.',
  ),
  "schedule.overlap.queueOne": refused(
    "Its scheduler starts a run at each tick, whatever became of the one before.",
    "More than one run may wait.",
    "Give the job a concurrency key: then all of them wait for their turn.",
  ),
  "schedule.overlap.allow": native(
    "Its scheduler starts a run at each tick, whatever became of the one before.",
  ),
  "schedule.overlap.cancel": refused(
    "No run is canceled for another one.",
    "Runs overlap, or wait for each other.",
    "Cancel earlier runs by the engine's API before a new one is asked for.",
  ),
  "schedule.jitter": refused(
    "Ticks come at their instants.",
    "What is due at one instant starts at once.",
    "Spread the crons over some minutes.",
  ),
  "schedule.request": refused(
    "The function runs in Sluice only.",
    "Every tick runs what the schedule says without it.",
    "Let the first step of the run look, and skip.",
  ),
  "schedule.bounds": refused(
    "The export writes no start and no end of a schedule.",
    "It ticks before its start and after its end too.",
    "Switch the schedule on at its start, and off at its end.",
  ),
};

/** A breaker, with what the target has to put in its place. */
export function breakerRefused(instead: string): Verdict {
  return refused(
    "A breaker is state of one process, and here every step is a process of its own that knows nothing of the others.",
    "Steps go on although what they use has failed again and again.",
    `Give the steps a pool of few slots and growing delays between retries, or ${instead}.`,
  );
}
