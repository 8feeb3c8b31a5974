import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { Agenda } from "../../../src/planner/automation/agenda.ts";
import { Player, playOurs } from "../../conformance/automation/ours.ts";
import { randomTimeline } from "../../conformance/automation/random.ts";
import { scriptedTimelines } from "../../conformance/automation/scripted.ts";
import type { Requests, Timeline, TimelineEvent } from "../../conformance/automation/timeline.ts";

/** Plays a timeline as a trigger does: only what is due is looked at. Gives the requests, and how many were looked at. */
function playDue(timeline: Timeline): { readonly requests: readonly Requests[]; readonly looks: number } {
  const player = new Player(timeline);
  let agenda = new Agenda(player.program, 0);
  const requests: Requests[] = [];
  let looks = 0;
  for (const event of timeline.events) {
    if (event.do !== "evaluate") {
      player.record(event);
      touch(agenda, event);
      // Other code is another process: it begins with everything.
      if (event.do === "code") agenda = new Agenda(player.program, 0);
      continue;
    }
    const due = agenda.take(event.atMs);
    const world = player.world(event.atMs);
    const result = player.look(due, event.atMs);
    const changed = agenda.settle(result, world, (key) => player.memories.get(key));
    player.remember(changed);
    looks += result.decisions.size;
    requests.push(player.requests(result, event.atMs));
  }
  return { requests, looks };
}

function touch(agenda: Agenda, event: TimelineEvent): void {
  if (event.do === "start") { for (const { asset } of event.plans) agenda.touch(asset); }
  else if (event.do === "add") agenda.touchKeys(event.name);
  else if (event.do === "end") { for (const asset of ["up", "down"]) agenda.touch(asset); }
  else if ("asset" in event) agenda.touch(event.asset);
}

function touchEnds(timeline: Timeline): Timeline {
  const plans = new Map<string, readonly string[]>();
  const events = timeline.events.flatMap((event): readonly TimelineEvent[] => {
    if (event.do === "start") plans.set(event.run, event.plans.map(({ asset }) => asset));
    if (event.do !== "end") return [event];
    const observed = (plans.get(event.run) ?? []).map((asset): TimelineEvent => ({
      do: "observe",
      atMs: event.atMs,
      asset,
      keys: [],
    }));
    return [event, ...observed];
  });
  return { ...timeline, events };
}

describe("agenda", () => {
  const timelines = [
    ...scriptedTimelines(true),
    ...Array.from({ length: 80 }, (_, seed) => randomTimeline(seed + 5_000)),
  ]
    .map(touchEnds);

  test("looks at less, and what is requested is the same as if everything were looked at", () => {
    let [looked, all] = [0, 0];
    for (const timeline of timelines) {
      const { requests, looks } = playDue(timeline);
      assert.deepEqual(requests, playOurs(timeline), timeline.name);
      looked += looks;
      const evaluations = timeline.events.filter((event) => event.do === "evaluate").length;
      all += evaluations * timeline.assets.filter(({ condition }) => condition).length;
    }
    assert.ok(looked < 0.8 * all, `${looked} of ${all}`);
  });
});
