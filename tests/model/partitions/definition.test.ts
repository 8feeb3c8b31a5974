import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { type IssueCode, SluiceError } from "../../../src/model/issue.ts";
import {
  dailyPartitions,
  dimensionNames,
  type DynamicPartitions,
  dynamicPartitions,
  hourlyPartitions,
  monthlyPartitions,
  type MultiPartitions,
  multiPartitions,
  samePartitions,
  type StaticPartitions,
  staticPartitions,
  type TimePartitions,
  timePartitions,
  weeklyPartitions,
} from "../../../src/model/partitions/definition.ts";
import { describePartitions } from "../../../src/model/partitions/describe.ts";

/** Compiles only when both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
function holds<_ extends true>(): void {}

const start = "2026-01-01";

/** Each thing that an object reaches, itself included. */
function* reach(value: unknown): Generator<object> {
  if (typeof value !== "object" || value === null) return;
  yield value;
  for (const each of Object.values(value)) yield* reach(each);
}

function refuses(declare: () => unknown, code: IssueCode, path: readonly string[], message: RegExp): void {
  assert.throws(declare, (error: unknown) => {
    assert.ok(error instanceof SluiceError, String(error));
    assert.equal(error.code, code);
    assert.deepEqual(error.issues[0].path, path);
    assert.match(error.message, message);
    return true;
  });
}

describe("definitions by time", () => {
  test("have Dagster's defaults", () => {
    assert.deepEqual(hourlyPartitions({ start }), {
      kind: "time",
      unit: "hour",
      cron: "0 * * * *",
      timezone: "UTC",
      startMs: Date.UTC(2026, 0, 1),
      endMs: undefined,
      endOffset: 0,
      exclusions: [],
      format: "%Y-%m-%d-%H:%M",
    });
    const facts = [dailyPartitions({ start }), weeklyPartitions({ start }), monthlyPartitions({ start })]
      .map(({ unit, cron, format }) => [unit, cron, format]);
    assert.deepEqual(facts, [
      ["day", "0 0 * * *", "%Y-%m-%d"],
      ["week", "0 0 * * 0", "%Y-%m-%d"],
      ["month", "0 0 1 * *", "%Y-%m-%d"],
    ]);
  });

  test("take offsets into cron and unit", () => {
    const facts = [
      hourlyPartitions({ start, minuteOffset: 15 }),
      dailyPartitions({ start, hourOffset: 6, minuteOffset: 30 }),
      dailyPartitions({ start, hourOffset: 0, minuteOffset: 5 }),
      weeklyPartitions({ start, dayOffset: 1, hourOffset: 4 }),
      monthlyPartitions({ start, dayOffset: 31 }),
      monthlyPartitions({ start, dayOffset: 1, minuteOffset: 1 }),
    ].map(({ unit, cron }) => [unit, cron]);
    assert.deepEqual(facts, [
      ["hour+15m", "15 * * * *"],
      ["day+6h30m", "30 6 * * *"],
      ["day+5m", "5 0 * * *"],
      ["week+1d4h", "0 4 * * 1"],
      ["month+31d", "0 0 31 * *"],
      ["month+1m", "1 0 1 * *"],
    ]);
  });

  test("carry their unit in their type", () => {
    const hour: number = 6;
    const quarter = hourlyPartitions({ start, minuteOffset: 15 });
    const day = dailyPartitions({ start, timezone: "Europe/Berlin" });
    const six = dailyPartitions({ start, hourOffset: 6 });
    const unknown = dailyPartitions({ start, hourOffset: hour });
    const week = weeklyPartitions({ start, dayOffset: 1, hourOffset: 4 });
    const month = monthlyPartitions({ start, dayOffset: 1 });
    const cron = timePartitions({ start, cron: "*/5 * * * *" });
    holds<Same<typeof quarter, TimePartitions<"hour+15m">>>();
    holds<Same<typeof day, TimePartitions<"day">>>();
    holds<Same<typeof six, TimePartitions<"day+6h">>>();
    holds<Same<typeof unknown, TimePartitions<string>>>();
    holds<Same<typeof week, TimePartitions<"week+1d4h">>>();
    holds<Same<typeof month, TimePartitions<"month">>>();
    holds<Same<typeof cron, TimePartitions<"*/5 * * * *">>>();
    assert.equal(unknown.unit, six.unit);
  });

  const wrong: readonly [name: string, IssueCode, path: string[], RegExp, () => unknown][] = [
    [
      "minute 60",
      "PARTITIONS_INVALID",
      ["minuteOffset"],
      /0 to 59, not 60/,
      () => hourlyPartitions({ start, minuteOffset: 60 }),
    ],
    [
      "hour 24",
      "PARTITIONS_INVALID",
      ["hourOffset"],
      /0 to 23, not 24/,
      () => dailyPartitions({ start, hourOffset: 24 }),
    ],
    [
      "weekday 7",
      "PARTITIONS_INVALID",
      ["dayOffset"],
      /0 to 6, not 7/,
      () => weeklyPartitions({ start, dayOffset: 7 }),
    ],
    [
      "day 0 of the month",
      "PARTITIONS_INVALID",
      ["dayOffset"],
      /1 to 31, not 0/,
      () => monthlyPartitions({ start, dayOffset: 0 }),
    ],
  ];
  for (const [name, code, path, message, declare] of wrong) {
    test(`refuse ${name}`, () => refuses(declare, code, path, message));
  }
});

