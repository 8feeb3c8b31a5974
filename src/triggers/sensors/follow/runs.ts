/** Sensors of the ends of runs. */
import type { Sensor } from "../../../model/automation/sensors/sensor.ts";
import type { RunWatch, WatchedStatus } from "../../../model/automation/sensors/watch.ts";
import { isRecord } from "../../../model/validate/options.ts";
import type { TriggerHost } from "../../contract.ts";
import { causeOf, isCausedBy, TAGS } from "../cause.ts";
import type { CommitFeed } from "./feed.ts";
import type { Ask, Looker } from "../look.ts";
import type { RunEnd } from "./run_ends.ts";

/** How many ends one look takes. */
const AT_ONCE = 100;
/** After so many events a place is kept though nothing was asked for, so that little has to be read after a restart. */
const KEEP_AFTER = 10_000;

/** Where it is: the ends of runs up to a place were looked at. */
export interface RunPlace {
  readonly place: number;
}

/** Looks at the ends of runs. */
export function lookAtRuns(sensor: Sensor, watch: RunWatch, feed: CommitFeed, host: TriggerHost): Looker {
  let keptPlace = Infinity;
  return async ({ state }) => {
    const place = isRecord(state) && typeof state.place === "number" ? state.place : feed.knownTo;
    const { ends, reached } = await feed.endsAfter(place, AT_ONCE);
    const asks: Ask[] = [];
    for (const end of ends) {
      const ask = await askFor(sensor, watch, end, host);
      if (ask) asks.push(ask);
    }
    keptPlace = Math.min(keptPlace, place);
    const isKept = reached - keptPlace >= KEEP_AFTER;
    if (isKept || asks.length > 0) keptPlace = reached;
    const isMore = ends.length === AT_ONCE;
    return { asks, state: { place: reached } satisfies RunPlace, isKept, ...(isMore && { againMs: 0 }) };
  };
}

async function askFor(
  sensor: Sensor,
  { statuses, jobs }: RunWatch,
  { runId, status }: RunEnd,
  host: TriggerHost,
): Promise<Ask | undefined> {
  if (!statuses.includes(status as WatchedStatus)) return undefined;
  const run = await host.history.run(runId);
  if (!run || isCausedBy(run.tags, sensor.name)) return undefined;
  if (jobs && (run.job === undefined || !jobs.includes(run.job))) return undefined;
  const tags = { ...causeOf(run.tags), [TAGS.afterRun]: runId, [TAGS.afterStatus]: status };
  return { key: runId, tags };
}
