import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createEventLog, createOrchestrator, defineAsset, defineJob, definitions } from "sluice";

const MEMORY = { store: "memory", defaultIO: "memory" } as const;
const chatty = defineAsset({
  key: "chatty",
  retry: { maxRetries: 1 },
  run: ({ log, run: { id } }) => {
    log.info("two\nlines", { id });
    throw new Error(`no luck ${"x".repeat(9_000)}`);
  },
});
const all = definitions({ assets: [chatty], jobs: [defineJob({ name: "nightly", selection: chatty })] });

async function lines(
  options: Parameters<typeof createEventLog>[1],
): Promise<readonly Record<string, unknown>[]> {
  const written: string[] = [];
  await using sluice = createOrchestrator(all, MEMORY);
  using _ = createEventLog(sluice, { ...options, write: (line) => written.push(line) });
  await sluice.runJob("nightly");
  for (const line of written) assert.equal(line.includes("\n"), false, "one line each");
  return written.map((line) => JSON.parse(line));
}

describe("an event log", () => {
  test("has a line of JSON for every event, in order, with names in the place of numbers", async () => {
    const all = await lines({});
    assert.deepEqual(all.map(({ event, level }) => [event, level]), [
      ["run_created", "info"],
      ["run_started", "info"],
      ["step_started", "info"],
      ["step_log", "info"],
      ["step_retrying", "warning"],
      ["step_started", "info"],
      ["step_log", "info"],
      ["step_failed", "error"],
      ["run_finished", "error"],
    ]);
    const ids = all.map(({ id }) => Number(id));
    assert.deepEqual(ids, ids.toSorted((one, other) => one - other));
    const [created, , started, said, retrying] = all;
    assert.deepEqual([started.step, started.attempt, started.job], ["chatty", 1, "nightly"]);
    assert.deepEqual([said.message, (said.data as { fields: object }).fields], ["two\nlines", {
      id: started.run,
    }]);
    assert.match(String(retrying.message), /^step chatty failed in attempt 1: no luck/);
    assert.ok(
      Number(retrying.dataLength) > 8_192 && !("data" in retrying),
      "what is too long is left out, and said",
    );
    assert.equal("steps" in (created.data as object), false);
    for (const { time } of all) assert.equal(new Date(String(time)).toISOString(), time);
  });

  test("leaves out what is lighter than asked for, and types that are named", async () => {
    assert.deepEqual((await lines({ atLeast: "error" })).map(({ event }) => event), [
      "step_failed",
      "run_finished",
    ]);
    const some = await lines({ without: ["step_log", "step_started"] });
    assert.deepEqual(some.map(({ event }) => event), [
      "run_created",
      "run_started",
      "step_retrying",
      "step_failed",
      "run_finished",
    ]);
    await using sluice = createOrchestrator(all, MEMORY);
    assert.throws(() => createEventLog(sluice, { atleast: "error" } as never), { code: "MONITOR_INVALID" });
  });
});
