import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  allMapping,
  assetRef,
  defineAsset,
  defineCheck,
  defineJob,
  defineMultiAsset,
  definitions,
  SluiceError,
} from "sluice";
import type { AssetList, DefinitionsSpec, Issue } from "sluice";

/** What `definitions` refuses, as issues. */
function issuesOf(spec: DefinitionsSpec): readonly Issue[] {
  try {
    definitions(spec);
  } catch (error) {
    assert.ok(error instanceof SluiceError, String(error));
    return error.issues;
  }
  return [];
}

const run = () => 1;

/** An asset that waits for others by key. */
function node(key: string, ...upstream: readonly string[]) {
  return defineAsset({ key, after: upstream.map((name) => assetRef(name)), run });
}

describe("definitions", () => {
  test("number assets so that upstream comes first, whatever the order of the list", () => {
    const all = definitions({ assets: [node("d", "b", "c"), node("c", "a"), node("b", "a"), node("a")] });
    assert.equal(all.assets[0].key, "a");
    assert.equal(all.assets[3].key, "d");
    assert.equal(all.graph, all.stepGraph);
    assert.deepEqual([...all.stepOfAsset], [0, 1, 2, 3]);
  });

  test("take lists and records of assets", () => {
    const { even, odd } = defineMultiAsset({
      name: "split",
      outputs: { even: { key: "even" }, odd: { key: "odd" } },
      run: () => ({ even: 2, odd: 1 }),
    });
    const nested: AssetList = [[node("a")], { even, odd }];
    const all = definitions({ assets: nested });
    assert.deepEqual(all.steps.map((step) => step.name).sort(), ["a", "split"]);
    assert.equal(all.steps[all.stepOfAsset[all.graph.rankOf("odd") ?? -1]].name, "split");
  });

  test("let consumers wait for blocking checks, and only for these", () => {
    const rows = defineAsset({ key: "rows", run: () => [1] });
    const sum = defineAsset({ key: "sum", deps: { rows }, run: ({ inputs }) => inputs.rows.length });
    const gate = defineCheck({ asset: rows, name: "gate", blocking: true, run: () => true });
    const note = defineCheck({ asset: rows, name: "note", run: () => true });
    const { steps, stepGraph } = definitions({ assets: [rows, sum], checks: [gate, note] });
    const rank = stepGraph.rankOf("sum") as number;
    const parents = stepGraph.parents.slice(stepGraph.parentOffsets[rank], stepGraph.parentOffsets[rank + 1]);
    assert.deepEqual([...parents].map((parent) => steps[parent].name).sort(), ["rows", "rows:gate"]);
  });

  test("find an asset by its key in either Unicode form, and suggest where there is none", () => {
    const all = definitions({ assets: [node("caf\u00e9"), node("customers")] });
    assert.equal(all.asset("cafe\u0301").key, "caf\u00e9");
    assert.throws(() => all.asset("custmers"), /There is no asset "custmers"[^]*Did you mean customers\?/);
  });
});

