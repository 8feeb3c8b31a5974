import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { didYouMean, suggest } from "../../src/model/suggest.ts";

/** Optimal string alignment by the whole table, the slow way. */
function distance(a: string, b: string): number {
  const table = Array.from(
    { length: a.length + 1 },
    (_, i) => Array.from({ length: b.length + 1 }, (_, j) => i + j),
  );
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      table[i][j] = Math.min(table[i - 1][j - 1] + change, table[i - 1][j] + 1, table[i][j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        table[i][j] = Math.min(table[i][j], table[i - 2][j - 2] + 1);
      }
    }
  }
  return table[a.length][b.length];
}

describe("suggest", () => {
  test("finds a name with a slip in it", () => {
    const known = ["customers", "orders", "payments"];
    assert.deepEqual(suggest("custmers", known), ["customers"]);
    assert.deepEqual(suggest("oredrs", known), ["orders"]);
    assert.deepEqual(suggest("paymentts", known), ["payments"]);
    assert.deepEqual(suggest("invoices", known), []);
  });

  test("gives at most three, the most alike first and else in the order given", () => {
    assert.deepEqual(suggest("table1", ["tab1", "table2", "table3", "Table1", "table4"]), [
      "Table1",
      "table2",
      "table3",
    ]);
  });

  test("overlooks letter case and Unicode form", () => {
    assert.deepEqual(suggest("MART/REVENUE", ["mart/revenue"]), ["mart/revenue"]);
    assert.deepEqual(suggest("Cafe\u0301", ["caf\u00e9"]), ["caf\u00e9"]);
  });

  test("finds a path by its end", () => {
    assert.deepEqual(suggest("orders", ["raw/orders", "raw/orderss/x", "borders"]), [
      "raw/orders",
      "borders",
    ]);
  });

  test("asks more likeness of short names", () => {
    assert.deepEqual(suggest("a", ["b", "ab", "A"]), ["A"]);
    assert.deepEqual(suggest("ab", ["cd", "abc", "ba"]), ["abc", "ba"]);
    assert.deepEqual(suggest("", ["a", "b"]), []);
  });

  test("agrees with the full table of edits", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 4, maxLength: 9 });
    fc.assert(
      fc.property(word, word, (wanted, name) => {
        assert.equal(suggest(wanted, [name]).length === 1, distance(wanted, name) <= 2);
      }),
      { seed: 3103, numRuns: 5000 },
    );
  });

  test("is quick on long texts and long lists", () => {
    const long = "x".repeat(200_000);
    assert.deepEqual(suggest(long, [long.slice(1) + "y", "y" + long, long.replace("x", "z")]).length, 3);
    const many = Array.from({ length: 100_000 }, (_, index) => `layer/table_${index}`);
    assert.deepEqual(suggest("layer/tabel_77777", many)[0], "layer/table_77777");
    assert.deepEqual(suggest(long, many), []);
  });
});

describe("didYouMean", () => {
  test("words the suggestions", () => {
    assert.equal(didYouMean("custmers", ["customers"]), "Did you mean customers?");
    assert.equal(didYouMean("tableX", ["table1", "table2"]), "Did you mean table1 or table2?");
    assert.equal(
      didYouMean("tableX", ["table1", "table2", "table3"]),
      "Did you mean table1, table2 or table3?",
    );
    assert.equal(didYouMean("zebra", ["customers"]), undefined);
  });
});
