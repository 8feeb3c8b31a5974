/** When a run is compensated, and by which run: said in tags, so that a process that goes on with it knows. */
import type { Compensate } from "../../model/step/compensate.ts";

type Tags = { readonly [name: string]: string };

/** Says when a run is compensated, where that is not by default. */
const MODE_TAG = "sluice/compensate";
/** Of a run that undoes what another one has made: the id of that one. */
const OF_TAG = "sluice/compensates";

/** Tags of a run with what was said of its compensation. */
export function withMode(tags: Tags | undefined, compensate: Compensate | undefined): Tags | undefined {
  if (compensate === undefined) return tags;
  const { [MODE_TAG]: _, ...rest } = tags ?? {};
  if (compensate === true) return rest;
  return { ...rest, [MODE_TAG]: compensate === "always" ? "always" : "never" };
}

/** When a run with these tags is compensated; undefined for never. */
export function modeOf(tags: Tags | undefined): "failed" | "always" | undefined {
  const mode = tags?.[MODE_TAG];
  return mode === "never" ? undefined : mode === "always" ? "always" : "failed";
}

/** The tags of a run that compensates another one. */
export function compensating(id: string, tags: Tags | undefined): Tags {
  return { ...tags, [OF_TAG]: id };
}

/** The id of the run that one with these tags compensates; undefined for a run like others. */
export function compensatedBy(tags: Tags): string | undefined {
  return tags[OF_TAG];
}
