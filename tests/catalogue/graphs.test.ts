import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { type Asset, assetRef, createOrchestrator, defineAsset, defineCheck, definitions } from "sluice";
import { issueOf, issuesOf, untyped } from "./support.ts";

const run = () => 1;
const HERE = /graphs\.test\.ts:\d+:\d+$/;

/** An asset that waits for others by key. */
function node(key: string, ...upstream: readonly string[]): Asset {
  return defineAsset({ key, after: upstream.map((name) => assetRef(name)), run });
}

/** Declares an asset here: JavaScriptCore drops the frame of an arrow that ends in the call. */
function declare(spec: unknown): Asset {
  const declared: Asset[] = [];
  declared.push(defineAsset(untyped(spec)));
  return declared[0];
}

/** Plans everything and gives the names in the order planned. */
async function planned(assets: readonly Asset[]): Promise<readonly string[]> {
  await using sluice = createOrchestrator(definitions({ assets }), { store: "memory", defaultIO: "memory" });
  const { ranks, definitions: all } = await sluice.plan({ scope: "missing" });
  return Array.from(ranks, (rank) => all.steps[rank].name);
}

/** That every asset comes after all it waits for, each once. */
async function assertOrdered(assets: readonly Asset[]): Promise<void> {
  const place = new Map((await planned(assets)).map((name, index) => [name, index]));
  assert.equal(place.size, assets.length);
  for (const asset of assets) {
    for (const { key } of asset["~step"].inputs) {
      assert.ok(Number(place.get(key)) < Number(place.get(asset.key)), `${key} before ${asset.key}`);
    }
  }
}

describe("T31 cycles", () => {
  test("are printed in order with the site of each", () => {
    const issue = issueOf(() => definitions({ assets: [node("a", "c"), node("b", "a"), node("c", "b")] }));
    assert.equal(issue.code, "DEPENDENCY_CYCLE");
    assert.match(issue.message, /: a -> b -> c -> a\./);
    assert.equal(issue.message.match(/graphs\.test\.ts:\d+:\d+/g)?.length, 3);
    assert.ok(issue.hint);
  });

  test("of one asset say that it reads itself", () => {
    const issue = issueOf(() => definitions({ assets: [node("a", "a")] }));
    assert.match(issue.message, /a reads itself/);
    assert.match(issue.site ?? "", HERE);
    assert.match(issue.hint ?? "", /selfDep/);
  });

  test("have sites in the user's file also where the engine calls the declaration", () => {
    const assets = [["a", "b"], ["b", "a"]].map(([key, up]) =>
      defineAsset({ key, after: [assetRef(up)], run })
    );
    const issue = issueOf(() => definitions({ assets }));
    assert.match(issue.site ?? "", HERE);
    assert.doesNotMatch(issue.message, /native/);
  });
});

describe("T32 unknown dependencies", () => {
  test("suggest the name that was meant", () => {
    const issue = issueOf(() => definitions({ assets: [node("customers"), node("orders", "custmers")] }));
    assert.equal(issue.code, "DEPENDENCY_UNKNOWN");
    assert.deepEqual(issue.path, ["assets", "orders", "after", "custmers"]);
    assert.equal(issue.hint, "Did you mean customers?");
    assert.match(issue.site ?? "", HERE);
  });
});

describe("T33 duplicates", () => {
  const pairs = [["orders", "orders"], ["orders", "ORDERS"], ["caf\u00e9", "cafe\u0301"], [
    "stra\u00dfe",
    "STRASSE",
  ]];
  for (const [first, second] of pairs) {
    test(`${JSON.stringify(first)} and ${JSON.stringify(second)} are refused with both sites`, () => {
      const one = defineAsset({ key: first, run });
      const two = defineAsset({ key: second, run });
      const issue = issueOf(() => definitions({ assets: [one, two] }));
      assert.equal(issue.code, "KEY_DUPLICATE");
      const sites = issue.message.match(/graphs\.test\.ts:\d+:\d+/g) ?? [];
      assert.equal(new Set(sites).size, 2, issue.message);
      assert.ok(issue.hint);
    });
  }

  test("an asset listed twice is said to be listed twice", () => {
    const one = node("one");
    assert.match(issueOf(() => definitions({ assets: [one, [one]] })).hint ?? "", /listed twice/);
  });
});

describe("T34 shapes", () => {
  test("nothing, and one", async () => {
    assert.deepEqual(await planned([]), []);
    assert.deepEqual(await planned([node("a")]), ["a"]);
  });

  test("a chain of 10,000", async () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => i === 0 ? node("n0") : node(`n${i}`, `n${i - 1}`));
    await assertOrdered(chain.reverse());
  });

  test("a fan of 10,000 out, and in", async () => {
    const leaves = Array.from({ length: 10_000 }, (_, i) => node(`leaf${i}`, "root"));
    await assertOrdered([node("sink", ...leaves.map(({ key }) => key)), ...leaves, node("root")]);
  });

  test("1,000 that each wait for all before", async () => {
    const keys = Array.from({ length: 1_000 }, (_, i) => `n${i}`);
    await assertOrdered(keys.map((key, i) => node(key, ...keys.slice(0, i))).reverse());
  });

  test("1,000 that each wait for all before say so when asked", async () => {
    const keys = Array.from({ length: 1_000 }, (_, i) => `n${i}`);
    const all = definitions({ assets: keys.map((key, i) => node(key, ...keys.slice(0, i))) });
    await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory" });
    const plan = await sluice.plan({ scope: "missing" });
    assert.deepEqual(plan.reasons.get(2)?.map(({ reason }) => reason), [
      { kind: "missing" },
      { kind: "upstream-planned", asset: "n0" },
      { kind: "upstream-planned", asset: "n1" },
    ]);
    assert.equal(plan.reasons.get(999)?.length, 1_000);
  });

  test("a cycle of 10,000 is found without recursion", () => {
    const ring = Array.from({ length: 10_000 }, (_, i) => node(`n${i}`, `n${(i + 1) % 10_000}`));
    assert.equal(issueOf(() => definitions({ assets: ring })).code, "DEPENDENCY_CYCLE");
  });
});

