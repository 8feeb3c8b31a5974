import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  allMapping,
  type Asset,
  createOrchestrator,
  defineAsset,
  defineMultiAsset,
  definitions,
  materialize,
  type OrchestratorOptions,
  shortCircuit,
  staticPartitions,
  type StepRecord,
  type TriggerRule,
} from "sluice";
import { virtualClock } from "../../../src/testing/clock.ts";
import { World } from "../support.ts";

const cut = (key: string, rules: "ignore" | "respect" = "ignore", more: object = {}) =>
  defineAsset({ key, skippable: true, ...more, run: () => shortCircuit("a holiday", { rules }) });

function below(key: string, after: readonly Asset[], triggerRule?: TriggerRule, more: object = {}): Asset {
  return defineAsset({ key, after, ...(triggerRule && { triggerRule }), ...more, run: () => key });
}

async function ends(assets: readonly Asset[], options: OrchestratorOptions = {}) {
  await using sluice = createOrchestrator(definitions({ assets }), {
    store: "memory",
    defaultIO: "memory",
    ...options,
  });
  const { id, status } = await sluice.materialize(
    "*",
    assets.some((asset) => asset.partitions) ? { partitions: "all" } : {},
  );
  const steps = await sluice.steps(id);
  return {
    status,
    steps,
    states: Object.fromEntries(
      steps.map(({ name, partitionKeys, status }) => [[name, ...partitionKeys].join(" "), status]),
    ),
    waiting: await sluice.waiting(),
  };
}