describe("static definitions", () => {
  test("keep the order of their keys, and their literal types", () => {
    const regions = staticPartitions(["us", "eu", "a,b", "a/b", "10", "9", "caf\u00e9", "\u{1f600}"]);
    assert.deepEqual(regions.keys, ["us", "eu", "a,b", "a/b", "10", "9", "caf\u00e9", "\u{1f600}"]);
    const two = staticPartitions(["us", "eu"]);
    holds<Same<typeof two, StaticPartitions<"us" | "eu">>>();
  });

  test("may be empty, and do not follow their list", () => {
    assert.deepEqual(staticPartitions([]).keys, []);
    const list = ["a"];
    const partitions = staticPartitions(list);
    list.push("b");
    assert.deepEqual(partitions.keys, ["a"]);
  });

  const wrong: readonly [key: string, RegExp][] = [
    ["", /may not be empty/],
    ["a...b", /stands for a range/],
    ["....", /stands for a range/],
    ["a\nb", /"a\\nb" holds U\+000A \(a newline\)/],
    ["a\tb", /a tab/],
    ["\0", /NUL/],
    ["\u0007", /U\+0007/],
    ["\b", /U\+0008/],
    ["\f", /U\+000C/],
    ["\r", /carriage return/],
    ["\v", /U\+000B/],
    ["a\ud800", /half a character/],
    ["\udc00b", /half a character/],
    ["a|b", /"a\|b" holds U\+007C '\|', which parts the keys of several dimensions/],
  ];
  for (const [key, message] of wrong) {
    test(`refuse ${JSON.stringify(key)}`, () => {
      refuses(() => staticPartitions(["ok", key]), "PARTITIONS_INVALID", ["keys", "1"], message);
    });
  }

  test("refuse a key given twice, and what is no text", () => {
    refuses(
      () => staticPartitions(["a", "b", "a"]),
      "PARTITIONS_INVALID",
      ["keys", "2"],
      /"a" is given twice/,
    );
    refuses(
      () => staticPartitions([1 as unknown as string]),
      "PARTITIONS_INVALID",
      ["keys", "0"],
      /not number/,
    );
  });

  test("refuse keys that differ only by their Unicode form, and show both", () => {
    refuses(
      () => staticPartitions(["eu", "caf\u00e9", "cafe\u0301"]),
      "PARTITIONS_INVALID",
      ["keys", "2"],
      /"caf\\u\{e9\}" and "cafe\\u\{301\}" differ only by their Unicode form/,
    );
    assert.equal(staticPartitions(["caf\u00e9", "cafe", "Caf\u00e9", "\uff21", "A"]).keys.length, 5);
  });
});

