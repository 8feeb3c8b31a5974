/** The monthly figures against the same file, worked out by a database. */
import { test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { createOrchestrator } from "sluice";
import weather, { day, kind, month, raw } from "../../examples/weather/definitions.ts";
import { drawChart } from "../../examples/weather/chart.ts";
import type { Month } from "../../examples/weather/figures.ts";
import { packagedRecords } from "../../examples/weather/records.ts";

/** The file as a table. */
function openTable(): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  database.exec(
    "CREATE TABLE weather (date TEXT, precipitation REAL, high REAL, low REAL, wind REAL, kind TEXT)",
  );
  const insert = database.prepare("INSERT INTO weather VALUES (?, ?, ?, ?, ?, ?)");
  for (const line of readFileSync(packagedRecords, "utf8").trim().split("\n").slice(1)) {
    insert.run(...line.split(","));
  }
  return database;
}

test("the monthly figures are those of the file", async () => {
  const database = openTable();
  await using sluice = createOrchestrator(weather, { store: "memory", defaultIO: "memory" });
  const { status } = await sluice.backfill({ select: [raw, day, month, kind] });
  assert.equal(status, "success");
  const rows = database.prepare(`
    SELECT substr(date, 1, 7) AS month, count(*) AS days, avg(high) AS high, avg(low) AS low,
      sum(precipitation) AS precipitation, sum(kind = 'rain') AS rain, sum(kind = 'sun') AS sun,
      sum(kind = 'snow') AS snow, sum(kind = 'fog') AS fog, sum(kind = 'drizzle') AS drizzle
    FROM weather GROUP BY 1 ORDER BY 1`).all() as unknown as readonly Record<string, number>[];
  assert.equal(rows.length, 48);
  for (const row of rows) {
    const made = await sluice.load(month, String(row.month)) as Month;
    assert.equal(made.days, row.days);
    assert.deepEqual({ ...made.kinds }, {
      rain: row.rain,
      sun: row.sun,
      snow: row.snow,
      fog: row.fog,
      drizzle: row.drizzle,
    });
    for (
      const [ours, theirs] of [[made.meanMax, row.high], [made.meanMin, row.low], [
        made.precipitation,
        row.precipitation,
      ]]
    ) {
      assert.ok(Math.abs(ours - theirs) <= 0.005 + 1e-9, `${row.month}: ${ours} is not ${theirs}`);
    }
  }
  const years = database.prepare(
    "SELECT count(*) AS days FROM weather WHERE date LIKE '2013%' AND kind = 'rain'",
  ).get();
  assert.equal((await sluice.load(kind, "rain|2013") as { days: number }).days, years?.days);
});

test("every chart of the file has room for its bars and lines", async () => {
  await using sluice = createOrchestrator(weather, { store: "memory", defaultIO: "memory" });
  await sluice.backfill({ select: [raw, day, month] });
  for (const year of ["2012", "2013", "2014", "2015"]) {
    const keys = Array.from({ length: 12 }, (_, index) => `${year}-${String(index + 1).padStart(2, "0")}`);
    const chart = drawChart(
      year,
      await Promise.all(keys.map((key) => sluice.load(month, key) as Promise<Month>)),
    );
    const bars = [...chart.matchAll(/y="([-\d.]+)"[^>]*><title>/g)].map(([, y]) => Number(y));
    const points = [...chart.matchAll(/points="([^"]*)"/g)].flatMap(([, text]) => text.split(" "));
    const heights = points.map((point) => Number(point.split(",")[1]));
    assert.deepEqual([bars.length, heights.length], [12, 24]);
    for (const y of [...bars, ...heights]) assert.ok(y >= 50 && y <= 268, `${y} in ${year}`);
  }
});
