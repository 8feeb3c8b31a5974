/** The windows of a definition over an interval that may reach beyond the bounds of its space. */
import { openWindows } from "../../time/windows.ts";
import type { TimePartitions } from "../definition.ts";
import { openSpace } from "../space.ts";
import type { TimeSpace } from "../space.ts";

/**
 * The windows around `[startMs, endMs]`, whatever the definition's bounds and the time: the first starts at or
 * before `startMs`, the last ends at or after `endMs`. Exclusions hold.
 */
export function openFrame(definition: TimePartitions, startMs: number, endMs: number): TimeSpace {
  const windows = openWindows(definition);
  const last = windows.from(endMs);
  const lastEndMs = last === undefined ? endMs : windows.endOf(last);
  const unbounded = {
    ...definition,
    startMs: windows.until(startMs) ?? startMs,
    endMs: lastEndMs,
    endOffset: 0,
  };
  return openSpace(unbounded, { nowMs: lastEndMs, dynamicKeys: () => [] }) as TimeSpace;
}

/** Where the windows of a definition begin, whether or not the first one exists yet. */
export function beginningOf(definition: TimePartitions): number {
  return openWindows(definition).from(definition.startMs) ?? definition.startMs;
}

/** The first window of a space that ends after an instant. */
export function firstEndingAfter(space: TimeSpace, instantMs: number): number {
  const next = space.indexFrom(instantMs);
  return next > 0 && space.endAt(next - 1) > instantMs ? next - 1 : next;
}
