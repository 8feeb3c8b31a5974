import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  dailyPartitions,
  dynamicPartitions,
  hourlyPartitions,
  multiPartitions,
  staticPartitions,
  timePartitions,
} from "sluice";
import { briefPartitions } from "../../src/monitor/brief.ts";

describe("briefPartitions", () => {
  test("says the kind in a word or two", () => {
    const day = dailyPartitions({ start: "2026-01-01" });
    const region = staticPartitions(["eu", "us"]);
    assert.deepEqual(
      [
        day,
        hourlyPartitions({ start: "2026-01-01", timezone: "Europe/Berlin" }),
        timePartitions({ cron: "0 6 * * 1", start: "2026-01-01" }),
        region,
        staticPartitions(["one"]),
        dynamicPartitions("customers"),
        multiPartitions({ region, day }),
      ].map(briefPartitions),
      [
        "day",
        "hour in Europe/Berlin",
        "cron 0 6 * * 1",
        "2 keys",
        "1 key",
        "dynamic customers",
        "day x region",
      ],
    );
  });
});