describe("dynamic definitions", () => {
  test("have a name", () => {
    const customers = dynamicPartitions("customers");
    holds<Same<typeof customers, DynamicPartitions<"customers">>>();
    assert.deepEqual(customers, { kind: "dynamic", name: "customers" });
  });

  test("refuse names that cannot be told", () => {
    refuses(() => dynamicPartitions(""), "PARTITIONS_INVALID", ["name"], /may not be empty/);
    refuses(() => dynamicPartitions("  "), "PARTITIONS_INVALID", ["name"], /may not be empty/);
    refuses(() => dynamicPartitions("a\ud800"), "PARTITIONS_INVALID", ["name"], /half a character/);
    refuses(() => dynamicPartitions("a\u0000"), "PARTITIONS_INVALID", ["name"], /NUL/);
    refuses(() => dynamicPartitions(7 as unknown as string), "PARTITIONS_INVALID", ["name"], /not number/);
  });
});

describe("definitions of several dimensions", () => {
  const region = staticPartitions(["us", "eu"]);
  const date = dailyPartitions({ start });

  test("have any number of them, in code-point order", () => {
    const three = multiPartitions({ region, date, customer: dynamicPartitions("customers") });
    assert.deepEqual(dimensionNames(three), ["customer", "date", "region"]);
    assert.deepEqual(dimensionNames(multiPartitions({ region })), ["region"]);
    const odd = multiPartitions({
      "\u{1f600}": region,
      "\uffee": region,
      b: region,
      "10": region,
      "9": region,
      B: region,
    });
    assert.deepEqual(dimensionNames(odd), ["10", "9", "B", "b", "\uffee", "\u{1f600}"]);
  });

  test("carry their dimensions in their type", () => {
    const cells = multiPartitions({ date, region });
    holds<
      Same<typeof cells, MultiPartitions<{ readonly date: typeof date; readonly region: typeof region }>>
    >();
    assert.equal(cells.dimensions.region, region);
  });

  test("take any name as a name", () => {
    const cells = multiPartitions({ ["__proto__"]: region, constructor: date });
    assert.deepEqual(dimensionNames(cells), ["__proto__", "constructor"]);
    assert.equal(Object.getPrototypeOf(cells.dimensions), null);
  });

  test("refuse what cannot be taken apart again", () => {
    const wrong = (dimensions: object) => () => multiPartitions(dimensions as { region: typeof region });
    refuses(wrong({}), "PARTITIONS_INVALID", ["dimensions"], /at least one/);
    refuses(wrong({ "": region }), "PARTITIONS_INVALID", ["dimensions", ""], /may not be empty/);
    refuses(wrong({ "\udfff": region }), "PARTITIONS_INVALID", ["dimensions", "\udfff"], /half a character/);
    const nested = multiPartitions({ region });
    refuses(wrong({ region, nested }), "PARTITIONS_INVALID", ["dimensions", "nested"], /dimensions itself/);
    refuses(
      wrong({ region: undefined }),
      "PARTITIONS_INVALID",
      ["dimensions", "region"],
      /no partition definition/,
    );
    refuses(
      wrong({ region: ["us"] }),
      "PARTITIONS_INVALID",
      ["dimensions", "region"],
      /no partition definition/,
    );
    for (const key of ["a,b", "[a", "a]"]) {
      refuses(
        wrong({ region: staticPartitions([key]) }),
        "PARTITIONS_INVALID",
        ["dimensions", "region"],
        /Use another/,
      );
    }
    const bracketed = dailyPartitions({ start, keyFormat: "[%Y-%m-%d]" });
    refuses(wrong({ bracketed }), "PARTITIONS_INVALID", ["dimensions", "bracketed"], /"\[%Y-%m-%d\]" holds/);
  });
});