describe("a short circuit", () => {
  test("skips everything downstream, whatever its rules say, and nothing else", async () => {
    const gate = cut("gate");
    const other = defineAsset({ key: "other", run: () => 1 });
    const direct = below("direct", [gate]);
    const done = below("done", [direct, other], "all_done");
    const last = below("last", [done], "one_done");
    const { states, steps, status } = await ends([gate, other, direct, done, last, below("beside", [other])]);
    assert.equal(status, "success");
    assert.deepEqual(states, {
      gate: "skipped",
      other: "success",
      direct: "skipped",
      done: "skipped",
      last: "skipped",
      beside: "success",
    });
    const last0 = steps.find(({ name }) => name === "last");
    assert.equal(last0?.reason, "cut off upstream: a holiday");
    assert.equal(steps.find(({ name }) => name === "gate")?.circuit, "all");
  });

  test("that respects rules skips what is directly downstream only", async () => {
    const gate = cut("gate", "respect");
    const ruled = below("ruled", [gate], "all_done");
    const plain = below("plain", [gate]);
    const { states } = await ends([
      gate,
      ruled,
      plain,
      below("after ruled".replace(" ", "_"), [ruled], "all_done"),
      below("skipped_too", [ruled], "all_success"),
      below("ordered", [plain]),
      defineAsset({ key: "reads", deps: { plain }, run: () => 1 }),
    ]);
    assert.deepEqual(states, {
      gate: "skipped",
      ruled: "skipped",
      plain: "skipped",
      after_ruled: "success",
      skipped_too: "skipped",
      ordered: "success",
      reads: "skipped",
    });
  });

  test("leaves alone what runs already, and cuts off what waits for another attempt or a slot", async () => {
    const clock = virtualClock(0);
    const open = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    const gate = defineAsset({
      key: "gate",
      skippable: true,
      run: async () => {
        await open.promise;
        return shortCircuit("late");
      },
    });
    const holder = defineAsset({
      key: "holder",
      pool: "one",
      run: () => over.promise,
    });
    const runs = defineAsset({
      key: "runs",
      after: [gate],
      triggerRule: "always",
      run: async () => {
        // By then all that may begin has begun, and a moment later the gate is over.
        await new Promise((resolve) => setTimeout(resolve, 10));
        open.resolve();
        await new Promise((resolve) => setTimeout(resolve, 10));
        over.resolve();
        return 1;
      },
    });
    let tries = 0;
    const retries = defineAsset({
      key: "retries",
      after: [gate],
      triggerRule: "always",
      retry: { maxRetries: 1, delayMs: 60_000 },
      run: (): number => {
        tries++;
        throw new Error("no");
      },
    });
    const waits = below("waits", [gate], "always", { pool: "one" });
    const { states, waiting } = await ends([holder, gate, runs, retries, waits], {
      clock,
      pools: { one: 1 },
    });
    assert.deepEqual(states, {
      holder: "success",
      gate: "skipped",
      runs: "success",
      retries: "skipped",
      waits: "skipped",
    });
    assert.equal(tries, 1);
    assert.deepEqual(waiting, []);
  });

  test("reaches through many partitions at once, and not beside", async () => {
    const letters = staticPartitions(["a", "b", "c"]);
    const gate = defineAsset({
      key: "gate",
      skippable: true,
      partitions: letters,
      run: ({ partition }) => partition.key === "b" ? shortCircuit("not b") : partition.key,
    });
    const same = defineAsset({ key: "same", partitions: letters, deps: { gate }, run: () => 1 });
    const many = defineAsset({
      key: "many",
      partitions: letters,
      after: [{ asset: gate, mapping: allMapping() }],
      triggerRule: "all_done",
      run: () => 1,
    });
    const sum = below("sum", [same], "all_done");
    const { states } = await ends([gate, same, many, sum]);
    assert.deepEqual(states, {
      "gate a": "success",
      "gate b": "skipped",
      "gate c": "success",
      "same a": "success",
      "same b": "skipped",
      "same c": "success",
      "many a": "skipped",
      "many b": "skipped",
      "many c": "skipped",
      sum: "skipped",
    });
  });

  test("is made good by a process that goes on where one died between what was cut off", async () => {
    const gate = cut("gate");
    const first = below("first", [gate], "all_done");
    const second = below("second", [first], "all_done");
    const beside = below("beside", [], undefined);
    const world = new World([gate, first, second, beside]);
    const record = (step: number, circuit?: "all"): StepRecord => ({
      step,
      name: "",
      partitionKeys: [],
      status: "skipped",
      attempts: 1,
      startedMs: 0,
      finishedMs: 0,
      outputs: [],
      error: undefined,
      reason: "a holiday",
      chain: [],
      ...(circuit && { circuit }),
    });
    const { steps } = await world.run();
    const numbers = new Map(
      Array.from({ length: steps.count }, (_, step) => [steps.node(steps.nodeOf(step)).step, step]),
    );
    const of = (name: string) => numbers.get(name) as number;
    const resumed = await world.run({ resumed: [record(of("gate"), "all"), record(of("first"))] });
    assert.deepEqual(resumed.ends, { second: "skipped", beside: "succeeded" });
    assert.equal(resumed.outcome.steps.skipped, 3);
  });

  test("holds for all outputs of a step", async () => {
    const pair = defineMultiAsset({
      name: "pair",
      outputs: { left: { key: "left" }, right: { key: "right" } },
      skippable: true,
      run: () => shortCircuit("none of them"),
    });
    const { states } = await ends([pair.left, pair.right, below("after", [pair.left], "all_done")]);
    assert.deepEqual(states, { pair: "skipped", after: "skipped" });
  });

  test("is refused where the asset is not skippable, of one output, and with slips in its options", async () => {
    const plain = cut("plain", "ignore", { skippable: false });
    const { steps } = await ends([plain]);
    assert.match(steps[0].error?.message ?? "", /returned shortCircuit\(\), and is not declared skippable/);
    const { left } = defineMultiAsset({
      name: "pair",
      outputs: { left: { key: "left" } },
      skippable: true,
      run: () => ({ left: shortCircuit("no") }) as never,
    });
    assert.match(
      (await ends([left])).steps[0].error?.message ?? "",
      /for one of its outputs, and it is for all/,
    );
    assert.throws(
      () => shortCircuit("no", { rules: "all" } as never),
      /takes "ignore" or "respect" as rules/,
    );
    assert.throws(() => shortCircuit("no", { rule: "ignore" } as never), /has no option "rule"/);
    assert.deepEqual((await materialize(cut("lone"))).status, "skipped");
  });
});
