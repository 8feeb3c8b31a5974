import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { SluiceError } from "sluice";
import { systemClock } from "../../../../src/model/ports.ts";
import { fingerprintStep } from "../../../../src/runtime/isolation/fingerprint.ts";
import { WorkerPool } from "../../../../src/runtime/isolation/worker/pool.ts";
import { definitions } from "../fixtures/pooled.ts";

function open(workers: number) {
  const pool = new WorkerPool({ module: definitions.module as string, clock: systemClock, workers });
  const known = new Map<string, ReturnType<WorkerPool["introduce"]>>();
  const call = (name: string, value: unknown) => {
    const step = known.get(name) ??
      pool.introduce(name, fingerprintStep(definitions.asset(name)["~step"], []));
    known.set(name, step);
    const order = { step, run: pool.runOf("run", {}), attempt: 1, listener: undefined };
    return pool.call({ ...order, argument: { inputs: { value } } });
  };
  return { pool, call };
}

describe("a pool", () => {
  test("answers each call with its own value, however many there are", async () => {
    const { pool, call } = open(2);
    const values = Array.from({ length: 3_000 }, (_, nth) => nth);
    assert.deepEqual(await Promise.all(values.map((value) => call("echo", value).promise)), values);
    assert.equal(pool.counts.busy, 0);
    await pool.close();
  });

  test("gives what a worker had not begun to another one when it is gone", async () => {
    const { pool, call } = open(1);
    await Promise.all(Array.from({ length: 200 }, (_, nth) => call("echo", nth).promise));
    const fatal = call("dies", 0).promise;
    const behind = Array.from({ length: 20 }, (_, nth) => call("echo", nth).promise);
    await assert.rejects(fatal, (error) => error instanceof SluiceError && error.code === "STEP_CRASHED");
    const settled = await Promise.allSettled(behind);
    // Those that were sent with it may have been begun, since a worker that ends lives on for a moment; nobody is forgotten.
    const values = settled.flatMap((each) => each.status === "fulfilled" ? [each.value] : []);
    assert.deepEqual(values, values.toSorted((a, b) => Number(a) - Number(b)));
    for (const each of settled) {
      if (each.status === "rejected") assert.equal((each.reason as SluiceError).code, "STEP_CRASHED");
    }
    assert.equal(await call("echo", 7).promise, 7);
    await pool.close();
  });

  test("sends little ahead of what takes long, so that others are not behind it", async () => {
    const { pool, call } = open(2);
    // Three rounds: both workers are there then, know the steps, and have been seen to take long.
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        Array.from({ length: 8 }, (_, nth) => call(nth < 2 ? "echo" : "computes", nth).promise),
      );
    }
    const order: number[] = [];
    const long = call("computes", 500).promise.then(() => order.push(500));
    const short = Array.from(
      { length: 40 },
      (_, nth) => call("echo", nth).promise.then(() => order.push(nth)),
    );
    await Promise.all([long, ...short]);
    // Dealt out evenly, half of them would wait for it.
    assert.ok(order.indexOf(500) >= 30, order.join());
    await pool.close();
  });

  test("rejects what waits when it is closed", async () => {
    const { pool, call } = open(1);
    const waiting = call("echo", 1).promise;
    const rejected = assert.rejects(waiting, /was given up: its workers were closed/);
    await pool.close();
    await rejected;
    await assert.rejects(call("echo", 1).promise, /closed/);
  });
});
