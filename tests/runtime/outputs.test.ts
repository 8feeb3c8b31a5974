import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset } from "../../src/model/assets/asset.ts";
import { defineCheck } from "../../src/model/assets/check.ts";
import { defineMultiAsset } from "../../src/model/assets/multi_asset.ts";
import { output, skip, unchanged } from "../../src/model/assets/result.ts";
import type { Schema } from "../../src/model/assets/schema.ts";
import { staticPartitions } from "../../src/model/partitions/definition.ts";
import { type Ran, World } from "./support.ts";

/** A schema that accepts objects whose `id` is a number. */
function rows(isAsync = false): Schema<{ readonly id: number }> {
  const validate = (value: unknown) =>
    typeof (value as { readonly id?: unknown })?.id === "number"
      ? { value: value as { readonly id: number } }
      : { issues: [{ message: "expected a number", path: ["rows", 0, { key: "id" }] }] };
  return {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => isAsync ? Promise.resolve(validate(value)) : validate(value),
    },
  };
}

function failureOf(ran: Ran, name: string): string {
  const failed = ran.of("step_failed").find(({ step }) => ran.nameOf(step) === name);
  return failed ? `${failed.payload.error.code}: ${failed.payload.error.message}` : "did not fail";
}

describe("one output", () => {
  test("may come with facts, over what was reported before", async () => {
    const a = defineAsset({
      key: "a",
      run: ({ report }) => {
        report({ metadata: { rows: 1, file: "x" } });
        report({ metadata: { rows: 2 }, dataVersion: "reported" });
        return output([1, 2], { metadata: { rows: 3 }, dataVersion: "v7" });
      },
    });
    const b = defineAsset({
      key: "b",
      run: ({ report }) => {
        report({ metadata: { only: "reported" } });
        return 1;
      },
    });
    const world = new World([a, b]);
    const ran = await world.run();
    assert.deepEqual(ran.of("step_succeeded").map(({ payload }) => payload), [
      { outputs: [{ dataVersion: "v7", metadata: { rows: 3, file: "x" } }] },
      { outputs: [{ metadata: { only: "reported" } }] },
    ]);
    assert.deepEqual(world.value("a"), [1, 2]);
    const receipt = world.memory.receipt({ asset: "a", partition: undefined });
    assert.deepEqual(
      [receipt?.dataVersion, receipt?.runId, receipt?.metadata, receipt?.atMs],
      ["v7", "run-1", { rows: 3, file: "x" }, 1_000_000],
    );
  });

  test("may be undefined", async () => {
    const a = defineAsset({ key: "a", run: () => {} });
    const b = defineAsset({
      key: "b",
      deps: { a },
      run: ({ inputs }) => "a" in inputs && inputs.a === undefined,
    });
    const world = new World([a, b]);
    await world.run();
    assert.equal(world.value("b"), true);
  });

  test("is checked by its schema, at once or later, and kept as it was returned", async () => {
    for (const isAsync of [false, true]) {
      const good = defineAsset({ key: "good", output: rows(isAsync), run: () => ({ id: 1, extra: true }) });
      const bad = defineAsset({ key: "bad", output: rows(isAsync), run: () => ({ id: "1" }) as never });
      const world = new World([good, bad]);
      const ran = await world.run();
      assert.deepEqual(world.value("good"), { id: 1, extra: true });
      assert.equal(
        failureOf(ran, "bad"),
        "VALUE_INVALID: VALUE_INVALID: The value of bad is not what its schema asks for at rows[0].id: expected a number",
      );
      assert.throws(() => world.value("bad"), { code: "VALUE_MISSING" });
    }
  });

  test("refuses facts that are no JSON", async () => {
    const a = defineAsset({ key: "a", run: () => output(1, { metadata: { big: 1n } }) });
    assert.match(failureOf(await new World([a]).run(), "a"), /metadata that is no JSON/);
  });

  test("has a data version that follows code version and inputs, where these are known", async () => {
    const make = (version: string, code: string) => {
      const a = defineAsset({ key: "a", run: () => output(1, { dataVersion: version }) });
      const b = defineAsset({ key: "x/b", codeVersion: code, deps: { a }, run: ({ inputs }) => inputs.a });
      const c = defineAsset({ key: "c", codeVersion: "c1", deps: { b, a }, run: () => 1 });
      const free = defineAsset({ key: "free", run: () => 1 });
      const d = defineAsset({ key: "d", codeVersion: "d1", deps: { free }, run: () => 1 });
      return new World([a, b, c, free, d]);
    };
    const versions = async (world: World) => {
      await world.run();
      const version = (asset: string) => world.memory.receipt({ asset, partition: undefined })?.dataVersion;
      return [version("x/b"), version("c"), version("d")];
    };
    const first = await versions(make("1", "b1"));
    // sha256("b1" + "1"), and sha256("c1" + version of a + version of x/b): keys sort as Dagster sorts them.
    const { createHash } = await import("node:crypto");
    const sha = (text: string) => createHash("sha256").update(text).digest("hex");
    assert.deepEqual(first, [sha("b11"), sha(`c11${sha("b11")}`), "run-1/3"]);
    assert.deepEqual(await versions(make("1", "b1")), first);
    assert.notEqual((await versions(make("2", "b1")))[0], first[0]);
    assert.notEqual((await versions(make("1", "b2")))[1], first[1]);
  });
});

