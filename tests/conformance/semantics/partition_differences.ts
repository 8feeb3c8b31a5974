/** Where partitions and cron mean something else to us than to Dagster: each on purpose, with its reason. */
import type { CaseOptions, CronCase } from "./partition_cases.ts";

/** Cron texts that Dagster takes and we refuse. */
export interface CronRefusal {
  readonly name: string;
  readonly reason: string;
  /** What our error says. */
  readonly says: RegExp;
  readonly examples: readonly string[];
}

/** Every kind of text that only we refuse. */
export const CRON_REFUSALS: readonly CronRefusal[] = [
  {
    name: "chance",
    reason: "`R` is a random number, drawn anew each time the text is read: no two processes would agree.",
    says: /"r(?:\/\d+)?" is not a /,
    examples: ["R 4 * * *", "0 R * * *"],
  },
  {
    name: "ranges of one value",
    reason: "`5-5` and `59/5` mean the whole field to Dagster's cron and one value to most others.",
    says: /a range of one value/,
    examples: ["0 5-5 * * *", "59/5 * * * *", "0 0 * * sun-sun"],
  },
  {
    name: "steps over the end of a range",
    reason: "Dagster's cron restarts the steps of `21-3/2` off by one behind the end of the field.",
    says: /takes no step/,
    examples: ["0 21-3/2 * * *"],
  },
  {
    name: "numbered weekdays beside plain ones",
    reason: "`*,1#2` means only the second Monday to Dagster's cron, and not any day.",
    says: /do not mix/,
    examples: ["0 0 * * *,1#2", "0 0 * * 0-6,1#2"],
  },
  {
    name: "days that never come",
    reason: "Dagster takes `0 0 31 4 *` and fails when it is asked for a tick.",
    says: /never comes in/,
    examples: ["0 0 31 4 *"],
  },
];

/** Ticks that differ though both take the text. */
export interface TickDifference {
  readonly name: string;
  readonly reason: string;
  readonly example: CronCase;
  /** Whether the difference explains why our first tick that differs is none of Dagster's. */
  explains(cron: string, isBackwards: boolean, tickMs: number): boolean;
}

/** Every reason for other ticks in zones where Dagster keeps its rule. */
export const TICK_DIFFERENCES: readonly TickDifference[] = [
  {
    name: "numbered weekdays and days of month",
    reason:
      "When both day fields are set, either is enough. Dagster forgets the day of month beside `1#2` and `L5`.",
    example: { cron: "0 0 8-14 * 1#2", timezone: "UTC", atMs: Date.UTC(2024, 0, 1), count: 4 },
    explains: (cron) => /#|l\d/i.test(cron.split(" ")[4]) && !/^[*?]$/.test(cron.split(" ")[2]),
  },
  {
    name: "29 February, backwards",
    reason: "Walking backwards from March, Dagster's cron takes February for 28 days in every year.",
    example: { cron: "0 0 26,29 * *", timezone: "UTC", atMs: Date.UTC(2024, 2, 20), count: 4 },
    explains: (cron, isBackwards, tickMs) =>
      isBackwards && cron.split(" ")[2] !== "*" && /-02-29|-03-01/.test(new Date(tickMs).toISOString()),
  },
];

/** A cron in a zone where Dagster departs from its own rule, with the local ticks by the rule. */
export interface Departure {
  readonly cron: string;
  readonly timezone: string;
  /** The local day from whose midnight (UTC) on ticks are counted. */
  readonly from: string;
  readonly local: readonly string[];
  /** Dagster's answer depends on the season in which it runs. */
  readonly isSeasonal?: true;
}

/**
 * Dagster assumes that clocks are set by one hour, on the hour, between 01:00 and 03:59, and that zones say so in
 * their flags. Here the rule holds everywhere.
 */
