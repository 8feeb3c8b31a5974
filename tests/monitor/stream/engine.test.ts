import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createEngines,
  createMonitor,
  createOrchestrator,
  defineAsset,
  definitions,
  type EngineMessage,
  type EngineOutbound,
  type EngineSource,
  type MonitorStream,
} from "sluice";

const MEMORY = { store: "memory", defaultIO: "memory" } as const;

/** Reads notices until something is so, and gives them in words. */
async function read(stream: MonitorStream, count: number): Promise<string[]> {
  const words: string[] = [];
  for await (const each of stream) {
    if (each.kind !== "engine") continue;
    const { message, severity, missed } = each;
    const what = "status" in message ? message.status : message.healthy ? "healthy" : "ill";
    words.push(`${severity} ${message.type} ${what}${missed ? ` after ${missed}` : ""}`);
    if (words.length === count) break;
  }
  return words;
}

describe("attachToEngine", () => {
  test("tells subscribers what an engine says, with its severity and without values", async () => {
    const bad = defineAsset({
      key: "bad",
      run: () => {
        throw new Error("no luck");
      },
    });
    const good = defineAsset({ key: "good", run: () => "a value" });
    await using sluice = createOrchestrator(definitions({ assets: [bad, good] }), MEMORY);
    await using engines = createEngines();
    engines.registerEngine({ id: "main", orchestrator: sluice });
    engines.registerWorkflow({ id: "bad", select: bad });
    engines.registerWorkflow({ id: "good", select: good, outputs: [good] });
    using monitor = createMonitor(sluice);
    assert.throws(() => monitor.attachToEngine(engines, "man"), { code: "ENGINE_UNKNOWN" });
    const detach = monitor.attachToEngine(engines, "main");
    const all = monitor.subscribe();
    const grave = monitor.subscribe({ atLeast: "error" });
    const typed = monitor.subscribe({ types: ["run_finished"] });
    await engines.executeWorkflow("good");
    await engines.executeWorkflow("bad");
    const seen: unknown[] = [];
    const first = await all.next();
    seen.push(first.value);
    assert.equal(JSON.stringify(seen).includes("a value"), false);
    assert.deepEqual(await read(all, 5), [
      "info workflow_response success",
      "info status_update idle",
      "info status_update running",
      "error workflow_response failed",
      "info status_update idle",
    ]);
    assert.deepEqual(await read(grave, 1), ["error workflow_response failed"]);
    const ends = [await typed.next(), await typed.next()].map(({ value }) => value?.kind);
    assert.deepEqual(ends, ["event", "event"], "who asks for types of events hears of nothing else");
    assert.equal(engines.engine("main").readers, 1);
    detach();
    assert.equal(engines.engine("main").readers, 0);
  });

  test("lets the oldest go when a subscriber is too slow, and says how many", async () => {
    const said: EngineMessage[] = [1, 2, 3, 4, 5].map((place) => ({
      type: "health_response",
      engineId: "e",
      atMs: place,
      correlationId: `h${place}`,
      healthy: place % 2 === 1,
      current: 0,
    }));
    const outbound: EngineOutbound = Object.assign(
      (async function* () {
        yield* said;
      })(),
      { close: () => {} },
    );
    const source: EngineSource = { engineOutbound: () => outbound };
    using monitor = createMonitor({ subscribe: () => () => {}, events: async () => [] }, { buffer: 2 });
    const stream = monitor.subscribe();
    monitor.attachToEngine(source, "e");
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(await read(stream, 2), [
      "error health_response ill after 3",
      "info health_response healthy",
    ]);
  });
});
