import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { assetRef, createOrchestrator, defineAsset, definitions } from "sluice";

const MEMORY = { store: "memory", defaultIO: "memory" } as const;

/** Steps in a chain, each of which waits until it is let go. */
function chain(names: readonly string[]) {
  const started: string[] = [];
  const releases = new Map<string, () => void>();
  const assets = names.map((key, place) =>
    defineAsset({
      key,
      ...(place > 0 && { after: [assetRef(names[place - 1])] }),
      run: () => {
        started.push(key);
        return new Promise<string>((resolve) => releases.set(key, () => resolve(key)));
      },
    })
  );
  const release = async (key: string) => {
    while (!releases.has(key)) await new Promise((resolve) => setTimeout(resolve, 1));
    releases.get(key)?.();
    releases.delete(key);
  };
  return { definitions: definitions({ assets }), started, release };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("pause", () => {
  test("lets what is under way end, and begins nothing until resume", async () => {
    const { definitions, started, release } = chain(["a", "b", "c"]);
    await using sluice = createOrchestrator(definitions, MEMORY);
    const run = sluice.materialize("*");
    await release("a");
    await settle();
    assert.deepEqual(started, ["a", "b"]);
    await sluice.pause();
    await release("b");
    const second = sluice.materialize("a");
    await settle();
    assert.deepEqual(started, ["a", "b"], "neither the next step nor a run that is new");
    await sluice.resume();
    await settle();
    assert.deepEqual(started.toSorted(), ["a", "a", "b", "c"]);
    await release("c");
    await release("a");
    assert.deepEqual([(await run).status, (await second).status], ["success", "success"]);
  });

  test("does not keep a run from being canceled, nor the orchestrator from being closed", async () => {
    const { definitions, started } = chain(["a", "b"]);
    const sluice = createOrchestrator(definitions, MEMORY);
    await sluice.pause();
    const controller = new AbortController();
    const canceled = sluice.materialize("a", { signal: controller.signal });
    const left = sluice.materialize("b");
    await settle();
    controller.abort("no need");
    assert.equal((await canceled).status, "canceled");
    const closing = sluice.close();
    assert.equal((await left).status, "interrupted");
    await closing;
    assert.deepEqual(started, []);
  });
});
