/** How each kind of sensor looks. */
import type { Sensor } from "../../model/automation/sensors/sensor.ts";
import type { Clock } from "../../model/ports.ts";
import type { TriggerHost } from "../contract.ts";
import { lookAtAssets } from "./follow/assets.ts";
import { lookByFunction } from "./custom.ts";
import type { CommitFeed } from "./follow/feed.ts";
import type { Listing } from "./files/listing.ts";
import { lookAtFiles } from "./files/look.ts";
import { lookAtAddress } from "./http.ts";
import type { Looker } from "./look.ts";
import { lookAtFreshness } from "./follow/freshness.ts";
import { lookAtRuns } from "./follow/runs.ts";
import type { Target } from "./target.ts";

/** What lookers work with. */
export interface Lookers {
  readonly host: TriggerHost;
  readonly feed: CommitFeed;
  readonly listing: Listing;
}

/** How a sensor looks. */
export function openLooker(sensor: Sensor, target: Target | undefined, parts: Lookers): Looker {
  const { watch } = sensor;
  const { host, feed, listing } = parts;
  if (watch.kind === "assets") return lookAtAssets(sensor, watch, target as Target, host);
  if (watch.kind === "runs") return lookAtRuns(sensor, watch, feed, host);
  if (watch.kind === "freshness") return lookAtFreshness(watch, host);
  return openPoller(sensor, listing, host.clock) as Looker;
}

/** How a sensor looks that needs nothing but the world outside; undefined for one that follows the history. */
export function openPoller(
  { name, watch, timeoutMs = 60_000 }: Sensor,
  listing: Listing,
  clock: Clock,
): Looker | undefined {
  switch (watch.kind) {
    case "custom":
      return lookByFunction(name, watch);
    case "files":
      return lookAtFiles(watch, listing);
    case "http":
      return lookAtAddress(watch, clock, timeoutMs);
    default:
      return undefined;
  }
}
