/** Timelines by hand: eager, on-cron, on-missing and ten other conditions over four kinds of partitions. */
import { type AutomationCondition, condition as c } from "../../../src/model/automation/condition.ts";
import {
  dailyPartitions,
  dynamicPartitions,
  staticPartitions,
} from "../../../src/model/partitions/definition.ts";
import type { Partitions } from "../../../src/model/partitions/definition.ts";
import type { Happening, Timeline, TimelineAsset, TimelineEvent } from "./timeline.ts";

export const MINUTE_MS = 60_000;
export const DAY_MS: number = 86_400_000;
/** Seven seconds after midnight: no evaluation is at a tick unless it is meant to be. */
export const START_MS: number = Date.UTC(2026, 0, 4, 0, 0, 7);

/** Six in the morning in New York, after all that. */
const TICK_MS = Date.UTC(2026, 0, 9, 11);

/** The conditions that are compared, by name. */
export const CONDITIONS: { readonly [name: string]: AutomationCondition } = {
  "eager": c.eager,
  "on cron": c.onCron("0 6 * * *", "America/New_York"),
  "on missing": c.onMissing,
  "missing": c.missing,
  "eager unless it failed": c.and(c.eager, c.not(c.executionFailed)),
  "eager but for one": c.and(
    c.inLatestTimeWindow(),
    c.sinceLastHandled(c.anyDeps(c.newlyUpdated, { except: ["raw"] })),
    c.not(c.inProgress),
  ),
  "all upstream updated since the last request": c.allDeps(c.since(c.newlyUpdated, c.newlyRequested)),
  "three days back": c.and(c.inLatestTimeWindow(3 * DAY_MS), c.sinceLastHandled(c.anyDepsUpdated)),
  "newly updated since a tick": c.since(c.newlyUpdated, c.cronTickPassed("*/30 * * * *")),
  "upstream code changed": c.sinceLastHandled(c.or(c.codeVersionChanged, c.anyDeps(c.codeVersionChanged))),
  "upstream data changed": c.and(
    c.sinceLastHandled(c.anyDeps(c.dataVersionChanged)),
    c.not(c.anyDepsMissing),
  ),
  "failed, and begins to": c.newlyTrue(c.or(c.executionFailed, c.anyDeps(c.executionFailed))),
  "at a tick": c.and(c.inLatestTimeWindow(), c.cronTickPassed("0 11 * * *")),
  "upstream waits": c.and(
    c.missing,
    c.not(c.initialEvaluation),
    c.allDeps(c.or(c.not(c.missing), c.willBeRequested)),
    c.not(c.newlyRequested),
  ),
};

/** Partition definitions, with the keys that a script speaks of: the last is that of the latest window. */
const SPACES: {
  readonly [name: string]: { readonly partitions?: Partitions; readonly keys: readonly string[] };
} = {
  "none": { keys: [""] },
  "static": { partitions: staticPartitions(["a", "b", "c"]), keys: ["a", "b", "c"] },
  "daily": {
    partitions: dailyPartitions({ start: "2026-01-01" }),
    keys: ["2026-01-01", "2026-01-02", "2026-01-03"],
  },
  "dynamic": { partitions: dynamicPartitions("customers"), keys: ["ann", "bob", "cy"] },
};

/** The timeline of conditions over a kind of partitions: the first three and some of the others, or all of them. */
function scripted(space: string, isWhole: boolean): Timeline {
  const { partitions, keys } = SPACES[space];
  const own = partitions ? { partitions: 0 } : {};
  const turn = Object.keys(SPACES).indexOf(space);
  const chosen = Object.values(CONDITIONS).filter((_, place) => isWhole || place < 3 || place % 4 === turn);
  const mids = chosen.map((condition, place): TimelineAsset => ({
    key: `mid${place}`,
    deps: [{ key: "raw" }, { key: "up" }],
    ...own,
    condition,
  }));
  return {
    name: `by hand: ${space}`,
    partitions: partitions ? [partitions] : [],
    assets: [
      { key: "raw", deps: [], external: true },
      { key: "up", deps: [{ key: "raw" }], ...own, codeVersion: "1", condition: CONDITIONS.eager },
      ...mids,
      { key: "down", deps: [{ key: "mid0" }, { key: "mid1" }], ...own, condition: CONDITIONS.eager },
    ],
    events: script(keys, mids.map(({ key }) => key), space === "dynamic"),
  };
}

/** All timelines by hand; with some of the conditions only where they need not be whole. */
export function scriptedTimelines(isWhole: boolean): readonly Timeline[] {
  return [...Object.keys(SPACES).map((space) => scripted(space, isWhole)), checksTimeline()];
}

