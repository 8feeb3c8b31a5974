import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import type { BreakerPolicy, BreakerState } from "../../../src/model/gates/breaker.ts";
import { SluiceError } from "../../../src/model/issue.ts";
import { Breaker } from "../../../src/runtime/gates/breaker.ts";
import { type VirtualClock, virtualClock } from "../../../src/testing/clock.ts";

const TRANSIENT = Object.assign(new Error("reset"), { code: "ECONNRESET" });

/** A plain state machine: what the documentation says, written down with a list of everything that failed. */
class Model {
  state: BreakerState = "closed";
  nowMs = 0;
  era = 0;
  failures: { readonly atMs: number }[] = [];
  openUntilMs = 0;
  openMs = 0;
  trying = 0;
  passed = 0;
  told: BreakerState[] = [];
  readonly policy: Required<Pick<BreakerPolicy, "failures" | "withinMs" | "openMs" | "maxOpenMs" | "trials">>;

  constructor(policy: Model["policy"]) {
    this.policy = policy;
  }

  turn(state: BreakerState): void {
    this.state = state;
    this.era++;
    this.told.push(state);
  }

  ask(): boolean {
    if (this.state === "open" && this.nowMs >= this.openUntilMs) {
      this.turn("half_open");
      this.trying = 0;
      this.passed = 0;
    }
    if (this.state === "closed") return true;
    return this.state === "half_open" && this.trying + this.passed < this.policy.trials;
  }

  end(era: number, end: "success" | "failure" | "other"): void {
    if (era !== this.era) return;
    if (this.state === "half_open") this.trying--;
    if (end === "success" && this.state === "half_open") {
      this.passed++;
      if (this.passed < this.policy.trials) return;
      this.failures = [];
      this.openMs = 0;
      this.turn("closed");
    }
    if (end !== "failure") return;
    this.failures.push({ atMs: this.nowMs });
    const recent = this.failures.filter(({ atMs }) => atMs > this.nowMs - this.policy.withinMs);
    if (this.state === "closed" && recent.length < this.policy.failures) return;
    this.openMs = Math.min(this.openMs === 0 ? this.policy.openMs : this.openMs * 2, this.policy.maxOpenMs);
    this.openUntilMs = this.nowMs + this.openMs;
    this.turn("open");
  }
}

interface Held {
  readonly token: number;
  readonly era: number;
}

/** The breaker and what is inside of it. */
interface Real {
  readonly breaker: Breaker;
  readonly clock: VirtualClock;
  readonly held: Held[];
  readonly told: BreakerState[];
}

class Begin implements fc.AsyncCommand<Model, Real> {
  check = () => true;
  async run(model: Model, { breaker, held }: Real): Promise<void> {
    const mayPass = model.ask();
    assert.equal(breaker.look(), mayPass ? "pass" : "wait");
    if (!mayPass) return;
    const era = model.era;
    if (model.state === "half_open") model.trying++;
    held.push({ token: breaker.enter(), era });
  }
  toString = () => "begin";
}

