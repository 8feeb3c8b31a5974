import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import type { FreshnessPolicy } from "../../../src/model/automation/freshness.ts";
import { freshBy, freshWithin } from "../../../src/model/automation/freshness.ts";
import { freshnessOf } from "../../../src/model/automation/freshness_state.ts";
import { askDagster, atScale, findDagster } from "../dagster.ts";
import { type AutomationQuirk, DIFFERENCES } from "./differences.ts";
import { AutomationModel } from "./model.ts";
import { playOurs } from "./ours.ts";
import { randomTimeline } from "./random.ts";
import { scriptedTimelines } from "./scripted.ts";
import type { Requests, Timeline } from "./timeline.ts";

const HOUR_MS = 3_600_000;
/** On the morning of the day before clocks change in New York. */
const MADE_MS = Date.UTC(2026, 2, 7, 7);

interface Answers {
  readonly timelines: readonly (readonly Requests[])[];
  readonly freshness: readonly string[];
}

/** How fresh something is that was made at some time before or after a deadline, to the minute. */
interface FreshnessQuestion {
  readonly policy: FreshnessPolicy;
  readonly madeMs?: number;
  readonly nowMs: number;
}

const POLICIES: readonly FreshnessPolicy[] = [
  freshWithin({ failMs: 3 * HOUR_MS }),
  freshWithin({ failMs: 3 * HOUR_MS, warnMs: HOUR_MS }),
  freshBy({ deadlineCron: "0 9 * * *", lowerBoundMs: 2 * HOUR_MS }),
  freshBy({ deadlineCron: "*/30 8-18 * * 1-5", lowerBoundMs: 600_000, timezone: "Europe/Berlin" }),
  freshBy({ deadlineCron: "30 3 * * *", lowerBoundMs: HOUR_MS, timezone: "America/New_York" }),
];
const questions: readonly FreshnessQuestion[] = POLICIES.flatMap((policy) => [
  { policy, nowMs: MADE_MS },
  ...[0, 0.5, 1, 3, 7].flatMap((later) =>
    [0, 1, 2, 2.5, 3, 8, 17, 40].map((after) => {
      const madeMs = MADE_MS + later * HOUR_MS;
      return { policy, madeMs, nowMs: madeMs + after * HOUR_MS };
    })
  ),
]);

const SEEDS = atScale(6, 300);
const timelines: readonly Timeline[] = [
  ...scriptedTimelines(atScale(0, 1) === 1),
  ...Array.from({ length: SEEDS }, (_, seed) => randomTimeline(seed + 1)),
];
const ALL: ReadonlySet<AutomationQuirk> = new Set(DIFFERENCES.map(({ quirk }) => quirk));

function modelled(timeline: Timeline, quirks: ReadonlySet<AutomationQuirk>): readonly Requests[] {
  return new AutomationModel(timeline, quirks).play();
}

describe("automation and its rules as written down", () => {
  test(`request the same in ${timelines.length} timelines`, () => {
    let requests = 0;
    for (const timeline of timelines) {
      const ours = playOurs(timeline);
      assert.deepEqual(ours, modelled(timeline, new Set()), describeTimeline(timeline));
      requests += ours.flatMap(Object.keys).length;
    }
    assert.ok(requests > timelines.length, `only ${requests} requests`);
  });
});

const python = findDagster("conformance of automation");

(python ? describe : describe.skip)("automation and Dagster", () => {
  let answers: Answers | undefined;
  const ask = (): Answers =>
    answers ??= askDagster<Answers>(python ?? "", new URL("evaluate.py", import.meta.url), {
      timelines,
      freshness: questions,
    });

  test("request the same but for the differences listed", () => {
    timelines.forEach((timeline, place) => {
      assert.deepEqual(modelled(timeline, ALL), ask().timelines[place], describeTimeline(timeline));
    });
  });

  test("take assets to be as fresh", () => {
    const ours = questions.map(({ policy, madeMs, nowMs }) => freshnessOf(policy, madeMs, nowMs).state);
    assert.deepEqual(ours, ask().freshness);
    assert.deepEqual(new Set(ours), new Set(["unknown", "pass", "warn", "fail"]));
  });

  for (const { quirk, reason } of DIFFERENCES) {
    test(`differ still: ${quirk}`, () => {
      const others = new Set([...ALL].filter((each) => each !== quirk));
      const isSeen = timelines.some((timeline, place) =>
        JSON.stringify(sorted(modelled(timeline, others))) !== JSON.stringify(sorted(ask().timelines[place]))
      );
      assert.ok(isSeen, `no timeline shows it: ${reason}`);
    });
  }
});

function sorted(answers: readonly Requests[]): unknown {
  return answers.map((each) => Object.entries(each).sort(([a], [b]) => a < b ? -1 : 1));
}

function describeTimeline({ name, assets, events }: Timeline): string {
  return [
    name,
    ...assets.map((asset) => JSON.stringify(asset)),
    ...events.map((event) => JSON.stringify(event)),
  ].join("\n");
}
