import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOrchestrator } from "sluice";
import { virtualClock } from "sluice/testing";
import watched from "../fixtures/watched.ts";
import { sluice } from "../support/sluice.ts";

describe("sluice sensors", () => {
  test("lists what is watched", async () => {
    const { code, out } = await sluice("sensors watched.ts --store memory");
    assert.equal(code, 0);
    assert.deepEqual(
      out.split("\n"),
      [
        "sensor  watches                          looks        state",
        "queue   a function                       every 5.0 s  on",
        "broken  a function                       every 30 s   off",
        "inbox   files *.csv in nowhere           every 30 s   on",
        "after   runs of nightly that are failed  at once      on",
        "4 sensors",
        "",
      ].map((line) => line),
    );
  });

  test("says what one would ask for, and starts nothing", async () => {
    const { code, out } = await sluice("sensors watched.ts evaluate queue --dry-run --store memory");
    assert.equal(code, 0);
    assert.deepEqual(out.split("\n"), [
      "queue would ask for 1 run. Nothing was started.",
      "  the run of order 1  team=data n=1",
      "  add to x: a",
      "",
    ]);
    const skipped = await sluice("sensors watched.ts evaluate inbox --store memory");
    assert.match(skipped.out, /would ask for 0 runs[^]*It says: There is no folder nowhere\./);
  });

  test("shows the ticks of one, pauses it and resumes it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sluice-"));
    try {
      const clock = virtualClock(Date.UTC(2026, 0, 1));
      const live = createOrchestrator(watched, { folder, defaultIO: "memory", clock });
      await live.start();
      for (let n = 0; n < 40; n++) {
        await clock.advance(200);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await live.close();
      const { out } = await sluice(["sensors", "watched.ts", "queue", "--folder", folder]);
      assert.match(out, /^queue {2}Orders that wait\nwatches/);
      assert.match(out, /requested {2}order 1 {2}run [0-9a-z]{16}/);
      const { sensor, ticks } =
        (await sluice(["sensors", "watched.ts", "queue", "--json", "--folder", folder]))
          .json<{ sensor: { cursor: number; isOn: boolean }; ticks: unknown[] }>();
      assert.deepEqual([sensor.cursor, sensor.isOn, ticks.length], [2, true, 2]);
      const next =
        (await sluice(["sensors", "watched.ts", "evaluate", "queue", "--json", "--folder", folder])).json();
      assert.deepEqual(next.runs, [{
        runKey: "order 3",
        config: {},
        tags: {
          team: "data",
          n: "3",
          "sluice/sensor": "queue",
          "sluice/caused_by": "queue",
          "sluice/run_key": "order 3",
        },
      }]);
      assert.match(
        (await sluice(["sensors", "watched.ts", "pause", "queue", "--folder", folder])).out,
        /paused/,
      );
      assert.match((await sluice(["sensors", "watched.ts", "--folder", folder])).out, /queue .* paused/);
      assert.match(
        (await sluice(["sensors", "watched.ts", "resume", "queue", "--folder", folder])).out,
        / on/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("refuses names and words that it does not know", async () => {
    const wrong = await sluice("sensors watched.ts queu --store memory");
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /There is no sensor "queu"[^]*Did you mean queue/);
    assert.equal((await sluice("sensors watched.ts evaluate --store memory")).code, 2);
    assert.equal((await sluice("sensors watched.ts queue inbox --store memory")).code, 2);
    assert.match(
      (await sluice("sensors watched.ts evaluate after --store memory")).err,
      /follows what is recorded/,
    );
  });
});

describe("sluice sensor", () => {
  const ask = (request: object) =>
    sluice("sensor watched.ts", { input: JSON.stringify({ version: 1, ...request }) });

  test("answers with one line of JSON, and takes its cursor back", async () => {
    const { code, out } = await ask({ sensor: "queue" });
    assert.equal(code, 0);
    const answer = JSON.parse(out);
    assert.deepEqual(answer, {
      version: 1,
      status: "success",
      sensor: "queue",
      runs: [{
        runKey: "order 1",
        config: {},
        tags: {
          team: "data",
          n: "1",
          "sluice/sensor": "queue",
          "sluice/caused_by": "queue",
          "sluice/run_key": "order 1",
        },
      }],
      cursor: "1",
      addPartitions: { x: ["a"] },
    });
    const next = JSON.parse((await ask({ sensor: "queue", cursor: answer.cursor, lastTickMs: 5 })).out);
    assert.deepEqual([next.runs[0].runKey, next.cursor], ["order 2", "2"]);
  });

  test("tells why it could not look, with the cursor as it was", async () => {
    const { code, out } = await ask({ sensor: "broken", cursor: "[1]" });
    assert.equal(code, 78);
    const { status, runs, cursor, error } = JSON.parse(out);
    assert.deepEqual([status, runs, cursor, error.message], ["failed", [], "[1]", "the queue is closed"]);
    assert.equal(JSON.parse((await ask({ sensor: "after" })).out).error.code, "SENSOR_INVALID");
    assert.equal(JSON.parse((await ask({ sensor: "queu" })).out).error.code, "USAGE");
    assert.notEqual((await ask({ sensors: "queue" })).code, 0);
  });
});