/** Conditions on verdicts: given, overtaken by a new value, and given anew. */
function checksTimeline(): Timeline {
  const verdict = (check: string, passed: boolean): Happening => ({
    do: "verdict",
    asset: "up",
    check,
    passed,
  });
  const make = (run: string): readonly Happening[] => [
    { do: "start", run, plans: [{ asset: "up", keys: [""] }] },
    { do: "make", run, asset: "up", keys: [""] },
    { do: "end", run, passed: true },
  ];
  const conditions = [
    c.allDeps(c.allChecks(c.checkPassed, { blockingOnly: true })),
    c.anyDeps(c.anyChecks(c.checkFailed)),
    c.anyDeps(c.allChecks(c.missing)),
    c.newlyTrue(c.anyDeps(c.anyChecks(c.not(c.checkPassed)))),
  ];
  const happenings: readonly Happening[] = [
    ...make("m1"),
    verdict("strict", true),
    verdict("loose", false),
    verdict("strict", false),
    ...make("m2"),
    verdict("loose", true),
    verdict("strict", true),
  ];
  return {
    name: "by hand: checks",
    partitions: [],
    assets: [
      {
        key: "up",
        deps: [],
        checks: [{ name: "strict", blocking: true }, { name: "loose", blocking: false }],
        condition: c.anyChecks(c.checkFailed),
      },
      ...conditions.map((condition, place) => ({ key: `down${place}`, deps: [{ key: "up" }], condition })),
    ],
    events: happenings.flatMap((each, place): readonly TimelineEvent[] => [
      { ...each, atMs: START_MS + place * MINUTE_MS },
      { do: "evaluate", atMs: START_MS + place * MINUTE_MS + 30_000 },
    ]),
  };
}

function script(
  keys: readonly string[],
  mids: readonly string[],
  isDynamic: boolean,
): readonly TimelineEvent[] {
  const last = keys[keys.length - 1];
  const events: TimelineEvent[] = [];
  let atMs = START_MS;
  const add = (afterMs: number, ...list: readonly Happening[]) => {
    for (const each of list) events.push({ ...each, atMs: atMs += afterMs });
  };
  const evaluate: Happening = { do: "evaluate" };
  const plans = (assets: readonly string[]) => assets.map((asset) => ({ asset, keys: [last] }));
  const makes = (run: string, assets: readonly string[]) =>
    assets.map((asset): Happening => ({ do: "make", run, asset, keys: [last] }));
  const run = (id: string, assets: readonly string[], passed: boolean): readonly Happening[] => {
    const began: Happening = { do: "start", run: id, plans: plans(assets) };
    const made = passed ? [...makes(id, assets), evaluate] : [];
    return [began, evaluate, ...made, { do: "end", run: id, passed }, evaluate];
  };
  if (isDynamic) add(1_000, { do: "add", name: "customers", keys: keys.slice(0, 2) });
  add(30_000, evaluate);
  if (isDynamic) add(1_000, { do: "add", name: "customers", keys: [last] });
  add(30_000, evaluate);
  add(MINUTE_MS, { do: "make", asset: "raw", keys: [""] }, evaluate, evaluate);
  add(30_000, ...run("r1", ["up"], true), ...run("r2", mids, false));
  add(5_000, ...run("r3", mids, true), ...run("r4", ["down"], true));
  add(40 * MINUTE_MS, evaluate, { do: "make", asset: "up", keys, version: "one" }, evaluate);
  add(MINUTE_MS, { do: "make", asset: "up", keys, version: "one" }, evaluate, evaluate);
  add(1_000, ...mids.map((asset): Happening => ({ do: "wipe", asset })), evaluate, evaluate);
  add(MINUTE_MS, { do: "code", asset: "up", version: "2" }, evaluate);
  add(12 * 60 * MINUTE_MS, evaluate, { do: "make", asset: "raw", keys: [""] }, evaluate);
  add(1_000, { do: "start", run: "r5", plans: plans(["up", ...mids]) }, ...makes("r5", ["up"]), evaluate);
  add(1_000, ...makes("r5", mids), evaluate, { do: "end", run: "r5", passed: true }, evaluate);
  add(MINUTE_MS, ...run("r6", mids, false), ...run("r7", mids, false));
  add(MINUTE_MS, ...mids.map((asset): Happening => ({ do: "make", asset, keys: [last] })), evaluate);
  add(MINUTE_MS, { do: "make", asset: "up", keys: [last] }, evaluate);
  add(MINUTE_MS, { do: "start", run: "r8", plans: plans(["up", ...mids]) }, evaluate);
  const makeAll = keys.map((key): Happening => ({ do: "make", run: "r8", asset: "up", keys: [key] }));
  add(MINUTE_MS, ...makeAll, evaluate, { do: "end", run: "r8", passed: true }, evaluate);
  add(DAY_MS, evaluate);
  return [...events, ...[0, 30_000].map((ms): TimelineEvent => ({ do: "evaluate", atMs: TICK_MS + ms }))];
}