describe("a multi-asset", () => {
  const split = (run: (context: { readonly selected: ReadonlySet<string> }) => unknown, options = {}) =>
    defineMultiAsset({
      name: "split",
      outputs: { even: { key: "n/even" }, odd: { key: "n/odd", output: rows() } },
      ...options,
      run: run as never,
    });

  test("keeps each output, with facts of its own", async () => {
    const { even, odd } = split(() => ({ odd: { id: 1 }, even: output(2, { metadata: { n: 1 } }) }));
    const world = new World([even, odd]);
    const ran = await world.run();
    assert.deepEqual([world.value("n/even"), world.value("n/odd")], [2, { id: 1 }]);
    assert.deepEqual(ran.of("step_succeeded")[0].payload, { outputs: [{ metadata: { n: 1 } }] });
  });

  test("refuses what is missing, unknown or no record, and does not try again", async () => {
    const cases: [unknown, RegExp][] = [
      [{ even: 2 }, /split did not return odd/],
      [{ even: 2, odd: { id: 1 }, prime: 3 }, /split returned "prime", which is none of its outputs/],
      [7, /split returned number instead of a record of its outputs/],
      [null, /split returned null instead/],
      [{ even: 2, odd: { id: "x" } }, /VALUE_INVALID: The value of n\/odd/],
      [{ even: 2, odd: skip("no") }, /split returned skip\(\), and is not declared skippable/],
    ];
    for (const [result, expected] of cases) {
      const { even, odd } = split(() => result);
      const ran = await new World([even, odd]).run();
      assert.match(failureOf(ran, "split"), expected);
      assert.equal(ran.of("step_retrying").length, 0);
    }
  });

  test("may skip one output: only what reads it is skipped", async () => {
    const { even, odd } = split(() => ({ even: skip("none"), odd: { id: 1 } }), { skippable: true });
    const a = defineAsset({ key: "a", deps: { even }, run: () => 1 });
    const b = defineAsset({ key: "b", deps: { odd }, run: ({ inputs }) => inputs.odd.id });
    const ran = await new World([even, odd, a, b]).run();
    assert.deepEqual(ran.ends, { split: "succeeded", a: "skipped", b: "succeeded" });
    assert.deepEqual(ran.of("step_succeeded")[0].payload, { outputs: [{ skipped: "none" }] });
    assert.deepEqual(ran.of("step_skipped")[0].payload, { reason: "an input was skipped", cause: 0 });
  });

  test("is skipped as a whole when it skips every output", async () => {
    const { even, odd } = split(() => ({ even: skip("none"), odd: skip("none either") }), {
      skippable: true,
    });
    assert.deepEqual((await new World([even, odd]).run()).ends, { split: "skipped" });
  });

  test("may leave outputs unchanged", async () => {
    const { even, odd } = split(() => ({ even: unchanged(), odd: { id: 1 } }));
    const ran = await new World([even, odd]).run();
    assert.deepEqual(ran.of("step_succeeded")[0].payload, { outputs: [{ unchanged: true }] });
  });

  test("makes only what is asked for, when that is allowed", async () => {
    const seen: string[][] = [];
    const { even, odd } = split(({ selected }) => {
      seen.push([...selected]);
      return { odd: { id: 3 } };
    }, { subsettable: true });
    const world = new World([even, odd]);
    const ran = await world.run({ request: { select: "n/odd" } });
    assert.deepEqual([ran.status, seen, world.value("n/odd")], ["success", [["odd"]], { id: 3 }]);
    assert.throws(() => world.value("n/even"), { code: "VALUE_MISSING" });
    const both = split(() => ({ even: 2, odd: { id: 3 } }), { subsettable: true });
    const other = await new World([both.even, both.odd]).run({ request: { select: "n/odd" } });
    assert.match(failureOf(other, "split"), /"even", which this run does not ask for/);
  });
});

