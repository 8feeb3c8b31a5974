/** Going on with a run in the middle of a graph: what is over stays over, whatever waits for it. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  defineAsset,
  definitions,
  memoryIO,
  memoryStore,
  skip,
  staticPartitions,
} from "sluice";

/** A store and values that outlive an orchestrator, and what was made. */
function world() {
  const made: string[] = [];
  const gate = { isOpen: false, isReached: false };
  const note = (name: string) => (made.push(name), name);
  const a = defineAsset({ key: "a", run: () => note("a") });
  const b = defineAsset({ key: "b", deps: { a }, run: () => note("b") });
  const broken = defineAsset({
    key: "broken",
    deps: { a },
    run: () => {
      note("broken");
      throw new Error("no");
    },
  });
  const behind = defineAsset({ key: "behind", deps: { broken }, run: () => note("behind") });
  const skipped = defineAsset({ key: "skipped", deps: { a }, skippable: true, run: () => skip("nothing") });
  const unread = defineAsset({ key: "unread", deps: { skipped }, run: () => note("unread") });
  const last = defineAsset({
    key: "last",
    deps: { b },
    run: ({ signal }) => {
      gate.isReached = true;
      if (gate.isOpen) return note("last");
      return new Promise<string>((_, reject) =>
        signal.addEventListener("abort", () => reject(new Error("told to stop")))
      );
    },
  });
  const end = defineAsset({ key: "end", deps: { last, a }, run: () => note("end") });
  const all = definitions({ assets: [a, b, broken, behind, skipped, unread, last, end] });
  const store = Object.assign(memoryStore(), { close: () => Promise.resolve() });
  const io = [memoryIO()];
  return { made, gate, open: () => createOrchestrator(all, { store, io, defaultIO: "memory" }) };
}

describe("a run that is gone on with", () => {
  test("begins nothing that is over, behind what succeeded, failed and was skipped", async () => {
    const { made, gate, open } = world();
    const first = open();
    const running = first.materialize("*");
    while (!gate.isReached || !made.includes("broken")) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await first.close({ graceMs: 0 });
    const { id, status } = await running;
    assert.equal(status, "interrupted");
    gate.isOpen = true;
    await using second = open();
    const before = await second.steps(id);
    const [result] = await second.recover();
    assert.deepEqual([result.id, result.status], [id, "failed"]);
    assert.deepEqual(made, ["a", "b", "broken", "last", "end"]);
    const after = await second.steps(id);
    assert.deepEqual(after.map(({ name, status, attempts }) => [name, status, attempts]).sort(), [
      ["a", "success", 1],
      ["b", "success", 1],
      ["behind", "upstream_failed", 0],
      ["broken", "failed", 1],
      ["end", "success", 1],
      ["last", "success", 2],
      ["skipped", "skipped", 1],
      ["unread", "skipped", 0],
    ]);
    for (const step of before) {
      if (step.finishedMs !== undefined) assert.deepEqual(after[step.step], step);
    }
  });

  test("begins a step once that may begin at any time, also behind one that is over", async () => {
    const made: string[] = [];
    let isOpen = false;
    const note = (name: string) => (made.push(name), name);
    const first = defineAsset({ key: "first", priority: 2, run: () => note("first") });
    const held = defineAsset({
      key: "held",
      priority: 1,
      deps: { first },
      run: ({ signal }) =>
        isOpen ? note("held") : new Promise<string>((_, reject) => signal.addEventListener("abort", reject)),
    });
    const rest = ["x", "y", "z"].map((key) =>
      defineAsset({ key, after: [first], triggerRule: "always", run: () => note(key) })
    );
    const plain = ["a", "m", "zz"].map((key) => defineAsset({ key, deps: { first }, run: () => note(key) }));
    const all = definitions({ assets: [first, held, ...rest, ...plain] });
    const options = {
      store: Object.assign(memoryStore(), { close: () => Promise.resolve() }),
      io: [memoryIO()],
      defaultIO: "memory",
      concurrency: 1,
    };
    const one = createOrchestrator(all, options);
    const running = one.materialize("*");
    while (!made.includes("first")) await new Promise((resolve) => setTimeout(resolve, 1));
    await one.close({ graceMs: 0 });
    await running;
    isOpen = true;
    await using two = createOrchestrator(all, options);
    const [{ status }] = await two.recover();
    assert.equal(status, "success");
    assert.deepEqual(made.toSorted(), ["a", "first", "held", "m", "x", "y", "z", "zz"]);
  });
});

