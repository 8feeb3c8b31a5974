/** `sluice schedules`. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { useFolders } from "./support/folder.ts";
import { sluice } from "./support/sluice.ts";

const newFolder = useFolders();

function open() {
  const folder = newFolder();
  return (line: string, options: Parameters<typeof sluice>[1] = {}) =>
    sluice(line.split(" "), { ...options, env: { SLUICE_FOLDER: folder } });
}

describe("sluice schedules", () => {
  test("lists them before anything ran", async () => {
    const run = open();
    const { code, out } = await run("schedules clockwork.ts");
    assert.equal(code, 0);
    const lines = out.split("\n").map((line) => line.replace(/ +/g, " "));
    assert.match(lines[1], /^pulse \* \* \* \* \* \* UTC on \d{4}-/);
    assert.match(lines[2], /^nightly 30 2 \* \* \* Europe\/Berlin on \d{4}-/);
    assert.match(lines[3], /^days windows of 0 0 \* \* \* Europe\/Berlin off/);
    const { schedules } = (await run("schedules clockwork.ts --json")).json<
      { schedules: readonly object[] }
    >();
    const { nextMs, ...days } = schedules[2] as { readonly nextMs?: number };
    assert.equal(nextMs, undefined);
    assert.deepEqual(days, {
      name: "days",
      crons: [],
      partitions: "last",
      misfire: { policy: "fire-once", cap: 100 },
      overlap: "skip",
      jitterMs: 0,
      isOn: false,
      failures: 0,
    });
    assert.match((await run("schedules sales.ts")).out, /^The module declares no schedules\.\n/);
  });

  test("explains what clock changes do to one", async () => {
    const run = open();
    const { out } = await run("schedules clockwork.ts explain nightly --from 2026-03-28 --limit 3");
    assert.equal(
      out,
      [
        "nightly: 30 2 * * * Europe/Berlin",
        "Europe/Berlin               UTC                  note",
        "2026-03-28 02:30:00 +01:00  2026-03-28 01:30:00",
        "2026-03-29 03:00:00 +02:00  2026-03-29 01:00:00  moved out of the gap",
        "2026-03-30 02:30:00 +02:00  2026-03-30 00:30:00",
        "",
      ].join("\n"),
    );
    const { ticks } = (await run("schedules clockwork.ts explain nightly --from 2026-10-25 --limit 1 --json"))
      .json<
        { readonly ticks: readonly object[] }
      >();
    assert.deepEqual(ticks, [{
      atMs: Date.UTC(2026, 9, 25, 1, 30),
      local: "2026-10-25 02:30:00 +01:00",
      note: "second pass",
    }]);
    assert.match(
      (await run("schedules clockwork.ts explain days --from 2026-03-29T12:00Z --limit 1")).out,
      /2026-03-30 00:00:00 \+02:00/,
    );
  });

  test("pauses and resumes one, for all who look", async () => {
    const run = open();
    assert.match((await run("schedules clockwork.ts pause nightly")).out, /^nightly is paused/);
    assert.match((await run("schedules clockwork.ts")).out, /nightly .* off/);
    assert.equal((await run("schedules clockwork.ts resume nightly")).out, "nightly is on.\n");
    assert.match((await run("schedules clockwork.ts")).out, /nightly .* on /);
  });

  test("refuses what it does not know", async () => {
    const run = open();
    const refused = async (words: string, message: RegExp) => {
      const { code, err } = await run(`schedules clockwork.ts ${words}`);
      assert.equal(code, 2, words);
      assert.match(err, message);
    };
    await refused("explian nightly", /does not know "explian"[\s\S]*explain/);
    await refused("explain", /takes the name of one schedule/);
    await refused("explain nightly daily", /takes the name of one schedule/);
    await refused("pause nighly", /There is no schedule "nighly"[\s\S]*nightly/);
    await refused("explain nightly --from tomorrow", /--from takes a date/);
  });
});