describe("a batch", () => {
  const days = staticPartitions(["a", "b", "c"]);
  const make = (run: (context: never) => unknown, options = {}) =>
    defineAsset({ key: "all", partitions: days, batch: true, ...options, run: run as never });
  const everything = { request: { partitions: "all" as const } };

  test("takes all partitions at once and gives each exactly once, in any order", async () => {
    const seen: string[][] = [];
    const asset = make(
      async function* ({ partitions }: { readonly partitions: readonly { readonly key: string }[] }) {
        seen.push(partitions.map(({ key }) => key));
        for (const { key } of partitions.toReversed()) yield [key, key.toUpperCase()];
      } as never,
    );
    const world = new World([asset]);
    const ran = await world.run(everything);
    assert.deepEqual([seen, ran.status], [[["a", "b", "c"]], "success"]);
    assert.deepEqual(["a", "b", "c"].map((key) => world.value("all", key)), ["A", "B", "C"]);
    assert.deepEqual(ran.of("step_succeeded").map(({ payload }) => payload), [undefined]);
  });

  test("is cut by its backfill policy", async () => {
    const seen: string[][] = [];
    const asset = make(({ partitions }: { readonly partitions: readonly { readonly key: string }[] }) => {
      seen.push(partitions.map(({ key }) => key));
      return partitions.map(({ key }) => [key, 1]);
    }, { backfill: { maxPartitionsPerRun: 2 } });
    assert.equal((await new World([asset]).run(everything)).status, "success");
    assert.deepEqual(seen, [["a", "b"], ["c"]]);
  });

  test("records what is special partition by partition", async () => {
    const asset = make(() => [["a", 1], ["b", output(2, { metadata: { n: 2 } })], ["c", 3]]);
    const ran = await new World([asset]).run(everything);
    assert.deepEqual(ran.of("step_succeeded")[0].payload, {
      outputs: [{ partition: 1, metadata: { n: 2 } }],
    });
  });

  test("refuses strange, repeated, missing and unreadable pairs", async () => {
    const cases: [unknown, RegExp][] = [
      [[["a", 1], ["a", 2], ["b", 1], ["c", 1]], /all gave "a" twice/],
      [[["d", 1]], /all gave "d", which is none of its partitions/],
      [[["a", 1]], /all gave no value for "b", "c"/],
      [[["a", 1, 2]], /something else than a \[key, value\] pair/],
      [["a"], /something else than/],
      [7, /returned number instead of \[key, value\] pairs/],
      [{ a: 1 }, /returned object instead/],
    ];
    for (const [result, expected] of cases) {
      assert.match(failureOf(await new World([make(() => result)]).run(everything), "all@a+b+c"), expected);
    }
  });
});