class End implements fc.AsyncCommand<Model, Real> {
  readonly #nth: number;
  readonly #end: "success" | "failure" | "other";
  constructor(nth: number, end: "success" | "failure" | "other") {
    this.#nth = nth;
    this.#end = end;
  }
  check = () => true;
  async run(model: Model, { breaker, held, told }: Real): Promise<void> {
    if (held.length === 0) return;
    const [{ token, era }] = held.splice(this.#nth % held.length, 1);
    const outcomes = {
      success: "success",
      failure: { error: TRANSIENT },
      other: this.#nth % 2 === 0 ? undefined : { error: new Error("a mistake in the body") },
    } as const;
    breaker.leave(token, outcomes[this.#end]);
    model.end(era, this.#end);
    assert.deepEqual(told, model.told);
  }
  toString = () => `end ${this.#nth} by ${this.#end}`;
}

class Pass implements fc.AsyncCommand<Model, Real> {
  readonly #ms: number;
  constructor(ms: number) {
    this.#ms = ms;
  }
  check = () => true;
  async run(model: Model, { clock }: Real): Promise<void> {
    model.nowMs += this.#ms;
    await clock.advance(this.#ms);
  }
  toString = () => `${this.#ms} ms pass`;
}

const policies = fc.record({
  failures: fc.integer({ min: 1, max: 4 }),
  withinMs: fc.integer({ min: 1, max: 50 }),
  openMs: fc.integer({ min: 1, max: 30 }),
  maxOpenMs: fc.integer({ min: 30, max: 100 }),
  trials: fc.integer({ min: 1, max: 3 }),
});

const commands = fc.commands([
  fc.constant(new Begin()),
  fc.tuple(
    fc.nat(9),
    fc.constantFrom("success" as const, "failure" as const, "failure" as const, "other" as const),
  )
    .map(([nth, end]) => new End(nth, end)),
  fc.integer({ min: 1, max: 40 }).map((ms) => new Pass(ms)),
], { maxCommands: 60 });

describe("a breaker", () => {
  test("does what a plain state machine does, whatever happens", async () => {
    await fc.assert(
      fc.asyncProperty(policies, commands, async (policy, steps) => {
        await fc.asyncModelRun(() => {
          const clock = virtualClock(0);
          const told: BreakerState[] = [];
          const breaker = new Breaker({
            subject: { kind: "pool", name: "api" },
            policy,
            clock,
            wake: () => {},
            tell: ({ state }) => void told.push(state),
          });
          return { model: new Model(policy), real: { breaker, clock, held: [], told } };
        }, steps);
      }),
      { numRuns: 300, seed: 90 },
    );
  });

  const policy = { failures: 1, withinMs: 1_000, openMs: 500 };
  const open = (more: Partial<BreakerPolicy> = {}, kind: "pool" | "resource" = "pool") => {
    const clock = virtualClock(10_000);
    let woken = 0;
    const breaker = new Breaker({
      subject: { kind, name: "api" },
      policy: { ...policy, ...more },
      clock,
      wake: () => void woken++,
      tell: () => {},
    });
    const fail = (error: unknown) => breaker.leave(breaker.enter(), { error });
    return { clock, breaker, fail, woken: () => woken };
  };

  test("keeps a timer only while somebody waits, and wakes when it may let in", async () => {
    const { clock, breaker, fail, woken } = open();
    fail(TRANSIENT);
    assert.deepEqual(breaker.status, {
      kind: "pool",
      name: "api",
      state: "open",
      failures: 1,
      untilMs: 10_500,
    });
    assert.equal(clock.pending, 0);
    breaker.attend(true);
    assert.equal(clock.pending, 1);
    breaker.attend(false);
    assert.equal(clock.pending, 0);
    breaker.attend(true);
    await clock.advance(499);
    assert.deepEqual([woken(), breaker.look()], [0, "wait"]);
    await clock.advance(1);
    assert.deepEqual([woken(), breaker.look(), clock.pending], [1, "pass", 0]);
  });

  test("says why when it is to fail and not to wait", () => {
    const { breaker, fail } = open({ whenOpen: "fail" });
    fail(TRANSIENT);
    const answer = breaker.look();
    assert.ok(answer instanceof SluiceError);
    assert.equal(answer.code, "BREAKER_OPEN");
    assert.match(answer.message, /pool api is open until 1970-01-01T00:00:10\.500Z/);
  });

  test("counts the classes of errors that it is told to", () => {
    const validation = Object.assign(new Error("no"), { code: "VALUE_INVALID" });
    const rows = [
      [undefined, TRANSIENT, "open"],
      [undefined, validation, "closed"],
      [undefined, new Error("plain"), "closed"],
      [["validation"], validation, "open"],
      [["validation"], TRANSIENT, "closed"],
      ["all", new Error("plain"), "open"],
    ] as const;
    for (const [counts, error, state] of rows) {
      const { breaker, fail } = open(counts === undefined ? {} : { counts });
      fail(error);
      assert.equal(breaker.status.state, state, String(counts));
    }
  });

  test("does not take the failure of another resource for its own", () => {
    const failed = (name: string) =>
      new SluiceError({ code: "RESOURCE_FAILED", message: "down", path: ["resources", name] });
    const other = open({}, "resource");
    other.fail(failed("db"));
    assert.equal(other.breaker.status.state, "closed");
    other.fail(failed("api"));
    assert.equal(other.breaker.status.state, "open");
    const pool = open({}, "pool");
    pool.fail(failed("db"));
    assert.equal(pool.breaker.status.state, "open");
  });
});
