/** One round: the conditions of some assets held against a moment, upstream first. */
import { emptySubset } from "../../model/partitions/subset.ts";
import type { Subset } from "../../model/partitions/subset.ts";
import { decodeSubset, encodeSubset } from "../../model/partitions/stored.ts";
import { evaluate } from "./evaluate.ts";
import { Frame, type Round } from "./frame.ts";
import { type AssetMemory, shapeOf } from "./memory.ts";
import type { Outcome } from "./outcome.ts";
import type { AutomationProgram, Conditioned } from "./program.ts";
import type { AutomationWorld } from "./world.ts";

/**
 * A condition that stays true asks again after so long, in milliseconds, and not with every evaluation; Dagster, which
 * evaluates as often, asks as often. Not while a run is making what was asked for.
 */
export const REPEAT_MS = 30_000;

/** What was decided about one asset. */
export interface Decision {
  /** The key of the asset. */
  readonly asset: string;
  /** What came of its condition, term by term. */
  readonly outcome: Outcome;
  /** The partitions to make. */
  readonly requested: Subset;
  /** For these the condition holds still, and they were asked for a short while ago. */
  readonly withheld: Subset;
  /** What to remember. */
  readonly memory: AssetMemory;
}

/** What came of a round. */
export interface RoundResult {
  /** By asset, upstream first. */
  readonly decisions: ReadonlyMap<string, Decision>;
  /** What is to be made: what was decided, and what is made by the same steps. */
  readonly requested: ReadonlyMap<string, Subset>;
}

/**
 * Evaluates conditions at one moment, upstream first: those that are due, and those that look at what is requested on the
 * way. Pure: the same gives the same.
 */
export function evaluateRound(
  { assets, watchers }: AutomationProgram,
  due: Iterable<Conditioned>,
  world: AutomationWorld,
  past: (asset: string) => AssetMemory | undefined,
  repeatMs: number = REPEAT_MS,
): RoundResult {
  const requested = new Map<string, Subset>();
  const decisions = new Map<string, Decision>();
  const round: Round = { world, past, requested };
  const isDue = new Uint8Array(assets.length);
  for (const { place } of due) isDue[place] = 1;
  for (let place = isDue.indexOf(1); place >= 0; place = isDue.indexOf(1, place + 1)) {
    const conditioned = assets[place];
    const decision = decide(conditioned, new Frame(round, conditioned.asset), repeatMs);
    decisions.set(decision.asset, decision);
    for (const key of request(conditioned, decision.requested, requested)) {
      for (const watcher of watchers.get(key) ?? []) isDue[watcher.place] = 1;
    }
  }
  return { decisions, requested };
}

function decide({ asset, term }: Conditioned, frame: Frame, repeatMs: number): Decision {
  const { world: { planning }, past } = frame;
  const target = { asset: asset.key };
  const outcome = evaluate(term, target, frame.all(target), frame);
  const space = frame.space(target);
  const { nowMs } = planning;
  const withheld = repeatMs > 0 ? askedBefore(outcome.holds, frame, repeatMs) : emptySubset();
  const requested = outcome.holds.minus(withheld);
  const requestedMs = requested.size > 0 ? nowMs : past?.requestedMs;
  const memory: AssetMemory = {
    v: 1,
    seq: planning.facts.seq,
    atMs: nowMs,
    shape: shapeOf(asset.partitions),
    ...(requested.size > 0 && { requested: encodeSubset(asset.partitions, space, requested) }),
    ...(outcome.holds.size > 0 && { standing: encodeSubset(asset.partitions, space, outcome.holds) }),
    ...(requestedMs !== undefined && { requestedMs }),
    kept: frame.kept,
  };
  return { asset: asset.key, outcome, requested, withheld, memory };
}

/** The partitions for which the condition held before, too, and which were asked for just now or are being made. */
function askedBefore(holds: Subset, { world, past, root }: Frame, repeatMs: number): Subset {
  if (!past?.standing || past.requestedMs === undefined) return emptySubset();
  const { planning } = world;
  const standing = holds.intersect(decodeSubset(past.standing, planning.space(root.partitions)).subset);
  const isRecent = planning.nowMs - past.requestedMs < repeatMs;
  return isRecent ? standing : standing.intersect(world.runsUnderWay(root.key));
}

/** Notes a request: what one step makes is requested together, where it cannot make some of it only. Gives the keys. */
function request(
  { asset }: Conditioned,
  subset: Subset,
  requested: Map<string, Subset>,
): readonly string[] {
  if (subset.size === 0) return [];
  const { subsettable, outputs } = asset["~step"];
  const keys = (subsettable ? [asset] : outputs).map(({ key }) => key);
  for (const key of keys) requested.set(key, requested.get(key)?.union(subset) ?? subset);
  return keys;
}
