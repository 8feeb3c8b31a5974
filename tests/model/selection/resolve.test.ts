import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { SluiceError } from "../../../src/model/issue.ts";
import type { SelectionAttribute } from "../../../src/model/selection/attributes.ts";
import { formatSelection } from "../../../src/model/selection/format.ts";
import { parseSelection } from "../../../src/model/selection/parse.ts";
import { resolveSelection, type SelectionOptions } from "../../../src/model/selection/resolve.ts";
import { catalogOf, catalogs, keysIn, meaning, nodes } from "./support.ts";

const shop = catalogOf([
  { key: "ext/orders", group: "raw", isExternal: true, tags: { pii: "" } },
  { key: "raw/orders", parents: ["ext/orders"], group: "raw", kinds: ["dbt"], owners: ["team:data"] },
  { key: "raw/users", group: "raw", tags: { pri: "high", pii: "" }, owners: ["ann@example.org"] },
  {
    key: "clean/orders",
    parents: ["raw/orders"],
    group: "clean",
    kinds: ["dbt", "sql"],
    tags: { pri: "low" },
  },
  { key: "mart/revenue", parents: ["clean/orders", "raw/users"], group: "mart/fin", tags: { pri: "high" } },
  { key: "mart/report", parents: ["mart/revenue"], group: "mart" },
]);

function select(text: string, options?: SelectionOptions): string[] {
  return keysIn(shop.graph, resolveSelection(text, shop, options));
}

function refusal(text: string, options?: SelectionOptions): SluiceError {
  try {
    resolveSelection(text, shop, options);
  } catch (error) {
    assert.ok(error instanceof SluiceError);
    return error;
  }
  assert.fail(`${text} selected ${select(text, options)}`);
}

const all = ["clean/orders", "ext/orders", "mart/report", "mart/revenue", "raw/orders", "raw/users"];

describe("resolveSelection", () => {
  test("selects by key and by pattern", () => {
    assert.deepEqual(select("raw/orders"), ["raw/orders"]);
    assert.deepEqual(select('key:"mart/revenue"'), ["mart/revenue"]);
    assert.deepEqual(select("*/orders"), ["clean/orders", "ext/orders", "raw/orders"]);
    assert.deepEqual(select('"*a*e"'), ["mart/revenue"]);
    assert.deepEqual(select("*"), all);
    assert.deepEqual(select("**"), all);
  });

  test("selects by attribute", () => {
    assert.deepEqual(select("group:mart"), ["mart/report"]);
    assert.deepEqual(select("group:mart*"), ["mart/report", "mart/revenue"]);
    assert.deepEqual(select("tag:pri"), ["clean/orders", "mart/revenue", "raw/users"]);
    assert.deepEqual(select("tag:pri=high"), ["mart/revenue", "raw/users"]);
    assert.deepEqual(select('tag:pii=""'), ["ext/orders", "raw/users"]);
    assert.deepEqual(select("tag:<null>"), ["mart/report", "raw/orders"]);
    assert.deepEqual(select("kind:dbt"), ["clean/orders", "raw/orders"]);
    assert.deepEqual(select("kind:<null>"), ["ext/orders", "mart/report", "mart/revenue", "raw/users"]);
    assert.deepEqual(select("owner:team:data owner:ann@example.org"), ["raw/orders", "raw/users"]);
    assert.deepEqual(select("is:external"), ["ext/orders"]);
    assert.deepEqual(select("not is:materializable"), ["ext/orders"]);
  });

  test("walks", () => {
    assert.deepEqual(select("+mart/revenue"), [
      "clean/orders",
      "ext/orders",
      "mart/revenue",
      "raw/orders",
      "raw/users",
    ]);
    assert.deepEqual(select("1+mart/revenue"), ["clean/orders", "mart/revenue", "raw/users"]);
    assert.deepEqual(select("ext/orders+2"), ["clean/orders", "ext/orders", "raw/orders"]);
    assert.deepEqual(select("1+clean/orders+1"), ["clean/orders", "mart/revenue", "raw/orders"]);
    assert.deepEqual(select("@clean/orders"), all);
    assert.deepEqual(select("@mart/report"), all);
    assert.deepEqual(select("roots(*)"), ["ext/orders", "raw/users"]);
    assert.deepEqual(select("roots(is:materializable)"), ["raw/orders", "raw/users"]);
    assert.deepEqual(select("sinks(raw/* clean/orders)"), ["clean/orders", "raw/users"]);
    assert.deepEqual(select("sinks(ext/orders mart/report)"), ["mart/report"]);
  });

  test("combines", () => {
    assert.deepEqual(select("group:raw,tag:pii"), ["ext/orders", "raw/users"]);
    assert.deepEqual(select("group:raw and not is:external"), ["raw/orders", "raw/users"]);
    assert.deepEqual(select("+mart/report and not +clean/orders"), [
      "mart/report",
      "mart/revenue",
      "raw/users",
    ]);
    assert.deepEqual(select("raw/users+ clean/orders+"), [
      "clean/orders",
      "mart/report",
      "mart/revenue",
      "raw/users",
    ]);
  });

  test("takes a selection that was read before", () => {
    assert.deepEqual(keysIn(shop.graph, resolveSelection(parseSelection("mart/*"), shop)), [
      "mart/report",
      "mart/revenue",
    ]);
  });

  test("finds what the definition of each part says", () => {
    fc.assert(
      fc.property(nodes, catalogs, (node, { assets, catalog }) => {
        const set = resolveSelection(formatSelection(node), catalog, {
          allowEmpty: true,
          allowUnknown: true,
        });
        assert.deepEqual(keysIn(catalog.graph, set), [...meaning(node, assets)].sort());
      }),
      { seed: 3113, numRuns: 2000 },
    );
  });
});

