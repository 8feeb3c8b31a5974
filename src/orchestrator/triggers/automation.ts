/** Conditions and policies, for people: why an asset is or is not made by itself, and how fresh it is. */
import type { Asset } from "../../model/assets/declaration.ts";
import { type AssetFreshness, freshnessOf } from "../../model/automation/freshness_state.ts";
import { SluiceError } from "../../model/issue.ts";
import { quote } from "../../model/quote.ts";
import { explainDecision } from "../../planner/automation/explain.ts";
import type { AutomationExplanation } from "../../planner/automation/explanation.ts";
import { compileAutomation, type Conditioned } from "../../planner/automation/program.ts";
import { type Decision, evaluateRound } from "../../planner/automation/round.ts";
import { memoriesIn } from "../../triggers/automation/records.ts";
import { Watch } from "../../triggers/automation/watch.ts";
import type { Parts } from "../parts.ts";
import { openContext } from "../planning.ts";

/**
 * What would be decided now about the assets that have conditions, or about one of them; nothing is started or recorded.
 *
 * @throws {SluiceError} USAGE for an asset without a condition.
 */
export async function explainIn(parts: Parts, asset: Asset): Promise<AutomationExplanation> {
  const program = compileAutomation(parts.definitions);
  const conditioned = program.byKey.get(asset.key);
  if (!conditioned) throw hasNone(asset);
  const memories = memoriesIn(await parts.store.triggers());
  const watch = new Watch(program);
  await watch.load(parts.store);
  const planning = await openContext(parts);
  const looked = lookedAt(conditioned, program.byKey);
  const world = watch.world(planning);
  const { decisions } = evaluateRound(program, looked, world, (key) => memories.get(key));
  return explainDecision(decisions.get(asset.key) as Decision, planning);
}

/** What an asset's condition looks at has conditions, too: those tell what is requested upstream at the same time. */
function lookedAt(
  start: Conditioned,
  byKey: ReadonlyMap<string, Conditioned>,
): ReadonlySet<Conditioned> {
  const found = new Set([start]);
  for (const { watches } of found) {
    for (const key of watches) {
      const each = byKey.get(key);
      if (each) found.add(each);
    }
  }
  return found;
}

/** How fresh an asset is now; undefined without a policy. */
export async function freshnessIn(parts: Parts, asset: Asset): Promise<AssetFreshness | undefined> {
  if (!asset.freshness) return undefined;
  const planning = await openContext(parts);
  const madeMs = planning.factsOf(asset.key).newest?.atMs;
  return { ...freshnessOf(asset.freshness, madeMs, planning.nowMs), madeMs };
}

function hasNone({ key }: Asset): SluiceError {
  return new SluiceError({
    code: "USAGE",
    message: `${quote(key)} has no automation condition.`,
    path: ["assets", key, "automation"],
    hint: `Declare one: automation: condition.eager.`,
  });
}