describe("every definition", () => {
  const all = [
    staticPartitions(["a"]),
    dynamicPartitions("a"),
    hourlyPartitions({ start, exclusions: ["0 3 * * *"] }),
    multiPartitions({ a: staticPartitions(["a"]), b: dailyPartitions({ start }) }),
  ];

  test("is frozen, through and through", () => {
    for (const partitions of all) {
      for (const part of reach(partitions)) assert.ok(Object.isFrozen(part), JSON.stringify(part));
    }
  });

  test("survives JSON", () => {
    for (const partitions of all) {
      assert.ok(samePartitions(partitions, JSON.parse(JSON.stringify(partitions))));
    }
  });

  test("is described in a line", () => {
    const lines = [
      staticPartitions([]),
      staticPartitions(["us", "eu"]),
      staticPartitions(["a", "b", "c", "d", "e"]),
      dynamicPartitions("customers"),
      hourlyPartitions({ start, timezone: "America/New_York", minuteOffset: 15, end: "2026-02-01" }),
      timePartitions({ start, cron: "0 9 * * 1-5", endOffset: -1, exclusions: ["0 9 1 1 *", "2026-05-01"] }),
      multiPartitions({ region: staticPartitions(["us"]), date: dailyPartitions({ start, endOffset: 2 }) }),
    ].map(describePartitions);
    assert.deepEqual(lines, [
      "static: no keys",
      "static: us, eu",
      "static: a, b, c, 2 more",
      "dynamic: customers",
      "hour+15m from 2026-01-01T00:00 until 2026-02-01T00:00 (America/New_York)",
      "cron 0 9 * * 1-5 from 2026-01-01T00:00 (UTC) - 1 window with 2 exclusions",
      "date (day from 2026-01-01T00:00 (UTC) + 2 windows) x region (static: us)",
    ]);
  });
});

describe("two definitions are the same", () => {
  const day = dailyPartitions({ start });
  const same = [
    [day, dailyPartitions({ start: "2020-05-05", end: "2030-01-01" })],
    [staticPartitions(["a", "b"]), staticPartitions(["a", "b"])],
    [dynamicPartitions("a"), dynamicPartitions("a")],
    [
      multiPartitions({ a: day, b: staticPartitions(["x"]) }),
      multiPartitions({ b: staticPartitions(["x"]), a: day }),
    ],
  ] as const;
  const different = [
    [day, dailyPartitions({ start, timezone: "Europe/Berlin" })],
    [day, dailyPartitions({ start, hourOffset: 1 })],
    [day, dailyPartitions({ start, endOffset: 1 })],
    [day, dailyPartitions({ start, keyFormat: "%d.%m.%Y" })],
    [day, dailyPartitions({ start, exclusions: ["0 0 * * 1"] })],
    [staticPartitions(["a", "b"]), staticPartitions(["b", "a"])],
    [staticPartitions(["a"]), staticPartitions(["a", "b"])],
    [dynamicPartitions("a"), dynamicPartitions("b")],
    [dynamicPartitions("a"), staticPartitions(["a"])],
    [multiPartitions({ a: day }), multiPartitions({ b: day })],
    [multiPartitions({ a: day }), multiPartitions({ a: day, b: day })],
    [multiPartitions({ a: day }), day],
    [multiPartitions({ a: day }), multiPartitions({ a: hourlyPartitions({ start }) })],
  ] as const;
  test("whatever their bounds", () => {
    for (const [a, b] of same) assert.ok(samePartitions(a, b) && samePartitions(b, a), describePartitions(a));
  });
  test("unless anything else differs", () => {
    for (const [a, b] of different) {
      assert.ok(!samePartitions(a, b) && !samePartitions(b, a), describePartitions(b));
    }
  });
});