describe("names that nothing has", () => {
  test("are errors that point at the name and suggest others", () => {
    assert.equal(
      refusal("raw/orders mart/revenu").message,
      'SELECTION_INVALID: In the selection, character 12: There is no asset "mart/revenu".\n' +
        "    raw/orders mart/revenu\n" +
        "               ^\n" +
        "    hint: Did you mean mart/revenue?",
    );
    const hints = {
      "revenue": "Did you mean mart/revenue?",
      "RAW/orders": "Did you mean raw/orders?",
      "group:mrt": "Did you mean mart?",
      "group:zzz": "Known: clean, mart, mart/fin, raw.",
      "kind:DBT": "Did you mean dbt?",
      "tag:pry": "Did you mean pri?",
      "tag:pri=hihg": "Did you mean high?",
      "tag:toString": "Known: pii, pri.",
      "owner:team:dta": "Did you mean team:data?",
      "is:externl": "Did you mean external?",
      "grup:raw": "Did you mean group?",
      "status:failed": "The attributes are key, group, tag, kind, owner, is.",
      "raw/orders And raw/users": "Operators are written in lower case, or in capitals.",
      "kind:a=b": "Put a value that holds it into double quotes.",
    };
    for (const [text, hint] of Object.entries(hints)) {
      assert.equal(refusal(text).code, "SELECTION_INVALID");
      assert.equal(refusal(text).issues[0].hint, hint, text);
    }
  });

  test("say when no asset could have such a key", () => {
    assert.match(
      refusal('"a b"').message,
      /There is no asset "a b"\. The key "a b" has U\+0020 \(a space\) at character 2\./,
    );
  });

  test("are all listed, in the order of the text, up to twenty", () => {
    const { issues } = refusal("x1+ kind:x2 x3+ or not x4 or roots(x5) and group:x6");
    assert.deepEqual(issues.map(({ message }) => /"(x\d)"/.exec(message)?.[1]), [
      "x1",
      "x2",
      "x3",
      "x4",
      "x5",
      "x6",
    ]);
    assert.equal(
      refusal(Array.from({ length: 5000 }, (_, index) => `none${index}`).join(" ")).issues.length,
      20,
    );
  });

  test("can be allowed", () => {
    const options = { allowUnknown: true };
    assert.deepEqual(select("raw/orders nope kind:nope tag:nope owner:nope group:nope", options), [
      "raw/orders",
    ]);
    assert.deepEqual(select("not tag:pri=nope", options), all);
    assert.equal(refusal("nope", options).code, "SELECTION_EMPTY");
    assert.equal(refusal("nope:x", options).code, "SELECTION_INVALID");
  });

  test("are no matter for patterns and for what may be missing", () => {
    assert.equal(refusal("nope/*").code, "SELECTION_EMPTY");
    assert.equal(refusal("group:nope*").code, "SELECTION_EMPTY");
    assert.equal(refusal('tag:pri=""').code, "SELECTION_EMPTY");
    assert.equal(refusal("group:<null>").code, "SELECTION_EMPTY");
  });
});

