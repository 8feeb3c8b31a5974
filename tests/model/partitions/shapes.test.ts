import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import { checkMapping } from "../../../src/model/partitions/check.ts";
import {
  dailyPartitions,
  dynamicPartitions,
  hourlyPartitions,
  monthlyPartitions,
  multiPartitions,
  staticPartitions,
  timePartitions,
  weeklyPartitions,
} from "../../../src/model/partitions/definition.ts";
import { inputShape } from "../../../src/model/partitions/infer.ts";
import {
  allMapping,
  customMapping,
  identityMapping,
  lastMapping,
  multiMapping,
  multiToSingleMapping,
  specificMapping,
  staticMapping,
  timeWindowMapping,
} from "../../../src/model/partitions/mapping.ts";
import type { Mapping } from "../../../src/model/partitions/mapping.ts";
import type { MaybePartitions, Problem, Relation } from "../../../src/model/partitions/relation.ts";

/** What the types say of a dependency; the compiler holds the last argument of {@linkcode agree} to it. */
type Typed<Down, Up, M> = Relation<Up, Down, M> extends infer R ? R extends Problem<string> ? "problem" : R
  : never;

/** Holds the run time to the same word. */
function agree<
  const Down extends MaybePartitions,
  const Up extends MaybePartitions,
  const M extends Mapping | undefined,
>(downstream: Down, upstream: Up, mapping: M, expected: Typed<Down, Up, M>): void {
  const issues = checkMapping(mapping, downstream, upstream);
  const found = issues.length > 0 ? "problem" : inputShape(mapping, downstream, upstream);
  assert.equal(found, expected, `${mapping?.kind} ${issues[0]?.message}`);
}

const start = "2024-01-01";
const hours = hourlyPartitions({ start });
const days = dailyPartitions({ start });
const sixth = dailyPartitions({ start, hourOffset: 6 });
const weeks = weeklyPartitions({ start });
const months = monthlyPartitions({ start });
const cron = timePartitions({ cron: "30 4 * * 1-5", start });
const regions = staticPartitions(["eu", "us"]);
const eu = staticPartitions(["eu"]);
const users = dynamicPartitions("users");
const teams = dynamicPartitions("teams");
const grid = multiPartitions({ date: days, region: regions });
const monthly = multiPartitions({ date: months, region: regions });
const hourly = multiPartitions({ date: hours, region: regions });
const wide = multiPartitions({ date: days, region: regions, user: users });
const routes = multiPartitions({ from: users, to: teams });

describe("the shape of an input is the same to the compiler and to the run time", () => {
  test("from window to window", () => {
    agree(hours, hours, undefined, "one");
    agree(hours, days, undefined, "one");
    agree(hours, weeks, undefined, "one");
    agree(hours, months, undefined, "one");
    agree(hours, sixth, undefined, "many");
    agree(hours, cron, undefined, "many");
    agree(days, hours, undefined, "many");
    agree(days, days, undefined, "one");
    agree(days, weeks, undefined, "one");
    agree(days, months, undefined, "one");
    agree(days, sixth, undefined, "many");
    agree(weeks, hours, undefined, "many");
    agree(weeks, days, undefined, "many");
    agree(weeks, weeks, undefined, "one");
    agree(weeks, months, undefined, "many");
    agree(months, hours, undefined, "many");
    agree(months, days, undefined, "many");
    agree(months, weeks, undefined, "many");
    agree(months, months, undefined, "one");
    agree(sixth, sixth, undefined, "one");
    agree(sixth, months, undefined, "many");
    agree(cron, cron, undefined, "one");
    agree(cron, days, undefined, "many");
  });

  test("from name to name", () => {
    agree(regions, regions, undefined, "one");
    agree(eu, regions, undefined, "one");
    agree(regions, eu, undefined, "problem");
    agree(users, users, undefined, "one");
    agree(users, teams, undefined, "problem");
  });

  test("between unlike kinds", () => {
    agree(days, regions, undefined, "problem");
    agree(regions, days, undefined, "problem");
    agree(users, regions, undefined, "problem");
    agree(days, users, undefined, "problem");
  });

  test("where a side has no partitions", () => {
    agree(undefined, undefined, undefined, "one");
    agree(days, undefined, undefined, "one");
    agree(grid, undefined, undefined, "one");
    agree(undefined, days, undefined, "many");
    agree(undefined, eu, undefined, "many");
    agree(undefined, grid, undefined, "many");
    agree(days, undefined, identityMapping(), "problem");
    agree(days, undefined, allMapping(), "problem");
    agree(undefined, days, identityMapping(), "problem");
    agree(undefined, days, lastMapping(), "one");
    agree(undefined, regions, specificMapping("us"), "one");
    agree(undefined, regions, specificMapping(["us"]), "many");
  });

  test("between several dimensions and one", () => {
    agree(grid, days, undefined, "one");
    agree(grid, months, undefined, "one");
    agree(grid, hours, undefined, "many");
    agree(grid, regions, undefined, "one");
    agree(grid, users, undefined, "problem");
    agree(days, grid, undefined, "many");
    agree(eu, grid, undefined, "many");
    agree(days, grid, multiToSingleMapping("date"), "many");
    agree(days, grid, multiToSingleMapping("day"), "problem");
    agree(grid, days, multiToSingleMapping("date"), "one");
    agree(grid, days, multiToSingleMapping("day"), "problem");
    agree(days, days, multiToSingleMapping("date"), "problem");
    agree(routes, users, undefined, "one");
  });

  test("between several dimensions on both sides", () => {
    agree(grid, grid, undefined, "one");
    agree(grid, monthly, undefined, "one");
    agree(grid, hourly, undefined, "many");
    agree(grid, wide, undefined, "many");
    agree(wide, grid, undefined, "one");
    agree(grid, grid, multiMapping({ date: { dimension: "date" }, region: { dimension: "region" } }), "many");
    agree(grid, multiPartitions({ date: users, region: regions }), undefined, "problem");
  });

  test("with a mapping", () => {
    agree(days, days, identityMapping(), "one");
    agree(grid, grid, identityMapping(), "one");
    agree(days, regions, lastMapping(), "one");
    agree(regions, days, allMapping(), "many");
    agree(days, regions, specificMapping("us"), "one");
    agree(days, regions, specificMapping(["us", "eu"]), "many");
    agree(days, regions, specificMapping("asia"), "problem");
    agree(regions, eu, staticMapping({ eu: "us" }), "many");
    agree(days, days, timeWindowMapping(), "many");
    agree(days, days, timeWindowMapping({ startOffset: -1, endOffset: -1 }), "many");
    agree(days, users, customMapping({ name: "none", upstream: () => [], downstream: () => [] }), "many");
  });
});
