/** What a project that runs by itself makes of each feature: everything that the library itself does. */
import { type Feature, FEATURES } from "../features.ts";
import type { Verdict, VerdictTable } from "../loss.ts";

const NATIVE: Verdict = Object.freeze({ kind: "native", how: "The library itself does it." });

const NOT_LIVE: Verdict = Object.freeze({
  kind: "refused",
  how:
    "The exported command makes what is stale and ends; what starts work by itself needs a process that stays.",
  differs: "Nothing happens by itself.",
  advice: "Run `sluice serve` on the module, or call start() in a program of your own.",
});

const ORDINARY = Object.fromEntries(
  Object.keys(FEATURES).map((feature) => [feature, isByItself(feature) ? NOT_LIVE : NATIVE]),
) as { [feature in Feature]: Verdict };

/** Every feature, with the verdict on it. */
export const VERDICTS: VerdictTable = Object.freeze({
  ...ORDINARY,
  "io.memory": {
    kind: "emulated",
    how: "Values are kept as long as the process lives.",
    differs: "They are gone when it ends.",
    advice: "Keep values in files that others are to read.",
  },
});

/** What is to happen at a time or after something else, with nobody asking. */
function isByItself(feature: string): boolean {
  return /^(?:schedule|automation|freshness)(?:\.|$)/.test(feature);
}
