import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { plainCron } from "../../../../adapters/prefect/time/cron.ts";
import { separateCrons } from "../../../../adapters/prefect/time/separate.ts";
import { doubledTicks, prefectTicks } from "../../../../adapters/prefect/time/ticks.ts";

const FROM_MS = Date.UTC(2026, 0, 1);
const UNTIL_MS = Date.UTC(2026, 3, 15);

function separate(crons: readonly string[], timezone = "UTC"): readonly string[] {
  return separateCrons(crons.map(plainCron), timezone, FROM_MS, UNTIL_MS);
}

describe("separateCrons", () => {
  test("takes from each cron what another names", () => {
    assert.deepEqual(separate(["0 */6 * * *", "0 12 * * 1"]), ["0 0,6,12,18 * * *"]);
    assert.deepEqual(separate(["0 6 * * mon", "0 6,7 * * *"]), ["0 6,7 * * *"]);
    assert.deepEqual(separate(["0,30 6-8 * * *", "0 8-10 * * *"]), ["0,30 6,7,8 * * *", "0 9,10 * * *"]);
    assert.deepEqual(separate(["0 6 * * *", "*/30 * * * *", "5 6 * * *"]), ["0,30 * * * *", "5 6 * * *"]);
    assert.deepEqual(separate(["*/20 * * * *", "*/30 * * * *"]), ["0,20,40 * * * *", "30 * * * *"]);
    assert.deepEqual(separate(["0 6 * * 1", "0 6 * 1,2 1"]), ["0 6 * * 1"]);
  });

  test("leaves crons alone that do not meet, or whose days cannot be told apart", () => {
    for (
      const crons of [["30 2 * * *", "15 * * * *"], ["0 12 1 * *", "0 12 * * 0"], ["0 6 L * *"], [
        "0 6 * * *",
        "0 * * * 1-5",
      ]]
    ) {
      assert.deepEqual(separate(crons), crons.map(plainCron));
    }
  });

  test("keeps every instant, in every zone, and doubles none that it can tell apart", () => {
    const list = (most: number) =>
      fc.uniqueArray(fc.integer({ min: 0, max: most }), { minLength: 1, maxLength: 4 });
    const field = (most: number) => fc.oneof(fc.constant("*"), list(most).map((values) => values.join(",")));
    const cron = fc.tuple(list(59), field(23), fc.constantFrom("*", "1,2", "1")).map((
      [minutes, hours, weekdays],
    ) => `${minutes.join(",")} ${hours} * * ${weekdays}`);
    const zones = fc.constantFrom("UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana");
    fc.assert(
      fc.property(fc.array(cron, { minLength: 2, maxLength: 3 }), zones, (crons, timezone) => {
        const plain = crons.map(plainCron);
        const separated = separateCrons(plain, timezone, FROM_MS, UNTIL_MS);
        const instants = (each: readonly string[]) =>
          new Set(each.flatMap((one) => prefectTicks(one, timezone, FROM_MS, UNTIL_MS)));
        assert.deepEqual([...instants(separated)].sort(), [...instants(plain)].sort());
        const doubled = (each: readonly string[]) =>
          doubledTicks(each.map((one) => ({ cron: one, timezone })), FROM_MS, UNTIL_MS).length;
        assert.ok(doubled(separated) <= doubled(plain));
        if (timezone === "UTC" && crons.every((one) => one.endsWith("* * *"))) {
          assert.equal(doubled(separated), 0);
        }
      }),
      { seed: 4, numRuns: 60 },
    );
  });
});
