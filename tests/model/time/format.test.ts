import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { SluiceError } from "../../../src/model/issue.ts";
import { formatOffset, parseKeyFormat } from "../../../src/model/time/format.ts";

const local = Date.UTC(2024, 2, 9, 15, 4, 5);
const NEW_YORK = -5 * 3_600_000;

describe("writes", () => {
  const cases: readonly [format: string, key: string][] = [
    ["%Y-%m-%d", "2024-03-09"],
    ["%Y-%m-%d-%H:%M", "2024-03-09-15:04"],
    ["%Y%m%dT%H%M%S%z", "20240309T150405-0500"],
    ["%d.%m.%y", "09.03.24"],
    ["%Y/%j", "2024/069"],
    ["%A, %d %B %Y", "Saturday, 09 March 2024"],
    ["%a %d %b %Y", "Sat 09 Mar 2024"],
    ["%Y-%m-%d %I:%M %p", "2024-03-09 03:04 PM"],
    ["%Y-%m-%d %H.%M.%S.%f", "2024-03-09 15.04.05.000000"],
    ["100%% of %Y", "100% of 2024"],
    ["%H h on %Y-%m-%d", "15 h on 2024-03-09"],
    ["caf\u00e9 %Y", "caf\u00e9 2024"],
  ];
  for (const [format, key] of cases) {
    test(format, () => assert.equal(parseKeyFormat(format).format(local, NEW_YORK), key));
  }

  test("noon and midnight of a twelve-hour clock", () => {
    const format = parseKeyFormat("%Y-%m-%d %I%p");
    const hours = [0, 1, 11, 12, 13, 23].map((hour) =>
      format.format(Date.UTC(2024, 0, 1, hour), 0).slice(11)
    );
    assert.deepEqual(hours, ["12AM", "01AM", "11AM", "12PM", "01PM", "11PM"]);
  });

  test("offsets with their sign, and seconds only where there are any", () => {
    const offsets = [0, 20_700_000, -12_600_000, -17_762_000, 1050_000].map(formatOffset);
    assert.deepEqual(offsets, ["+0000", "+0545", "-0330", "-045602", "+001730"]);
  });

  test("times that are no whole minutes", () => {
    assert.equal(
      parseKeyFormat("%Y-%m-%d-%H:%M:%S").format(Date.UTC(1850, 0, 1, 0, 0, 58), 0),
      "1850-01-01-00:00:58",
    );
  });

  test("the same whatever was written before", () => {
    const format = parseKeyFormat("%Y-%m-%dT%H:%M%z");
    const written = [[local, NEW_YORK], [local, 0], [local - 86_400_000, 0], [local, NEW_YORK]].map((
      [at, offset],
    ) => format.format(at, offset));
    assert.deepEqual(written, [
      "2024-03-09T15:04-0500",
      "2024-03-09T15:04+0000",
      "2024-03-08T15:04+0000",
      "2024-03-09T15:04-0500",
    ]);
  });
});

describe("reads", () => {
  test("back what it writes, in any format that tells all", () => {
    const formats = [
      "%Y-%m-%d-%H:%M",
      "%y%j%H%M",
      "%M:%I%p %A %d %B %Y",
      "%b%d%Y%H%M",
      "%z %Y-%m-%dT%H:%M",
      "%a %Y-%j %H:%M%%",
    ].map(parseKeyFormat);
    const minute = fc.integer({ min: Date.UTC(1970, 0, 1) / 60_000, max: Date.UTC(2068, 0, 1) / 60_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...formats),
        minute,
        fc.integer({ min: -1439, max: 1439 }),
        (format, at, offset) => {
          const key = format.format(at * 60_000, offset * 60_000);
          assert.deepEqual(format.parse(key), {
            localMs: at * 60_000,
            offsetMs: format.hasOffset ? offset * 60_000 : undefined,
          });
        },
      ),
      { seed: 13, numRuns: 1000 },
    );
  });

  test("parts that a format leaves out as the first", () => {
    assert.equal(parseKeyFormat("%Y").parse("2024")?.localMs, Date.UTC(2024, 0, 1));
    assert.equal(parseKeyFormat("%Y-%m").parse("2024-03")?.localMs, Date.UTC(2024, 2, 1));
    assert.equal(parseKeyFormat("%Y-%m-%d-%H").parse("2024-03-09-15")?.localMs, Date.UTC(2024, 2, 9, 15));
  });

  test("two digits of a year from a given year on", () => {
    const format = parseKeyFormat("%y-%m-%d");
    const years = [1969, 1970, 2000, 2025].map((from) =>
      new Date(format.parse("69-01-01", from)!.localMs).getUTCFullYear()
    );
    assert.deepEqual(years, [1969, 2069, 2069, 2069]);
  });

  test("an offset behind a format without one", () => {
    const parsed = parseKeyFormat("%Y-%m-%d-%H:%M").parse("2021-11-07-01:00-0600");
    assert.deepEqual(parsed, { localMs: Date.UTC(2021, 10, 7, 1), offsetMs: -6 * 3_600_000 });
  });

  const others: readonly [format: string, key: string][] = [
    ["%Y-%m-%d", "2024-3-9"],
    ["%Y-%m-%d", "2024-03-09 "],
    ["%Y-%m-%d", " 2024-03-09"],
    ["%Y-%m-%d", "2024-03-09-"],
    ["%Y-%m-%d", "2024-03-0\u0669"],
    ["%Y-%m-%d", "2024-02-30"],
    ["%Y-%m-%d", "2024-13-01"],
    ["%Y-%m-%d", ""],
    ["%Y-%m-%d", "24-03-09"],
    ["%Y-%j", "2023-366"],
    ["%Y-%j", "2023-000"],
    ["%Y-%m-%d-%H:%M", "2024-03-09-24:00"],
    ["%Y-%m-%d-%H:%M", "2024-03-09-23:60"],
    ["%Y-%m-%d-%I%p", "2024-03-09-13PM"],
    ["%Y-%m-%d-%I%p", "2024-03-09-00AM"],
    ["%Y %b", "2024 mar"],
    ["%Y%z", "2024Z"],
    ["%Y%z", "2024"],
    ["%Y%%", "2024"],
  ];
  for (const [format, key] of others) {
    test(`no ${JSON.stringify(key)} as ${format}`, () =>
      assert.equal(parseKeyFormat(format).parse(key), undefined));
  }
});

describe("refuses", () => {
  const cases: readonly [format: string, because: RegExp][] = [
    ["%Y-%W", /"%W" is not supported\.\n.*Supported are %Y %y/],
    ["%Y %s", /"%s"/],
    ["%G-W%V", /"%G"/],
    ["%-d.%m.%Y", /"%-"/],
    ["%Y%", /"%" is not supported/],
    ["%Y%\u{1f600}", /is not supported/],
    ["", /keys would come again every year/],
    ["daily", /keys would come again/],
    ["%m-%d", /Add %Y/],
    ["%Y\n", /a newline/],
    ["%Y\u0000", /NUL/],
    ["%Y\ud800", /half a character/],
    ["%Y...%m", /stands for a range/],
  ];
  for (const [format, because] of cases) {
    test(JSON.stringify(format), () => {
      assert.throws(() => parseKeyFormat(format), (error: unknown) => {
        assert.ok(error instanceof SluiceError);
        assert.equal(error.code, "PARTITIONS_INVALID");
        assert.deepEqual(error.issues[0].path, ["keyFormat"]);
        assert.match(error.message, because);
        return true;
      });
    });
  }
});