describe("T35 100,000 nodes", () => {
  test("load and plan", async () => {
    const assets = Array.from(
      { length: 100_000 },
      (_, i) => i < 100 ? node(`n${i}`) : node(`n${i}`, `n${i - 100}`, `n${i - 1 - i % 100}`),
    );
    await assertOrdered(assets);
  });
});

describe("T36 keys", () => {
  const allowed = ["__proto__", "constructor", "toString", "con", "a.b", "a/b", "\u05d0\u05d1"];
  for (const key of allowed) {
    test(`${JSON.stringify(key)} is a key like others`, async () => {
      assert.deepEqual(await planned([node(key), node("z", key)]), [key, "z"]);
      assert.equal(definitions({ assets: [node(key)] }).asset(key).key, key);
    });
  }

  const refused = [
    "",
    "x".repeat(10_240),
    "a b",
    'a"b',
    "a'b",
    "a\nb",
    "a\0b",
    "\u{1f600}",
    "\u202ea",
    "../x",
    "/a",
    "a/",
    "a//b",
    ".",
    "\ud800",
    1,
    null,
    undefined,
    {},
    [],
    true,
  ];
  for (const key of refused) {
    test(`${JSON.stringify(key)?.slice(0, 20)} is refused with its place and the rule`, () => {
      const issue = issueOf(() => declare({ key: untyped(key), run }));
      assert.equal(issue.code, "KEY_INVALID");
      assert.match(issue.site ?? "", HERE);
      assert.match(issue.hint ?? "", /segments joined by/);
      assert.ok(issue.message.length < 200);
    });
  }
});

describe("declarations from JavaScript", () => {
  const orders = node("orders");
  const wrong: readonly (readonly [field: string, value: unknown])[] = [
    ["deps", 1],
    ["deps", null],
    ["deps", [orders]],
    ["after", orders],
    ["after", "orders"],
    ["partitions", "daily"],
    ["partitions", {}],
    ["tags", "a"],
    ["owners", "ann@example.org"],
    ["kinds", [undefined]],
    ["metadata", 1],
    ["description", 1],
    ["codeVersion", 1],
    ["io", 1],
    ["io", {}],
    ["output", 1],
    ["config", {}],
    ["resources", { db: 1 }],
    ["retry", 3],
    ["backfill", 1],
    ["batch", "yes"],
    ["skippable", 1],
    ["checks", { a: 1 }],
  ];
  for (const [index, [field, value]] of wrong.entries()) {
    test(`${field} of another shape (${index})`, () => {
      const issue = issueOf(() => declare({ key: "a", run, [field]: untyped(value) }));
      assert.deepEqual(issue.path, ["assets", "a", field]);
      assert.match(issue.site ?? "", HERE);
    });
  }

  test("dependencies that are no assets are named, and undefined is explained", () => {
    for (
      const value of [undefined, null, 1, "orders", {}, { asset: undefined }, { asset: orders, mapping: 1 }]
    ) {
      const issue = issueOf(() => declare({ key: "a", deps: { rows: untyped(value) }, run }));
      assert.deepEqual(issue.path, ["assets", "a", "deps", "rows"]);
      assert.equal(/import each other/.test(issue.hint ?? ""), value === undefined);
    }
    assert.deepEqual(issueOf(() => declare({ key: "a", after: [orders, untyped(null)], run })).path, [
      "assets",
      "a",
      "after",
      "1",
    ]);
  });

  test("an asset without a body, a declaration of nothing", () => {
    assert.match(
      issueOf(() => definitions({ assets: [defineAsset(untyped({ key: "a" }))] })).message,
      /no body/,
    );
    assert.match(
      issueOf(() => declare(undefined)).message,
      /takes one record of options, not undefined/,
    );
    assert.match(
      issueOf(() => defineCheck(untyped({ asset: "orders", name: "x", run }))).message,
      /an asset by value/,
    );
  });

  test("lists are named by the place of what does not belong there", () => {
    const loop: unknown[] = [orders];
    loop.push(loop);
    const check = defineCheck({ asset: orders, name: "x", run: () => true });
    const cases: readonly (readonly [spec: unknown, path: string])[] = [
      [undefined, ""],
      [null, ""],
      [[orders], ""],
      [{}, "assets"],
      [{ assets: orders }, "assets"],
      [{ assets: { orders } }, "assets"],
      [{ assets: "a" }, "assets"],
      [{ assets: [undefined] }, "assets.0"],
      [{ assets: [orders, ["a"]] }, "assets.1.0"],
      [{ assets: [{ orders, LIMIT: 5 }] }, "assets.0.LIMIT"],
      [{ assets: [{ help: run }] }, "assets.0.help"],
      [{ assets: loop }, "assets.1.1"],
      [{ assets: [check] }, "assets.0"],
      [{ assets: [new Set([orders])] }, "assets.0"],
      [{ assets: [Promise.resolve(orders)] }, "assets.0"],
      [{ assets: [orders], checks: check }, "checks"],
      [{ assets: [orders], checks: [orders] }, "checks.0"],
      [{ assets: [orders], jobs: [null] }, "jobs.0"],
    ];
    for (const [spec, path] of cases) {
      const issue = issuesOf(() => definitions(untyped(spec)))[0];
      assert.equal(issue.path.join("."), path, issue.message);
      assert.equal(issue.code, "DEFINITION_INVALID");
    }
  });
});
