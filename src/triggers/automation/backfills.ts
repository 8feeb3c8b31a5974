/** What backfills are to make: runs are created for it one after the other. */
import type { SluiceEvent } from "../../model/events/event.ts";
import { emptySubset, fullSubset, unionOf } from "../../model/partitions/subset.ts";
import type { Subset } from "../../model/partitions/subset.ts";
import type { PlanningContext } from "../../planner/context.ts";
import { parseBackfillPlan } from "../../planner/json.ts";
import type { RunPlan } from "../../planner/plan.ts";
import type { TriggerHistory } from "../contract.ts";

/** Backfills that are not over, by id. */
export class Backfills {
  readonly #open: Map<string, { readonly plan: unknown; readonly seq: number }> = new Map();

  /** Counts an event; tells whether it was about a backfill. */
  take(event: SluiceEvent): boolean {
    if (event.type === "backfill_created") {
      this.#open.set(event.payload.id, { plan: event.payload.plan, seq: event.seq });
    } else if (event.type === "backfill_finished") this.#open.delete(event.payload.id);
    else return false;
    return true;
  }

  /** Reads one that was created before anybody followed. */
  async load(id: string, history: TriggerHistory): Promise<void> {
    const found = await history.backfill(id);
    if (found?.status === "running") this.#open.set(id, { plan: found.plan, seq: 0 });
  }

  /** The partitions of an asset that backfills are to make, and that were not made since they began. */
  of(asset: string, planning: PlanningContext): Subset {
    if (this.#open.size === 0) return emptySubset();
    return unionOf([...this.#open.values()].map(({ plan, seq }) => {
      const meant = meantOf(readPlan(plan, planning), asset, planning);
      return seq === 0 ? meant : meant.minus(planning.factsOf(asset).madeAfter(seq));
    }));
  }
}

/** A plan that can no longer be read is of other definitions. */
function readPlan(plan: unknown, planning: PlanningContext): RunPlan | undefined {
  try {
    return parseBackfillPlan(plan, planning).whole;
  } catch {
    return undefined;
  }
}

function meantOf(plan: RunPlan | undefined, asset: string, { definitions }: PlanningContext): Subset {
  const rank = definitions.stepOfAsset[definitions.graph.rankOf(asset) as number];
  if (!plan?.ranks.includes(rank)) return emptySubset();
  return plan.sets.get(rank)?.subset ?? fullSubset(1);
}
