/** Definitions and cron texts that are read by Dagster and by us. */
import fc from "fast-check";

/** A definition as its options, in one shape for all kinds. Local times are texts without a zone. */
export type CaseOptions = WindowCase | NameCase | {
  readonly kind: "multi";
  readonly dimensions: CaseDimensions;
};

/** Dimensions by name. */
export type CaseDimensions = { readonly [name: string]: WindowCase | NameCase };

/** Fixed or dynamic names. */
export type NameCase =
  | { readonly kind: "static"; readonly keys: readonly string[] }
  | { readonly kind: "dynamic"; readonly name: string };

/** Windows of a unit or a cron. */
export interface WindowCase {
  readonly kind: "hour" | "day" | "week" | "month" | "cron";
  readonly cron?: string;
  readonly start: string;
  readonly end?: string;
  readonly timezone?: string;
  readonly endOffset?: number;
  readonly exclusions?: readonly string[];
  readonly keyFormat?: string;
  readonly minuteOffset?: number;
  readonly hourOffset?: number;
  readonly dayOffset?: number;
}

/** A definition at an instant. */
export interface DefinitionCase {
  readonly options: CaseOptions;
  readonly nowMs: number;
}

/** A cron in a zone around an instant. */
export interface CronCase {
  readonly cron: string;
  readonly timezone: string;
  readonly atMs: number;
  readonly count: number;
}

