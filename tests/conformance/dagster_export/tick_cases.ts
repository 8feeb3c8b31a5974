/** Crons in zones around changes of the clock, for the ticks that an export predicts. */

/** Some ticks of a schedule. */
export interface TickCase {
  readonly crons: readonly string[];
  readonly timezone: string;
  readonly atMs: number;
  readonly count: number;
}

/** Zones with a day near each of two changes of the clock. */
const CHANGES: readonly (readonly [zone: string, ...near: readonly string[]])[] = [
  ["America/New_York", "2026-03-06", "2026-10-30"],
  ["Europe/Berlin", "2026-03-27", "2026-10-23"],
  ["Europe/London", "2026-03-27", "2026-10-23"],
  ["Europe/Dublin", "2026-03-27", "2026-10-23"],
  ["Australia/Sydney", "2026-04-03", "2026-10-02"],
  ["Australia/Lord_Howe", "2026-04-03", "2026-10-02"],
  ["Pacific/Auckland", "2026-04-03", "2026-09-25"],
  ["Asia/Kolkata", "2026-03-27", "2026-10-23"],
  ["Asia/Kathmandu", "2026-03-27", "2026-10-23"],
  ["America/Havana", "2026-03-06", "2026-10-30"],
  ["America/Sao_Paulo", "2017-10-13", "2018-02-16"],
  ["Antarctica/Troll", "2026-03-27", "2026-10-23"],
];

/** Crons of every kind that Dagster walks in a way of its own. */
const CRONS: readonly (readonly string[])[] = [
  ["0 0 * * *"],
  ["30 0 * * *"],
  ["0 1 * * *"],
  ["30 1 * * *"],
  ["0 2 * * *"],
  ["30 2 * * *"],
  ["15 3 * * *"],
  ["30 23 * * *"],
  ["0 * * * *"],
  ["15 * * * *"],
  ["0,30 * * * *"],
  ["*/20 * * * *"],
  ["30 */3 * * *"],
  ["30 1,2 * * *"],
  ["0 9-17 * * 1-5"],
  ["30 2 * * 0"],
  ["0 2 * * SUN,3"],
  ["30 1 29 * *"],
  ["15 2 1,15,29 * *"],
  ["0 0 1 * *"],
  ["0 2 L * *"],
  ["30 1 * * mon#2"],
  ["0 6 29 2 *"],
  ["@daily"],
  ["30 2 * * *", "15 * * * *"],
  ["0 2 * * *", "0 2 * * 0", "30 2 * * 1-5"],
];

/** Every cron in every zone: so many ticks over both changes. */
export function tickCases(count: number): readonly TickCase[] {
  return CHANGES.flatMap(([timezone, ...near]) =>
    near.flatMap((day) =>
      CRONS.map((crons) => ({ crons, timezone, atMs: Date.parse(`${day}T00:17Z`), count }))
    )
  );
}
