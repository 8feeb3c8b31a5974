import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { SluiceError } from "../../src/model/issue.ts";
import { type NameKind, nameProblem, parseName } from "../../src/model/name.ts";

const KINDS: readonly NameKind[] = [
  "group",
  "tag",
  "tag value",
  "kind",
  "owner",
  "job",
  "schedule",
  "sensor",
  "multi-asset",
  "check",
  "pool",
];

const GOOD: { readonly [kind in NameKind]: readonly string[] } = {
  group: ["default", "mart", "mart/finance", "a-b.c/9", "_x", "class"],
  tag: ["priority", "dagster/kind", "a.b/c-d", ".x", "x".repeat(63), `${"p".repeat(63)}/${"x".repeat(63)}`],
  "tag value": ["", "high", "1.2-rc_3", "x".repeat(63)],
  kind: ["dbt", "DuckDB", "x".repeat(63), "."],
  owner: ["team:data", "team:a-b.c", "ann@example.org", "a.b+c%d@mail.example.museum"],
  job: ["nightly", "nightly-load.v2", "9"],
  schedule: ["nightly", "every-6h"],
  sensor: ["inbox", "after-orders.v2"],
  "multi-asset": ["load_all"],
  check: ["no_nulls", "not-empty"],
  pool: ["postgres", "db/heavy"],
};

const BAD: { readonly [kind in NameKind]: readonly string[] } = {
  group: ["", "/mart", "mart/", "a//b", "a b", "-a", "a/../b", "a\n", "caf\u00e9"],
  tag: ["", "/a", "a/", "a/b/c", "a b", "x".repeat(64), "a=b", "a\n"],
  "tag value": ["a b", "a/b", "x".repeat(64), "\u202e", "a\n"],
  kind: ["", "a/b", "a b", "x".repeat(64)],
  owner: ["", "ann", "team:", "team:a b", "a@b", "a b@example.org", "ann@example.org\n"],
  job: ["", "a/b", "a b", "-a", "a\n"],
  schedule: ["", "a/b", "a\n"],
  sensor: ["", "a/b", "-a"],
  "multi-asset": ["", "a/b"],
  check: ["", "a/b", "a:b"],
  pool: ["", "a b", " ", "/", "x".repeat(256)],
};

describe("parseName", () => {
  for (const kind of KINDS) {
    test(`gives a good ${kind} back and refuses a bad one`, () => {
      for (const name of GOOD[kind]) assert.equal(parseName(kind, name), name);
      for (const name of BAD[kind]) {
        assert.throws(
          () => parseName(kind, name),
          (error) =>
            error instanceof SluiceError && error.code === "DEFINITION_INVALID" &&
            error.issues[0].hint !== undefined,
          JSON.stringify(name),
        );
      }
    });
  }

  test("says what is wrong", () => {
    assert.equal(nameProblem("group", ""), "The group is empty.");
    assert.equal(
      nameProblem("kind", "a\u202eb"),
      'The kind "a\\u{202e}b" has U+202E (a text direction control) at character 2.',
    );
    assert.equal(nameProblem("group", "a//b"), 'The group "a//b" is not of the form of a group.');
    assert.equal(
      nameProblem("pool", "x".repeat(300)),
      `The pool "${"x".repeat(60)}..." is 300 characters long; 255 are allowed.`,
    );
    assert.equal(nameProblem("job", 5 as never), "A job is a text, not a number.");
    assert.equal(nameProblem("job", "nightly"), undefined);
  });
});
