import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Need } from "../../../src/runtime/gates/gate.ts";
import { Gates, type Pass, type Waiter } from "../../../src/runtime/gates/gates.ts";
import { virtualClock } from "../../../src/testing/clock.ts";

/** A run that notes what it is offered. */
class Runner implements Waiter {
  readonly runId: string;
  accepts = true;
  readonly offered: number[] = [];
  readonly passes: Map<number, Pass> = new Map();

  constructor(runId: string) {
    this.runId = runId;
  }

  nameOf(step: number): string {
    return `step${step}`;
  }

  offer(step: number, pass: Pass): boolean {
    this.offered.push(step);
    if (this.accepts) this.passes.set(step, pass);
    return this.accepts;
  }
}

describe("Gates", () => {
  test("offer a place to the first in line of the highest priority, and to the next when it is not wanted", () => {
    const gates = new Gates(virtualClock());
    const needs = [{ gate: "pool db", limit: 1 }];
    const [a, b] = [new Runner("a"), new Runner("b")];
    b.accepts = false;
    const enter = (waiter: Runner, step: number, priority: number) =>
      gates.enter({ waiter, step, needs, priority: [0, priority] });
    const first = enter(a, 0, 0);
    assert.ok(first);
    assert.ok(gates.enter({ waiter: a, step: 0, needs: [], priority: [] }));
    for (const [who, step, priority] of [[a, 1, 0], [b, 2, 5], [a, 3, 5], [a, 4, 0]] as const) {
      assert.equal(enter(who, step, priority), undefined);
    }
    assert.deepEqual(gates.waiting().map(({ runId, step }) => `${runId}${step}`), ["b2", "a3", "a1", "a4"]);
    gates.leave(first, "success");
    assert.deepEqual([a.offered, b.offered], [[3], [2]]);
    gates.withdraw(a);
    gates.leave(a.passes.get(3) as Pass, undefined);
    assert.deepEqual([a.offered, b.offered], [[3], [2]]);
    assert.ok(enter(b, 9, 0));
  });

  test("say what waits where and since when", async () => {
    const clock = virtualClock(1_000);
    const gates = new Gates(clock);
    const run = new Runner("r");
    const [api, db] = [{ gate: "pool api", limit: 1 }, { gate: "pool db", limit: 1 }];
    const enter = (step: number, needs: readonly Need[]) =>
      gates.enter({ waiter: run, step, needs, priority: [0] });
    const held = [enter(0, [api]) as Pass, enter(1, [db]) as Pass];
    await clock.advance(500);
    enter(2, [api, db]);
    assert.deepEqual(gates.waiting(), [{
      runId: "r",
      step: 2,
      name: "step2",
      gate: "pool api",
      sinceMs: 1_500,
    }]);
    await clock.advance(500);
    gates.leave(held[0], "success");
    assert.deepEqual(gates.waiting(), [{
      runId: "r",
      step: 2,
      name: "step2",
      gate: "pool db",
      sinceMs: 1_500,
    }]);
    gates.leave(held[1], "success");
    assert.deepEqual([gates.waiting(), run.offered], [[], [2]]);
  });
});

const GATES = ["a", "b", "c"];
const LIMITS: { readonly [gate: string]: number } = { a: 1, b: 2, c: 1 };

type Command =
  | {
    readonly kind: "enter";
    readonly needs: readonly string[];
    readonly priority: number;
    readonly run: number;
  }
  | { readonly kind: "leave"; readonly nth: number }
  | { readonly kind: "withdraw"; readonly run: number };

const commands = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("enter" as const),
        needs: fc.subarray(GATES),
        priority: fc.integer({ min: 0, max: 2 }),
        run: fc.nat(2),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("leave" as const), nth: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("withdraw" as const), run: fc.nat(2) }) },
  ),
  { maxLength: 80 },
);

/** The same without lines: after every change everybody who waits is looked at, in order. */
class Model {
  readonly inside: Map<number, readonly string[]> = new Map();
  waiting: {
    readonly step: number;
    readonly needs: readonly string[];
    readonly priority: number;
    readonly run: number;
  }[] = [];

  enter(step: number, needs: readonly string[], priority: number, run: number): void {
    this.waiting.push({ step, needs, priority, run });
    this.waiting.sort((a, b) => b.priority - a.priority || a.step - b.step);
    this.settle();
  }

  leave(step: number): void {
    this.inside.delete(step);
    this.settle();
  }

  withdraw(run: number): void {
    this.waiting = this.waiting.filter((each) => each.run !== run);
    this.settle();
  }

  settle(): void {
    this.waiting = this.waiting.filter(({ step, needs }) => {
      const fits = needs.every((gate) =>
        [...this.inside.values()].filter((held) => held.includes(gate)).length < LIMITS[gate]
      );
      if (fits) this.inside.set(step, needs);
      return !fits;
    });
  }
}

describe("any coming and going", () => {
  test("lets in exactly whom a look at everybody in order would let in, and keeps every limit", () => {
    fc.assert(
      fc.property(commands, (list) => {
        const gates = new Gates(virtualClock());
        const runs = ["r0", "r1", "r2"].map((id) => new Runner(id));
        const model = new Model();
        const passes = new Map<number, Pass>();
        for (const [step, command] of list.entries()) {
          if (command.kind === "enter") {
            const needs = command.needs.map((gate) => ({ gate, limit: LIMITS[gate] }));
            const waiter = runs[command.run];
            const pass = gates.enter({ waiter, step, needs, priority: [command.priority] });
            if (pass) passes.set(step, pass);
            model.enter(step, command.needs, command.priority, command.run);
          } else if (command.kind === "withdraw") {
            gates.withdraw(runs[command.run]);
            model.withdraw(command.run);
          } else if (passes.size > 0) {
            const inside = [...passes.keys()];
            const leaving = inside[command.nth % inside.length];
            const pass = passes.get(leaving) as Pass;
            passes.delete(leaving);
            gates.leave(pass, "success");
            model.leave(leaving);
          }
          for (const { passes: offered } of runs) {
            for (const [taken, pass] of offered) passes.set(taken, pass);
            offered.clear();
          }
          assert.deepEqual([...passes.keys()].sort(), [...model.inside.keys()].sort());
          assert.deepEqual(
            gates.waiting().map((each) => each.step).sort(),
            model.waiting.map((each) => each.step).sort(),
          );
        }
      }),
      { numRuns: 400, seed: 20_261_121 },
    );
  });

  test("with limits of who comes: a line is served in order, and ends when all have left", () => {
    const entries = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(entries, (limits) => {
        const gates = new Gates(virtualClock());
        const run = new Runner("r");
        const order: number[] = [];
        const inside: Pass[] = [];
        for (const [step, limit] of limits.entries()) {
          const pass = gates.enter({ waiter: run, step, needs: [{ gate: "key k", limit }], priority: [0] });
          if (pass) {
            order.push(step);
            inside.push(pass);
          }
        }
        while (inside.length > 0) {
          gates.leave(inside.shift() as Pass, "success");
          for (const step of run.offered.splice(0)) {
            order.push(step);
            inside.push(run.passes.get(step) as Pass);
            assert.ok(inside.length <= limits[step]);
          }
        }
        assert.deepEqual(order, limits.map((_, step) => step));
        assert.deepEqual(gates.waiting(), []);
      }),
      { numRuns: 200, seed: 5 },
    );
  });
});
