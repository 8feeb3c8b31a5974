import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { takeSnapshot } from "sluice";
import { type Feature, FEATURES, featuresOf } from "sluice/adapters";
import { randomDefinitions } from "./random_definitions.ts";

/** What random graphs leave out: some target refuses it, drops the schedule, or it needs an orchestrator of the user's. */
const LEFT_OUT: readonly Feature[] = [
  "trigger",
  "io.memory",
  "io.custom",
  "job.config",
  "schedule.seconds",
  "schedule.years",
  "schedule.nearest",
];

describe("random definitions", () => {
  test("cover every feature", () => {
    const seen = new Set<Feature>();
    for (let seed = 0; seed < 200; seed++) {
      for (const { feature } of featuresOf(takeSnapshot(randomDefinitions(seed)))) seen.add(feature);
    }
    const missing = Object.keys(FEATURES).filter((feature) => !seen.has(feature as Feature));
    assert.deepEqual(missing, LEFT_OUT);
  });

  test("are the same for the same seed", () => {
    const text = (seed: number) => JSON.stringify(takeSnapshot(randomDefinitions(seed)));
    assert.equal(text(7), text(7));
    assert.notEqual(text(7), text(8));
  });
});
