/** Going on with a run in the middle of a graph: what is over stays over, whatever waits for it. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createOrchestrator, defineAsset, definitions, memoryIO, memoryStore, skip } from "sluice";

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
