import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { identifierOf } from "sluice/adapters";

describe("identifierOf", () => {
  test("keeps what can be read, and adds what tells names apart", () => {
    assert.match(identifierOf("raw/orders"), /^raw_orders_[0-9a-f]{8}$/);
    assert.match(identifierOf("2026"), /^n_2026_[0-9a-f]{8}$/);
    assert.match(identifierOf("\u65e5\u672c"), /^n_[0-9a-f]{8}$/);
    assert.match(identifierOf("caf\u00e9"), /^cafe_[0-9a-f]{8}$/);
    assert.match(identifierOf("a".repeat(300)), /^a{40}_[0-9a-f]{8}$/);
  });

  test("gives each name an identifier of its own, also where Python would see one name", () => {
    const alike = ["a-b", "a.b", "a_b", "A_B", "a/b", "a b", "\ufb01x", "fix", "class", "None", "x", "X"];
    assert.equal(new Set(alike.map(identifierOf)).size, alike.length);
  });

  test("gives an ASCII identifier for any text", () => {
    const texts = fc.string({ unit: "binary" });
    fc.assert(fc.property(texts, (text) => assert.match(identifierOf(text), /^[a-z][a-z0-9_]{0,60}$/)), {
      seed: 1,
    });
  });
});
