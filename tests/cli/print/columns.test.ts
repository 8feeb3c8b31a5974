import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { type Column, fitWidths, formatColumns, formatFields } from "../../../src/cli/print/columns.ts";
import { widthOf } from "../../../src/cli/print/width.ts";
import { plainPage } from "../support/pages.ts";

interface Row {
  readonly name: string;
  readonly count: number;
  readonly note: string;
}

const columns: readonly Column<Row>[] = [
  { title: "name", text: ({ name }) => name },
  { title: "count", text: ({ count }) => String(count), align: "right" },
  { title: "note", text: ({ note }) => note },
];

describe("formatColumns", () => {
  test("lines columns up, numbers on the right, and ends lines without spaces", () => {
    const rows = [{ name: "raw/orders", count: 7, note: "" }, { name: "x", count: 1461, note: "daily" }];
    assert.deepEqual(formatColumns(rows, columns, plainPage()), [
      "name        count  note",
      "raw/orders      7",
      "x            1461  daily",
    ]);
  });

  test("leaves a column out that says nothing", () => {
    assert.deepEqual(formatColumns([{ name: "a", count: 1, note: "" }], columns, plainPage()), [
      "name  count",
      "a         1",
    ]);
  });

  test("cuts the widest text to the page, and no number", () => {
    const rows = [{ name: "mart/revenue", count: 123456, note: "n".repeat(80) }];
    const lines = formatColumns(rows, columns, plainPage(40));
    assert.deepEqual(lines, [
      "name           count  note",
      "mart/revenue  123456  nnnnnnnnnnnnnnn...",
    ]);
    for (const line of formatColumns(rows, columns, plainPage(20))) assert.ok(widthOf(line) <= 20, line);
  });

  test("shows text of users inert and by its width", () => {
    const rows = [{ name: "\u65e5\u672c", count: 1, note: "a\nb\u001b[2J" }, {
      name: "abcd",
      count: 2,
      note: "c",
    }];
    assert.deepEqual(formatColumns(rows, columns, plainPage()).slice(1), [
      "\u65e5\u672c      1  a\\nb\\u{1b}[2J",
      "abcd      2  c",
    ]);
  });
});

describe("fitWidths", () => {
  test("gives everybody what they ask for where there is room, else the widest give", () => {
    assert.deepEqual(fitWidths([5, 5], [false, false], 12), [5, 5]);
    assert.deepEqual(fitWidths([5, 30, 40], [false, false, false], 49), [5, 20, 20]);
    assert.deepEqual(fitWidths([30, 30, 6], [false, false, true], 30), [8, 12, 6]);
    assert.deepEqual(fitWidths([30, 30, 30], [false, true, false], 16), [4, 4, 4]);
  });
});

describe("formatFields", () => {
  test("puts values beside names and leaves empty ones out", () => {
    assert.deepEqual(
      formatFields([["group", "raw"], ["tags", ""], ["owner", "x".repeat(40)]], plainPage(20)),
      [
        "group  raw",
        "owner  xxxxxxxxxx...",
      ],
    );
  });
});