/** Keys of dynamic definitions, by name. */
export const DYNAMIC_KEYS: { readonly [name: string]: readonly string[] } = {
  users: ["ann", "bob", "eve"],
  none: [],
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Zones in which Dagster keeps its own rule, with a day near a change of the clock. */
const ZONES: readonly (readonly [zone: string, near: string])[] = [
  ["UTC", "2024-02-27"],
  ["America/New_York", "2024-03-08"],
  ["America/New_York", "2024-11-01"],
  ["US/Central", "2021-11-05"],
  ["US/Central", "2022-03-11"],
  ["Europe/Berlin", "2023-03-24"],
  ["Europe/Berlin", "2023-10-27"],
  ["Europe/London", "2024-10-25"],
  ["Australia/Sydney", "2024-04-05"],
  ["Australia/Adelaide", "2024-10-04"],
  ["Asia/Kolkata", "2024-12-30"],
  ["Asia/Kathmandu", "2024-06-29"],
  ["Pacific/Apia", "2023-05-30"],
  ["America/Sao_Paulo", "2023-10-14"],
];

/** How far the windows of a kind reach, and what may vary. */
interface Rhythm {
  readonly kind: WindowCase["kind"];
  readonly reachDays: number;
  readonly crons?: readonly string[];
  readonly formats: readonly (string | undefined)[];
  readonly exclusions: readonly string[];
}

const RHYTHMS: readonly Rhythm[] = [
  {
    kind: "hour",
    reachDays: 8,
    formats: [undefined, "%Y%m%dT%H%M%z", "%d.%m.%Y %H:%M"],
    exclusions: ["0 3 * * *", "30 * * * 0", "15 2-4 * * *"],
  },
  {
    kind: "day",
    reachDays: 50,
    formats: [undefined, "%Y/%m/%d", "%Y-%m-%dT%H:%M%z"],
    exclusions: ["0 0 * * 0,6", "0 6 1 * *"],
  },
  { kind: "week", reachDays: 400, formats: [undefined, "%y%m%d"], exclusions: ["0 0 1-7 * *", "30 2 * * 1"] },
  { kind: "month", reachDays: 1500, formats: [undefined, "%Y-%m", "%b %Y"], exclusions: ["0 0 * 2,7 *"] },
  {
    kind: "cron",
    reachDays: 20,
    crons: [
      "*/15 * * * *",
      "7,37 * * * *",
      "*/7 * * * *",
      "*/30 9-17 * * 1-5",
      "15 */3 * * *",
      "0 0,12 * * *",
    ],
    formats: ["%Y-%m-%d-%H:%M", "%Y-%m-%d %I:%M %p%z", "%j/%Y, %H.%M"],
    exclusions: ["0 9,12 * * *", "30 9-11 * * *", "15 0 * * 3"],
  },
  {
    kind: "cron",
    reachDays: 300,
    crons: [
      "0 0 * * 1-5",
      "30 2 * * *",
      "0 0 1,15 * *",
      "15 3 13 * 5",
      "0 9 L * *",
      "0 0 * * mon#2",
      "0 5 * * L5",
      "0 0 */10 * *",
      "@weekly",
      "0 2 * * SUN,3",
    ],
    formats: ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S"],
    exclusions: ["0 0 * * 3", "0 0 1 * *", "30 2 */2 * *"],
  },
];

/** Seeded definitions by time. */
const windowCase: fc.Arbitrary<{ options: WindowCase; nowMs: number }> = fc.record({
  zone: fc.constantFrom(...ZONES),
  rhythm: fc.constantFrom(...RHYTHMS),
  pick: fc.nat(),
  startPart: fc.integer({ min: 0, max: 100 }),
  startTime: fc.constantFrom("00:00", "00:00", "06:30", "23:15"),
  nowMinutes: fc.integer({ min: -3000, max: 5 * 1440 }),
  onTheHour: fc.boolean(),
  end: fc.option(fc.integer({ min: 0, max: 120 })),
  endOffset: fc.constantFrom(0, 0, 0, 1, 2, 5, -1, -2),
  exclusions: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
  offsets: fc.tuple(
    fc.constantFrom(0, 0, 15, 59),
    fc.constantFrom(0, 0, 6, 23),
    fc.constantFrom(undefined, 1, 5),
  ),
}).map((draw) => {
  const { kind, reachDays, crons, formats } = draw.rhythm;
  const [timezone, near] = draw.zone;
  const nearMs = Date.parse(`${near}T00:00Z`);
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const startMs = nearMs - draw.startPart / 100 * reachDays * DAY_MS;
  const exclusions = draw.rhythm.exclusions.filter((_, index) => draw.exclusions[index]);
  if (draw.exclusions[3]) exclusions.push(`${day(startMs + 3 * DAY_MS)}T00:00`);
  const [minuteOffset, hourOffset, dayOffset] = draw.offsets;
  const options: WindowCase = {
    kind,
    start: `${day(startMs)}T${draw.startTime}`,
    timezone,
    endOffset: draw.endOffset,
    exclusions,
    ...(crons && { cron: crons[draw.pick % crons.length] }),
    ...optional("keyFormat", formats[draw.pick % formats.length]),
    ...optional("end", endAfter(draw.end, startMs, reachDays, draw.startTime)),
    ...(kind !== "cron" && { minuteOffset }),
    ...(kind !== "cron" && kind !== "hour" && { hourOffset }),
    ...((kind === "week" || kind === "month") && optional("dayOffset", dayOffset)),
  };
  const now = nearMs + draw.nowMinutes * 60_000;
  return { options, nowMs: draw.onTheHour ? Math.floor(now / HOUR_MS) * HOUR_MS : now };
});

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [Key in Name]?: Value } {
  return value === undefined ? {} : { [name]: value } as { [Key in Name]?: Value };
}

/** An end some way behind the start, on its time of day or not. */
function endAfter(part: number | null, startMs: number, reachDays: number, time: string): string | undefined {
  if (part === null) return undefined;
  const end = new Date(startMs + DAY_MS + part / 100 * reachDays * DAY_MS);
  return `${end.toISOString().slice(0, 10)}T${part % 3 === 0 ? "12:34" : time}`;
}

const nameCase: fc.Arbitrary<NameCase> = fc.oneof(
  fc.constantFrom("users", "none").map((name) => ({ kind: "dynamic" as const, name })),
  fc.uniqueArray(
    fc.string({ unit: fc.constantFrom(..."abZ09 _-./caf\u00e9\u{1f600}#%"), minLength: 1, maxLength: 6 }),
    { maxLength: 6 },
  )
    .map((keys) => ({ kind: "static" as const, keys: keys.filter((key) => !key.includes("...")) })),
);

