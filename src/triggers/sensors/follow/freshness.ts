/** Sensors of freshness: they look when something was made, and when a policy will come to something else by itself. */
import { freshnessOf } from "../../../model/automation/freshness_state.ts";
import type { FreshnessPolicy } from "../../../model/automation/freshness.ts";
import type { FreshnessWatch, WatchedFreshness } from "../../../model/automation/sensors/watch.ts";
import { isRecord } from "../../../model/validate/options.ts";
import { openPlanning } from "../../../planner/context.ts";
import type { TriggerHost } from "../../contract.ts";
import type { Look, Looker } from "../look.ts";

/** The longest wait that timers of the runtimes keep. */
const LONGEST_MS = 2 ** 31 - 1;

/** How fresh each asset was at the last look, by key. */
type States = { readonly [asset: string]: unknown };

/** Looks at how fresh assets are. What they are at the very first look is no change. */
export function lookAtFreshness(watch: FreshnessWatch, host: TriggerHost): Looker {
  return async ({ state, nowMs }: Look) => {
    const facts = await host.history.facts();
    const context = openPlanning(host.definitions, facts, nowMs);
    const before: States | undefined = isRecord(state) ? state : undefined;
    const now: { [asset: string]: string } = Object.create(null);
    let nextMs = Infinity;
    for (const key of watch.assets) {
      const policy = host.definitions.asset(key).freshness as FreshnessPolicy;
      const fresh = freshnessOf(policy, context.factsOf(key).newest?.atMs, nowMs);
      now[key] = fresh.state;
      nextMs = Math.min(nextMs, fresh.changesMs ?? Infinity);
    }
    facts.releaseAssets?.();
    const changed = watch.assets.filter((key) => before !== undefined && before[key] !== now[key]);
    const asked = changed.filter((key) => watch.states.includes(now[key] as WatchedFreshness));
    return {
      asks: asked.length > 0 ? [{}] : [],
      state: { ...now },
      isKept: before === undefined || changed.length > 0,
      ...(nextMs < Infinity && { againMs: Math.min(LONGEST_MS, Math.max(1, nextMs - nowMs)) }),
    };
  };
}
