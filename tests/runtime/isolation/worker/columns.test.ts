import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { numberAt, TaskWriter } from "../../../../src/runtime/isolation/worker/columns.ts";

describe("columns of tasks", () => {
  test("give back what was put in, in one message or the next", () => {
    const number = fc.integer({ min: 0, max: 2 });
    const task = fc.record({
      slot: fc.nat(),
      step: number,
      run: number,
      attempt: number,
      hasInputs: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(fc.array(task, { maxLength: 12 }), { maxLength: 4 }), (messages) => {
        const writer = new TaskWriter();
        for (const tasks of messages) {
          for (const { slot, step, run, attempt, hasInputs } of tasks) {
            writer.push(slot, step, run, attempt, hasInputs ? { inputs: { slot } } : undefined);
          }
          const { slots, steps, runs, attempts, inputs } = writer.take();
          const read = slots.map((slot, place) => ({
            slot,
            step: numberAt(steps, place),
            run: numberAt(runs, place),
            attempt: numberAt(attempts, place),
            hasInputs: inputs?.[place] !== undefined,
          }));
          assert.deepEqual(read, tasks.map((each) => ({ ...each })));
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test("are one number where all tasks have the same, and left out where none has any", () => {
    const writer = new TaskWriter();
    for (let slot = 0; slot < 100; slot++) writer.push(slot, 3, 4, 1, undefined);
    const { slots, ...rest } = writer.take();
    assert.equal(slots.length, 100);
    assert.deepEqual(rest, { steps: 3, runs: 4, attempts: 1 });
  });
});