export const DEPARTURES: readonly Departure[] = [
  // Gaps at midnight: the first instant after the gap, not as many minutes behind it.
  {
    cron: "30 0 * * *",
    timezone: "America/Sao_Paulo",
    from: "2017-10-14",
    local: ["2017-10-14T00:30", "2017-10-15T01:00", "2017-10-16T00:30"],
  },
  {
    cron: "30 0 * * *",
    timezone: "Africa/Cairo",
    from: "2023-04-27",
    local: ["2023-04-28T01:00", "2023-04-29T00:30"],
  },
  {
    cron: "15 0 * * *",
    timezone: "Asia/Beirut",
    from: "2022-03-26",
    local: ["2022-03-27T01:00", "2022-03-28T00:15"],
  },
  {
    cron: "30 0 * * *",
    timezone: "Asia/Tehran",
    from: "2021-03-21",
    local: ["2021-03-22T01:00", "2021-03-23T00:30"],
  },
  {
    cron: "30 0 * * *",
    timezone: "America/St_Johns",
    from: "2010-03-13",
    local: ["2010-03-13T00:30", "2010-03-14T01:01", "2010-03-15T00:30"],
  },
  // Zones whose winter time is the one that is flagged.
  {
    cron: "30 1 * * *",
    timezone: "Europe/Dublin",
    from: "2023-03-25",
    local: ["2023-03-25T01:30", "2023-03-26T02:00", "2023-03-27T01:30"],
  },
  {
    cron: "30 2 * * *",
    timezone: "Africa/Casablanca",
    from: "2023-04-22",
    local: ["2023-04-22T02:30", "2023-04-23T03:00", "2023-04-24T02:30"],
  },
  // A gap of two hours.
  {
    cron: "0 1 * * *",
    timezone: "Antarctica/Troll",
    from: "2023-03-25",
    local: ["2023-03-25T01:00", "2023-03-26T03:00", "2023-03-27T01:00"],
  },
  // Times that exist twice, at other hours than Dagster expects: the second time.
  {
    cron: "30 23 * * *",
    timezone: "America/Sao_Paulo",
    from: "2018-02-17",
    local: ["2018-02-16T23:30", "2018-02-17T23:30-0300"],
  },
  {
    cron: "1 0 * * *",
    timezone: "America/Havana",
    from: "2023-11-04",
    local: ["2023-11-04T00:01", "2023-11-05T00:01-0500"],
  },
  // A day that does not exist.
  {
    cron: "0 6 * * *",
    timezone: "Pacific/Apia",
    from: "2011-12-29",
    local: ["2011-12-29T06:00", "2011-12-31T00:00", "2011-12-31T06:00", "2012-01-01T06:00"],
  },
  // Hours that begin at half past elsewhere, for half of the year.
  {
    cron: "0 * * * *",
    timezone: "Australia/Lord_Howe",
    from: "2023-06-01",
    local: ["2023-06-01T11:00", "2023-06-01T12:00"],
    isSeasonal: true,
  },
  {
    cron: "0 * * * *",
    timezone: "Australia/Lord_Howe",
    from: "2023-12-01",
    local: ["2023-12-01T11:00", "2023-12-01T12:00"],
    isSeasonal: true,
  },
  // A `*` in a list of hours is every hour too: both passes tick.
  {
    cron: "30 *,5 * * *",
    timezone: "America/New_York",
    from: "2024-11-03",
    local: [
      "2024-11-02T20:30",
      "2024-11-02T21:30",
      "2024-11-02T22:30",
      "2024-11-02T23:30",
      "2024-11-03T00:30",
      "2024-11-03T01:30",
      "2024-11-03T01:30-0500",
    ],
  },
];

/** Definitions that both take, with other keys. */
export interface KeyDifference {
  readonly name: string;
  readonly reason: string;
  readonly options: CaseOptions;
  readonly now: string;
  readonly ours: readonly string[];
  readonly dagster: readonly string[];
}

