import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { plainCron } from "../../../../adapters/prefect/time/cron.ts";
import { openCadence } from "../../../../src/model/time/cadence.ts";

const PLAIN = [
  ["0 2 * * *", "0 2 * * *"],
  ["@daily", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
  ["*/20 * * * *", "0,20,40 * * * *"],
  ["0 22-2 * * fri-mon", "0 0,1,2,22,23 * * 0,1,5,6"],
  ["5/15 8-10 1,15 jan-mar *", "5,20,35,50 8,9,10 1,15 1,2,3 *"],
  ["0 0 L * *", "0 0 L * *"],
  ["0 0 15,L * *", "0 0 15,L * *"],
  ["0 0 * * L5", "0 0 * * L5"],
  ["0 0 * * mon#2,fri#3", "0 0 * * 1#2,5#3"],
  ["0 0 1-31 * mon", "0 0 * * *"],
  ["0 0 ? * 7", "0 0 * * 0"],
  ["0 0 13 * 5", "0 0 13 * 5"],
] as const;

describe("plainCron", () => {
  test("writes every form as lists of numbers", () => {
    for (const [text, plain] of PLAIN) assert.equal(plainCron(text), plain, text);
  });

  test("never changes when a cron ticks", () => {
    for (const [text] of PLAIN) {
      const [one, other] = [text, plainCron(text)].map((cron) => {
        const ticks = openCadence(cron, "Europe/Berlin").from(Date.UTC(2026, 0, 1));
        return Array.from({ length: 200 }, () => ticks.next());
      });
      assert.deepEqual(one, other, text);
    }
  });
});