const multiCase: fc.Arbitrary<DefinitionCase> = fc.tuple(
  fc.uniqueArray(fc.constantFrom("date", "Region", "a", "B", "\u00e9", "\uffee", "\u{1f600}", "10", "9"), {
    minLength: 2,
    maxLength: 2,
  }),
  fc.oneof(windowCase, nameCase.map((options) => ({ options, nowMs: 0 }))),
  nameCase,
).filter(([, first]) => !("keyFormat" in first.options && first.options.keyFormat?.includes(",")))
  .map(([names, first, second]) => ({
    options: { kind: "multi", dimensions: { [names[0]]: first.options, [names[1]]: second } },
    nowMs: first.nowMs,
  }));

/** So many definitions of all kinds, most of them by time. */
export function definitionCases(count: number): readonly DefinitionCase[] {
  const names = nameCase.map((options): DefinitionCase => ({ options, nowMs: 0 }));
  const any = fc.oneof(
    { arbitrary: windowCase as fc.Arbitrary<DefinitionCase>, weight: 10 },
    { arbitrary: multiCase, weight: 2 },
    { arbitrary: names, weight: 1 },
  );
  return fc.sample(any, { seed: 13_028, numRuns: count });
}

/** Cron texts, most of them right, in zones near changes of the clock. */
export function cronCases(count: number): readonly CronCase[] {
  const fields = [
    item(0, 59),
    item(0, 23),
    item(1, 31, ["L", "?", "15-L"]),
    item(1, 12, ["jan", "OCT-Dec"]),
    item(0, 7, [
      "?",
      "Sun",
      "mon-FRI",
      "L5",
      "1#2",
      "fri-mon",
      "wed#5",
    ]),
  ];
  const lists = fields.map((each) =>
    fc.oneof(
      { arbitrary: fc.constant("*"), weight: 6 },
      { arbitrary: each, weight: 6 },
      {
        arbitrary: fc.array(each, { minLength: 2, maxLength: 3 }).map((items) => items.join(",")),
        weight: 2,
      },
    )
  );
  return fc.sample(
    fc.record({
      cron: fc.tuple(...lists).map((texts) => texts.join(" ")),
      zone: fc.constantFrom(...ZONES),
      minutes: fc.integer({ min: 0, max: 5 * 1440 }),
    }).map(({ cron, zone: [timezone, near], minutes }) => ({
      cron,
      timezone,
      atMs: Date.parse(`${near}T00:00Z`) + minutes * 60_000,
      count: 40,
    })),
    { seed: 5_002, numRuns: count },
  );
}

/** One item of a field: now and then out of range, or nonsense. */
function item(first: number, last: number, others: readonly string[] = []): fc.Arbitrary<string> {
  const value = fc.integer({ min: first, max: last });
  const rare = [
    String(last + 1),
    "x",
    "",
    "*/0",
    "R",
    "5L",
    "15W",
    "H",
    "-3",
    "1-2-3",
    "L-1",
    "?/2",
    "1#6",
    "\u00e9",
  ];
  return fc.oneof(
    { arbitrary: value.map(String), weight: 8 },
    { arbitrary: fc.tuple(value, value).map(([a, b]) => `${a}-${b}`), weight: 3 },
    {
      arbitrary: fc.tuple(value, value, fc.integer({ min: 1, max: 40 })).map(([a, b, step]) =>
        `${a}-${b}/${step}`
      ),
      weight: 2,
    },
    {
      arbitrary: fc.tuple(value, fc.integer({ min: 1, max: 90 })).map(([a, step]) => `${a}/${step}`),
      weight: 2,
    },
    { arbitrary: fc.integer({ min: 1, max: 90 }).map((step) => `*/${step}`), weight: 3 },
    { arbitrary: fc.constantFrom(...rare, ...others), weight: 1 },
    { arbitrary: others.length > 0 ? fc.constantFrom(...others) : value.map(String), weight: 3 },
  );
}