/** Every reason for other keys. */
export const KEY_DIFFERENCES: readonly KeyDifference[] = [
  {
    name: "a start that does not exist",
    reason:
      "A start in a gap means the first instant after it, as cron means it. To Dagster it means as many minutes later, " +
      "so that the window that the same time of day starts is lost.",
    options: {
      kind: "day",
      start: "2024-03-10T02:30",
      timezone: "America/New_York",
      hourOffset: 2,
      minuteOffset: 30,
    },
    now: "2024-03-13T00:00Z",
    ours: ["2024-03-10", "2024-03-11"],
    dagster: ["2024-03-11"],
  },
  {
    name: "an exclusion that exists twice",
    reason:
      "A local time excludes the window whose key shows it. Dagster looks for a window at its first pass.",
    options: {
      kind: "day",
      start: "2024-11-02",
      timezone: "America/New_York",
      hourOffset: 1,
      exclusions: ["2024-11-03T01:00"],
    },
    now: "2024-11-05T00:00Z",
    ours: ["2024-11-02"],
    dagster: ["2024-11-02", "2024-11-03"],
  },
];

/** Definitions that only one side takes. */
export interface KeyRefusal {
  readonly name: string;
  readonly reason: string;
  readonly options: CaseOptions;
  /** What our error says; absent when it is Dagster that refuses. */
  readonly says?: RegExp;
}

/** Every kind of definition that only one side takes. Exclusions of every window are not asked: Dagster never answers. */
export const KEY_REFUSALS: readonly KeyRefusal[] = [
  {
    name: "a key format coarser than the cron",
    reason: "Dagster gives several windows the same key.",
    options: { kind: "hour", start: "2024-01-01", keyFormat: "%Y-%m-%d" },
    says: /different hours/,
  },
  {
    name: "a gap that gives two windows one key",
    reason:
      "The clock in Scoresbysund is set from Saturday 23:00 to Sunday: two windows start on that Sunday.",
    options: {
      kind: "day",
      start: "2025-03-01",
      timezone: "America/Scoresbysund",
      hourOffset: 23,
      minuteOffset: 30,
    },
    says: /two windows would have the key/,
  },
  {
    name: "a key format that cannot be read back",
    reason: "Week numbers do not name a day; Dagster lists such keys and then refuses them.",
    options: { kind: "week", start: "2024-01-01", keyFormat: "%Y-W%W" },
    says: /"%W" is not supported/,
  },
  {
    name: "an end that is not after the start",
    reason: "There would never be a partition.",
    options: { kind: "day", start: "2024-01-02", end: "2024-01-01" },
    says: /not after the start/,
  },
  {
    name: "an empty key",
    reason: "The empty key is the one of assets without partitions.",
    options: { kind: "static", keys: ["a", ""] },
    says: /may not be empty/,
  },
  {
    name: "a separator in a key",
    reason: "`|` parts the keys of several dimensions; a key that holds none can become one of a dimension.",
    options: { kind: "static", keys: ["a", "b|c"] },
    says: /keys of several dimensions/,
  },
  {
    name: "keys that differ by Unicode form",
    reason: "People and file systems do not tell them apart.",
    options: { kind: "static", keys: ["caf\u00e9", "cafe\u0301"] },
    says: /differ only by their Unicode form/,
  },
  {
    name: "day 0 of the month",
    reason: "Dagster reads it as the first.",
    options: { kind: "month", start: "2024-01-01", dayOffset: 0 },
    says: /1 to 31, not 0/,
  },
  {
    name: "a separator in the keys of a dimension",
    reason: "Dagster leaves such cells out without a word.",
    options: {
      kind: "multi",
      dimensions: {
        date: { kind: "day", start: "2024-01-01", keyFormat: "%Y|%m|%d" },
        region: { kind: "static", keys: ["eu"] },
      },
    },
    says: /keys of several dimensions/,
  },
  {
    name: "three dimensions",
    reason: "Dagster has two.",
    options: {
      kind: "multi",
      dimensions: {
        a: { kind: "static", keys: ["x"] },
        b: { kind: "static", keys: ["y"] },
        c: { kind: "static", keys: ["z"] },
      },
    },
  },
];