describe("an empty selection", () => {
  test("is an error that shows which side is empty", () => {
    const error = refusal("group:raw,group:mart");
    assert.equal(error.code, "SELECTION_EMPTY");
    assert.equal(
      error.issues[0].message,
      'The selection "group:raw,group:mart" selects none of the 6 assets.',
    );
    assert.equal(
      error.issues[0].hint,
      '"group:raw" selects 3, "group:mart" selects 1, and no asset is in all of them.',
    );
    assert.equal(refusal("not *").issues[0].hint, '"*" selects all assets.');
  });

  test("can be allowed", () => {
    assert.deepEqual(select("not *", { allowEmpty: true }), []);
    assert.deepEqual([...resolveSelection("*", catalogOf([]), { allowEmpty: true })], []);
    assert.throws(() => resolveSelection("*", catalogOf([])), /selects none of the 0 assets/);
  });
});

describe("attributes of the caller", () => {
  const stale = new Set(["clean/orders", "mart/report"]);
  const state: SelectionAttribute = {
    resolve(value) {
      if (value === "stale") return (rank) => stale.has(shop.graph.keys[rank]);
      if (value === "missing") return () => false;
      return { noun: "state", text: value ?? "<null>", known: () => ["stale", "missing"] };
    },
  };
  const column: SelectionAttribute = {
    hasPairs: true,
    resolve: (value, equals) => (rank) => shop.graph.keys[rank] === `${value}/${equals}`,
  };
  const options = { attributes: new Map([["state", state], ["column", column]]) };

  test("extend the language", () => {
    assert.deepEqual(select("state:stale", options), ["clean/orders", "mart/report"]);
    assert.deepEqual(select("+state:stale,group:raw", options), ["ext/orders", "raw/orders", "raw/users"]);
    assert.deepEqual(select("column:mart=report", options), ["mart/report"]);
    assert.equal(refusal("state:missing", options).code, "SELECTION_EMPTY");
  });

  test("refuse values like those of the language", () => {
    assert.equal(refusal("state:stael", options).issues[0].hint, "Did you mean stale?");
    assert.match(refusal("state:stale=x", options).message, /"state:" takes no "="/);
    assert.equal(refusal("stat:x", options).issues[0].hint, "Did you mean state or tag?");
    assert.match(refusal("state:stale").message, /There is no attribute "state"/);
  });

  test("replace those of the same name", () => {
    const kind: SelectionAttribute = { resolve: () => (rank) => rank === 0 };
    assert.equal(select("kind:anything", { attributes: new Map([["kind", kind]]) }).length, 1);
  });
});

describe("large catalogs", () => {
  const size = 10_000;
  const large = catalogOf(Array.from({ length: size }, (_, index) => ({
    key: `layer${index % 20}/table${index}`,
    parents: [20, 21, 43].flatMap((step) =>
      index >= step ? [`layer${(index - step) % 20}/table${index - step}`] : []
    ),
    group: `g${index % 7}`,
    tags: { nightly: String(index % 3) },
  })));
  const count = (text: string) => keysIn(large.graph, resolveSelection(text, large)).length;

  test("are selected from as well", () => {
    assert.equal(count("sinks(*)"), 20);
    assert.equal(count("roots(*)"), 20);
    const chosen = Array.from({ length: size }, (_, index) => index)
      .filter((index) => index % 20 === 3 && index % 3 === 1 && index % 7 !== 0);
    assert.equal(count("layer3/*,tag:nightly=1,not group:g0"), chosen.length);
    assert.equal(count("@layer0/table0"), meaningOfFamily());
  });

  test("take thousands of names at once", () => {
    const text = large.graph.keys.map((key) => `${key}+`).join(" ");
    assert.equal(count(text), size);
    assert.equal(count(large.graph.keys.map((key) => `@${key}`).join(" ")), size);
    assert.equal(
      count(large.graph.keys.slice(0, 1000).map((key) => `not ${key}`).join(" and ")),
      size - 1000,
    );
  });

  /** What `@layer0/table0` is, by sets of indices. */
  function meaningOfFamily(): number {
    const down = new Set([0]);
    for (let index = 1; index < size; index++) {
      if ([20, 21, 43].some((step) => down.has(index - step))) down.add(index);
    }
    const family = new Set(down);
    for (let index = size - 1; index >= 0; index--) {
      if (!family.has(index)) continue;
      for (const step of [20, 21, 43]) if (index >= step) family.add(index - step);
    }
    return family.size;
  }
});