describe("a run that is gone on with after its definitions have changed", () => {
  /** Leaves a run of `parts` and `sum` interrupted when some partitions are made; then the definitions are others. */
  async function change(
    before: {
      readonly keys: readonly string[];
      readonly versions?: readonly string[];
      readonly made: string;
    },
    after: { readonly keys: readonly string[]; readonly versions?: readonly string[] },
  ) {
    const made: string[] = [];
    let isOpen = false;
    const make = (key: string, signal: AbortSignal) => {
      if (isOpen || before.made.includes(key)) return made.push(key);
      return new Promise<number>((_, reject) => signal.addEventListener("abort", () => reject(key)));
    };
    const of = (keys: readonly string[], [ofPart, ofSum]: readonly string[] = ["1", "1"]) => {
      const parts = defineAsset({
        key: "parts",
        codeVersion: ofPart,
        partitions: staticPartitions(keys),
        run: ({ partition: { key }, signal }) => make(key, signal),
      });
      const sum = defineAsset({
        key: "sum",
        codeVersion: ofSum,
        deps: { parts },
        run: ({ signal }) => make("sum", signal),
      });
      return definitions({ assets: [parts, sum] });
    };
    const store = Object.assign(memoryStore(), { close: () => Promise.resolve() });
    const options = { store, io: [memoryIO()], defaultIO: "memory" };
    const one = createOrchestrator(of(before.keys, before.versions), options);
    const running = one.materialize("*", { partitions: "all" });
    while (made.length < before.made.length) await new Promise((resolve) => setTimeout(resolve, 1));
    await one.close({ graceMs: 0 });
    const { id } = await running;
    isOpen = true;
    const two = createOrchestrator(of(after.keys, after.versions), options);
    const [result] = await two.recover();
    return { made, id, result, two, store };
  }

  test("runs what is left when the same partitions come in another order", async () => {
    const { made, id, result } = await change({ keys: ["x", "y", "z"], made: "x" }, {
      keys: ["z", "y", "x"],
    });
    assert.deepEqual(made.toSorted(), ["sum", "x", "y", "z"]);
    assert.deepEqual([result.status, result.record.parent], ["success", id]);
  });

  test("tells in a run of its own what was made by new code, and leaves what the old has made", async () => {
    const { made, id, result, two } = await change(
      { keys: ["x", "y"], versions: ["1", "1"], made: "x" },
      { keys: ["x", "y"], versions: ["2", "1"] },
    );
    assert.deepEqual(made, ["x", "y", "sum"]);
    assert.deepEqual([result.status, result.record.parent], ["success", id]);
    const left = await two.run(id);
    assert.deepEqual([left?.status, left?.error?.code], ["failed", "DEFINITION_CHANGED"]);
    assert.match(String(left?.error?.message), /the code of parts has changed. What was left became a run/);
    const versions = await two.materializations("parts");
    assert.deepEqual(versions.map(({ partitionKey, codeVersion }) => [partitionKey, codeVersion]), [
      ["y", "2"],
      ["x", "1"],
    ]);
    const plan = await two.plan({ select: "parts", scope: "stale" });
    assert.deepEqual(plan.sets.get(plan.ranks[0])?.subset.size, 1);
  });

  test("goes on under its own id when only what is over has other code, and says so", async () => {
    const { made, id, result, store } = await change(
      { keys: ["x"], versions: ["1", "1"], made: "x" },
      { keys: ["x"], versions: ["2", "1"] },
    );
    assert.deepEqual([made, result.id, result.status], [["x", "sum"], id, "success"]);
    const events = await store.events({ runId: id });
    const earlier = events.flatMap((event) => event.type === "run_recovered" ? [event.payload.earlier] : []);
    assert.deepEqual(earlier, [["parts"]]);
  });
});