describe("what definitions refuse", () => {
  test("a cycle, printed in order with the sites", () => {
    const [issue, ...others] = issuesOf({
      assets: [node("a", "c"), node("b", "a"), node("c", "b"), node("d", "a")],
    });
    assert.equal(issue.code, "DEPENDENCY_CYCLE");
    assert.match(issue.message, /in a circle, each read by the next: a -> b -> c -> a\./);
    assert.equal(issue.message.match(/definitions\.test\.ts:\d+:\d+/g)?.length, 3);
    assert.deepEqual(others, []);
  });

  test("an asset that reads itself", () => {
    const [issue] = issuesOf({ assets: [node("a", "a")] });
    assert.equal(issue.code, "MAPPING_INVALID");
    assert.match(issue.message, /a reads itself/);
    assert.match(issue.hint ?? "", /selfDep/);
  });

  test("a dependency that no asset has, with a suggestion", () => {
    const [issue] = issuesOf({ assets: [node("customers"), node("orders", "custmers")] });
    assert.equal(issue.code, "DEPENDENCY_UNKNOWN");
    assert.deepEqual(issue.path, ["assets", "orders", "after", "custmers"]);
    assert.equal(issue.hint, "Did you mean customers?");
    assert.match(issue.site ?? "", /definitions\.test\.ts:\d+:\d+$/);
  });

  test("a dependency that is not listed", () => {
    const orders = node("orders");
    const sum = defineAsset({ key: "sum", deps: { orders }, run });
    const [issue] = issuesOf({ assets: [sum] });
    assert.equal(issue.code, "DEPENDENCY_UNLISTED");
    assert.deepEqual(issue.path, ["assets", "sum", "deps", "orders"]);
  });

  test("a dependency on another asset of the same key", () => {
    const orders = node("orders");
    const sum = defineAsset({ key: "sum", deps: { orders: node("orders") }, run });
    const [issue, ...others] = issuesOf({ assets: [orders, sum] });
    assert.equal(issue.code, "DEPENDENCY_UNLISTED");
    assert.match(issue.message, /not the one listed/);
    assert.deepEqual([issue.path, others], [["assets", "sum", "deps", "orders"], []]);
  });

  test("a mapping where there are no partitions", () => {
    const orders = node("orders");
    const sum = defineAsset({
      key: "sum",
      after: [{ asset: orders, mapping: allMapping() }],
      run,
    });
    const [issue, ...others] = issuesOf({ assets: [orders, sum] });
    assert.equal(issue.code, "MAPPING_INVALID");
    assert.deepEqual([issue.path, others], [["assets", "sum", "after", "orders"], []]);
  });

  test("two assets with one key, also by case and Unicode form, naming both sites", () => {
    for (const [first, second] of [["orders", "orders"], ["orders", "Orders"], ["caf\u00e9", "cafe\u0301"]]) {
      const [issue] = issuesOf({ assets: [node(first), node(second)] });
      assert.equal(issue.code, "KEY_DUPLICATE");
      assert.ok(/definitions\.test\.ts:\d+:\d+/.test(`${issue.message} ${issue.site}`), issue.message);
    }
  });

  test("every issue at once", () => {
    const bad = defineAsset({
      key: "bad",
      group: "not a group",
      tags: { "": "x" },
      owners: ["nobody"],
      retry: { maxRetries: -1, backoff: "linear" },
      timeoutMs: 0,
      run,
    });
    const codes = issuesOf({
      assets: [bad, node("a", "nothing")],
      jobs: [defineJob({ name: "no good name", selection: "*" })],
    }).map((issue) => issue.path.join("."));
    assert.deepEqual(codes.sort(), [
      "assets.a.after.nothing",
      "assets.bad.group",
      "assets.bad.owners",
      "assets.bad.retry.backoff",
      "assets.bad.retry.maxRetries",
      "assets.bad.tags",
      "assets.bad.timeoutMs",
      "jobs.no good name",
    ]);
  });

  test("a skippable asset with inline checks, and a batch without partitions", () => {
    const both = defineAsset({
      key: "both",
      skippable: true,
      run,
      checks: { positive: (value) => value > 0 },
    });
    const batch = defineAsset({ key: "batch", batch: true, run: () => [["a", 1]] as [string, number][] });
    assert.deepEqual(issuesOf({ assets: [both, batch] }).map((issue) => issue.path.at(-1)), [
      "checks",
      "batch",
    ]);
  });

  test("jobs that select nothing or configure what is not there", () => {
    const issues = issuesOf({
      assets: [node("orders")],
      jobs: [defineJob({ name: "nightly", selection: ["orders", "ordrs"], config: { order: 1, orders: 2 } })],
    });
    assert.deepEqual(issues.map((issue) => [issue.code, issue.path.join(".")]), [
      ["SELECTION_INVALID", "jobs.nightly.selection"],
      ["CONFIG_INVALID", "jobs.nightly.config.order"],
      ["CONFIG_INVALID", "jobs.nightly.config.orders"],
    ]);
    assert.match(issues[0].hint ?? "", /Did you mean orders\?/);
  });

  test("part of a multi-asset", () => {
    const { even } = defineMultiAsset({
      name: "split",
      outputs: { even: { key: "even" }, odd: { key: "odd" } },
      run: () => ({ even: 2, odd: 1 }),
    });
    const [issue] = issuesOf({ assets: [even] });
    assert.deepEqual(issue.path, ["assets", "split", "outputs", "odd"]);
  });
});

describe("definitions of unusual size", () => {
  test("no assets, one asset", () => {
    assert.equal(definitions({ assets: [] }).assets.length, 0);
    assert.equal(definitions({ assets: [node("a")] }).assets.length, 1);
  });

  test("a chain of 10,000, a fan of 10,000 and back", () => {
    const chain = Array.from(
      { length: 10_000 },
      (_, index) => index === 0 ? node("n0") : node(`n${index}`, `n${index - 1}`),
    );
    assert.equal(definitions({ assets: chain.reverse() }).graph.level[9_999], 9_999);
    const leaves = Array.from({ length: 10_000 }, (_, index) => node(`leaf${index}`, "root"));
    const sink = node("sink", ...leaves.map((leaf) => leaf.key));
    const { graph } = definitions({ assets: [sink, ...leaves, node("root")] });
    assert.equal(graph.level[graph.rankOf("sink") as number], 2);
  });
});
