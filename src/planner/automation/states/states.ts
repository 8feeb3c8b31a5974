/** What holds by itself: the states of an asset, or of one of its checks, as sets of its partitions. */
import { freshnessOf } from "../../../model/automation/freshness_state.ts";
import type { Cadence } from "../../../model/time/cadence.ts";
import type { AssetFacts } from "../../../model/events/facts.ts";
import { createSubsetBuilder, emptySubset, subsetOf } from "../../../model/partitions/subset.ts";
import type { Subset } from "../../../model/partitions/subset.ts";
import { checkState } from "./check_states.ts";
import type { Frame } from "../frame.ts";
import { latestWindow } from "./latest_window.ts";
import { shapeOf } from "../memory.ts";
import type { Target } from "../outcome.ts";
import type { Term, TermRule } from "../terms/term.ts";
import { runsTogether } from "./together.ts";
import { allAt, type Moment, type Timing } from "../timing.ts";

/** For which partitions something holds, and since when. */
export interface Held {
  readonly holds: Subset;
  readonly timing?: Timing | undefined;
}

/** A rule that has no other below it. */
export type StateRule = Exclude<
  TermRule,
  { readonly kind: "and" | "or" | "not" | "newly-true" | "since" | `${"any" | "all"}-${"deps" | "checks"}` }
>;

const NOTHING: Held = Object.freeze({ holds: emptySubset() });

/** The partitions for which a state holds; others than the candidates may be among them. */
export function stateOf(
  term: Term,
  rule: StateRule,
  target: Target,
  candidates: Subset,
  frame: Frame,
): Held {
  switch (rule.kind) {
    case "cron-tick-passed":
      return tickPassed(rule.cadence, candidates, frame);
    case "in-latest-time-window":
      return { holds: latestWindow(frame.space(target), rule.lookbackMs) };
    case "initial-evaluation":
      return { holds: isFirst(frame) ? candidates : emptySubset() };
    case "newly-requested":
      return newlyRequested(target, frame);
    case "will-be-requested":
      return { holds: willBeRequested(target, frame) };
    case "code-version-changed":
      return { holds: codeChanged(term, target, frame) ? candidates : emptySubset() };
  }
  const holds = target.check === undefined ? undefined : checkState(rule, target, candidates, frame);
  return holds ? { holds } : assetState(rule, target, candidates, frame);
}

function assetState(rule: StateRule, target: Target, candidates: Subset, frame: Frame): Held {
  const { world, past } = frame;
  const facts = world.planning.factsOf(target.asset);
  switch (rule.kind) {
    case "missing":
      return { holds: candidates.minus(facts.materialized) };
    case "run-in-progress":
      return { holds: world.runsUnderWay(target.asset) };
    case "backfill-in-progress":
      return { holds: world.backfillsUnderWay(target.asset) };
    case "execution-failed":
      return { holds: facts.failed };
    case "newly-updated":
      return past ? newlyMade(facts, past.seq) : NOTHING;
    case "data-version-changed":
      return { holds: past ? facts.changedAfter(past.seq) : emptySubset() };
    case "executed-with-root-target":
      return { holds: madeWithRoot(facts, target, candidates, frame) };
    case "freshness":
      return { holds: freshnessIs(rule.state, target, facts, frame) ? candidates : emptySubset() };
    default:
      return NOTHING;
  }
}

function newlyMade(facts: AssetFacts, since: number): Held {
  const holds = facts.madeAfter(since);
  return { holds, timing: (within) => timesOf(facts, within.intersect(holds)) };
}

/** A tick is new when it lies after the last evaluation; one that lies exactly there was seen then. */
function tickPassed(cadence: Cadence, candidates: Subset, { past, world }: Frame): Held {
  const { nowMs } = world.planning;
  const tick = cadence.has(nowMs) ? nowMs : cadence.previous(nowMs);
  if (!past || tick === undefined || tick <= past.atMs) return NOTHING;
  return { holds: candidates, timing: allAt(tick, candidates) };
}

function isFirst({ past, root }: Frame): boolean {
  return past?.shape !== shapeOf(root.partitions);
}

function newlyRequested(target: Target, frame: Frame): Held {
  const requested = frame.round.past(target.asset)?.requested;
  if (!requested || !frame.past) return NOTHING;
  const holds = frame.decode(requested, target);
  return { holds, timing: allAt(frame.past.atMs, holds) };
}

/** A check is run with its asset, so it is requested where the asset is. */
function willBeRequested(target: Target, { round, root, world }: Frame): Subset {
  const requested = round.requested.get(target.asset);
  return requested && runsTogether(world.planning, root, target.asset) ? requested : emptySubset();
}

function codeChanged(term: Term, target: Target, frame: Frame): boolean {
  const { codeVersion } = frame.asset(target);
  const before = frame.recall(term, target);
  if (codeVersion !== undefined) frame.keep(term, target, codeVersion);
  return before !== undefined && before !== codeVersion;
}

/** Of an asset that reads its own past none counts: another partition is no partition of the same target. */
function madeWithRoot(facts: AssetFacts, target: Target, candidates: Subset, { root, world }: Frame): Subset {
  const holds = createSubsetBuilder();
  if (target.asset === root.key) return holds.build();
  const known = new Map<string, boolean>();
  candidates.intersect(facts.materialized).eachRange((start, end) => {
    for (let index = start; index < end; index++) {
      const runId = facts.at(index)?.runId;
      if (runId === undefined) continue;
      let isSo = known.get(runId);
      if (isSo === undefined) known.set(runId, isSo = world.wasToMake(runId, root.key));
      if (isSo) holds.add(index);
    }
  });
  return holds.build();
}

function freshnessIs(state: string, target: Target, facts: AssetFacts, frame: Frame): boolean {
  const policy = frame.asset(target).freshness;
  if (!policy) return false;
  return freshnessOf(policy, facts.newest?.atMs, frame.world.planning.nowMs).state === state;
}

/** When partitions were made, those of one instant together. */
function timesOf(facts: AssetFacts, within: Subset): readonly Moment[] {
  const byTime = new Map<number, number[]>();
  for (const index of within.indices()) {
    const atMs = facts.at(index)?.materializedMs;
    if (atMs === undefined) continue;
    const indices = byTime.get(atMs);
    if (indices) indices.push(index);
    else byTime.set(atMs, [index]);
  }
  return Array.from(byTime, ([atMs, indices]) => ({ atMs, subset: subsetOf(indices) }));
}
