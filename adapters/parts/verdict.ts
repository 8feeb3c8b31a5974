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

/** A breaker, with what the target has to put in its place. */
export function breakerRefused(instead: string): Verdict {
  return refused(
    "A breaker is state of one process, and here every step is a process of its own that knows nothing of the others.",
    "Steps go on although what they use has failed again and again.",
    `Give the steps a pool of few slots and growing delays between retries, or ${instead}.`,
  );
}