describe("checks", () => {
  test("inside a step see the value, are recorded, and count by severity", async () => {
    const a = defineAsset({
      key: "a",
      run: () => [1, 2],
      checks: {
        fits: (value) => value.length === 2,
        odd: { severity: "warn", run: () => false },
        later: {
          run: async () => ({
            passed: false,
            description: "too few",
            metadata: { n: 2 },
            severity: "warn" as const,
          }),
        },
        plain: { run: () => ({ passed: false }) },
      },
    });
    const b = defineAsset({ key: "b", deps: { a }, run: () => 1 });
    const ran = await new World([a, b]).run();
    assert.deepEqual([ran.status, ran.ends], ["success", { a: "succeeded", b: "succeeded" }]);
    assert.deepEqual(ran.of("check_evaluated").map(({ payload }) => payload), [
      { asset: "a", check: "fits", passed: true, severity: "error", blocking: false },
      { asset: "a", check: "odd", passed: false, severity: "warn", blocking: false },
      {
        asset: "a",
        check: "later",
        passed: false,
        severity: "warn",
        blocking: false,
        description: "too few",
        metadata: { n: 2 },
      },
      { asset: "a", check: "plain", passed: false, severity: "error", blocking: false },
    ]);
    assert.deepEqual(ran.outcome.checks, { failed: 1, warned: 2 });
  });

  test("that block fail the step without a retry; its value is kept, and nothing downstream begins", async () => {
    const a = defineAsset({
      key: "a",
      retry: { maxRetries: 3 },
      run: () => output("kept", { dataVersion: "v1" }),
      checks: {
        gate: { blocking: true, run: () => false },
        other: { blocking: true, severity: "warn", run: () => false },
      },
    });
    const b = defineAsset({ key: "b", deps: { a }, run: () => 1 });
    const world = new World([a, b]);
    const ran = await world.run();
    assert.deepEqual(ran.ends, { a: "failed", b: "upstream_failed" });
    const [{ payload }] = ran.of("step_failed");
    assert.match(payload.error.message, /a failed the blocking check gate\./);
    assert.deepEqual(payload.outputs, [{ dataVersion: "v1" }]);
    assert.equal(world.value("a"), "kept");
    assert.equal(ran.of("step_retrying").length, 0);
  });

  test("that throw or give no verdict fail the step", async () => {
    const throws = defineAsset({
      key: "throws",
      run: () => 1,
      checks: {
        c: () => {
          throw new Error("oops");
        },
      },
    });
    const strange = defineAsset({ key: "strange", run: () => 1, checks: { c: () => "yes" as never } });
    const ran = await new World([throws, strange]).run();
    assert.match(failureOf(ran, "throws"), /oops/);
    assert.match(failureOf(ran, "strange"), /strange:c returned string, which is no verdict/);
  });

  test("of a batch run for each partition", async () => {
    const asset = defineAsset({
      key: "all",
      partitions: staticPartitions(["a", "b"]),
      batch: true,
      run: () => [["a", 1], ["b", -1]] as const,
      checks: { positive: { blocking: true, run: (value) => value > 0 } },
    });
    const ran = await new World([asset]).run({ request: { partitions: "all" } });
    const verdicts = ran.of("check_evaluated").map(({ payload }) => [payload.partition, payload.passed]);
    assert.deepEqual(verdicts, [["a", true], ["b", false]]);
    assert.deepEqual(ran.of("step_failed")[0].payload.outputs, [{ partition: 0 }, { partition: 1 }]);
  });

  test("as steps of their own gate what reads the asset, when they block", async () => {
    const a = defineAsset({ key: "a", run: () => -1 });
    const check = (name: string, blocking: boolean, severity: "warn" | "error" = "error") =>
      defineCheck({ asset: a, name, blocking, severity, run: ({ value }) => ({ passed: value > 0 }) });
    const b = defineAsset({ key: "b", deps: { a }, run: () => 1 });
    const run = async (...checks: readonly ReturnType<typeof check>[]) => {
      const ran = await new World([a, b], { checks }).run();
      return [ran.status, ran.ends.b, ran.outcome.checks.failed, ran.outcome.checks.warned];
    };
    assert.deepEqual(await run(check("free", false)), ["success", "succeeded", 1, 0]);
    assert.deepEqual(await run(check("warns", true, "warn")), ["success", "succeeded", 0, 1]);
    assert.deepEqual(await run(check("blocks", true)), ["failed", "upstream_failed", 1, 0]);
  });

  test("of a skipped asset are skipped", async () => {
    const a = defineAsset({ key: "a", skippable: true, run: () => skip("no") });
    const check = defineCheck({ asset: a, name: "c", blocking: true, run: () => false });
    const b = defineAsset({ key: "b", after: [a], run: () => 1 });
    assert.deepEqual((await new World([a, b], { checks: [check] }).run()).ends, {
      a: "skipped",
      "a:c": "skipped",
      b: "succeeded",
    });
  });
});
