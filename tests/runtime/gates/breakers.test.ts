/** Several breakers together: whatever order they open and half open in, nobody is left waiting. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { Breaker } from "../../../src/runtime/gates/breaker.ts";
import { Gates, type Pass, type Waiter } from "../../../src/runtime/gates/gates.ts";
import { type VirtualClock, virtualClock } from "../../../src/testing/clock.ts";

const NAMES = ["a", "b", "c"];
const FAILED = { error: Object.assign(new Error("reset"), { code: "ECONNRESET" }) };

/** Breakers of which each opens at the first failure, for so long as is given. */
function put(gates: Gates, clock: VirtualClock, openMs: readonly number[], trials: number): void {
  for (const [index, name] of NAMES.entries()) {
    const breaker = new Breaker({
      subject: { kind: "pool", name },
      policy: { failures: 1, withinMs: 1_000, openMs: openMs[index], trials },
      clock,
      wake: () => gates.release(name),
      tell: () => {},
    });
    gates.add(name, breaker);
  }
}

const commands = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.subarray(NAMES, { minLength: 1 }).map((needs) => ({ kind: "enter" as const, needs })),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("leave" as const), nth: fc.nat(9), fails: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.constantFrom(0, 5, 10).map((ms) => ({ kind: "advance" as const, ms })) },
  ),
  { maxLength: 40 },
);

describe("several breakers", () => {
  test("let everybody in, in the end", async () => {
    // Few lengths, so that several are over at one instant.
    const times = fc.array(fc.constantFrom(5, 10), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(commands, times, fc.integer({ min: 1, max: 2 }), async (list, openMs, trials) => {
        const clock = virtualClock();
        const gates = new Gates(clock);
        put(gates, clock, openMs, trials);
        const inside: Pass[] = [];
        const waiter: Waiter = {
          runId: "r",
          nameOf: String,
          offer: (_, pass) => {
            inside.push(pass);
            return true;
          },
        };
        for (const [step, command] of list.entries()) {
          if (command.kind === "advance") await clock.advance(command.ms);
          else if (command.kind === "enter") {
            const needs = command.needs.map((gate) => ({ gate, limit: Infinity }));
            const pass = gates.enter({ waiter, step, needs, priority: [] });
            if (pass) inside.push(pass);
          } else if (inside.length > 0) {
            const [left] = inside.splice(command.nth % inside.length, 1);
            gates.leave(left, command.fails ? FAILED : "success");
          }
        }
        for (let left = inside.shift(); left || await clock.next(); left = inside.shift()) {
          if (left) gates.leave(left, "success");
        }
        assert.deepEqual(gates.waiting(), []);
      }),
      { numRuns: 1_000, seed: 20_261_121 },
    );
  });
});
