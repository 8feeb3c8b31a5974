/** Whatever engines say, and in whatever order: a model of what must hold, over random histories from a seed. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import type { EngineMessage, EngineStatus } from "sluice";
import { virtualClock } from "sluice/testing";
import { Channel } from "../../src/engines/channel.ts";
import { LiveEngines } from "../../src/engines/engines.ts";
import type { EngineLink, OpenLink } from "../../src/engines/link.ts";
import type { EngineOrder } from "../../src/engines/order.ts";
import { STRATEGIES } from "../../src/engines/strategy.ts";

const CAPACITY = 2;
const QUEUE = 3;

/** An engine that does what it is told when the test says so, in any order. */
class Puppet {
  readonly inbound: Channel<EngineOrder> = new Channel(8);
  readonly outbound: Channel<EngineMessage> = new Channel(8);
  readonly unanswered: string[] = [];
  readonly seen: string[] = [];
  readonly checks: string[] = [];
  readonly turns: ("pause" | "resume")[] = [];
  mostAtOnce = 0;
  isAwake = true;
  isGone = false;
  #end!: (why: string | undefined) => void;
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }

  readonly open: OpenLink = () => {
    void this.#obey();
    const link: EngineLink = {
      inbound: this.inbound,
      outbound: this.outbound,
      ended: new Promise((resolve) => this.#end = resolve),
      look: () => undefined,
      end: async () => this.die(undefined),
    };
    return link;
  };

  die(why: string | undefined): void {
    this.isGone = true;
    this.outbound.close();
    this.#end(why);
  }

  /** Answers one of those that it has. */
  answer(which: number): void {
    const [correlationId] = this.unanswered.splice(which % Math.max(1, this.unanswered.length), 1);
    if (correlationId === undefined) return;
    this.#say({
      type: "workflow_response",
      correlationId,
      workflowId: "w",
      status: "success",
      success: true,
      durationMs: 1,
      outputs: {},
    });
  }

  /** Says that it has done the next thing that it was told. */
  turn(): void {
    const type = this.turns.shift();
    const status: EngineStatus = type === "pause" ? "paused" : "idle";
    if (type) this.#say({ type: "status_update", status, was: "idle", current: 0, capacity: CAPACITY });
  }

  live(): void {
    const correlationId = this.checks.shift();
    if (correlationId === undefined) return;
    this.#say({ type: "health_response", correlationId, healthy: true, current: this.unanswered.length });
  }

  async #obey(): Promise<void> {
    for (let order = await this.inbound.take(); order; order = await this.inbound.take()) {
      switch (order.type) {
        case "workflow_request":
          this.seen.push(order.correlationId);
          this.unanswered.push(order.correlationId);
          this.mostAtOnce = Math.max(this.mostAtOnce, this.unanswered.length);
          break;
        case "health_check":
          this.checks.push(order.correlationId);
          break;
        case "pause":
        case "resume":
          this.turns.push(order.type);
          break;
        case "workflow_cancel":
        case "stop":
          break;
      }
    }
  }

  #say(
    message: EngineMessage extends infer M ? M extends EngineMessage ? Omit<M, "engineId" | "atMs"> : never
      : never,
  ): void {
    void this.outbound.put({ ...message, engineId: this.#id, atMs: 0 } as EngineMessage);
  }
}

const steps = fc.array(
  fc.record({
    what: fc.constantFrom(
      ...[
        "execute",
        "execute",
        "execute",
        "execute",
        "execute",
        "execute",
        "answer",
        "answer",
        "cancel",
        "pause",
        "resume",
        "turn",
        "live",
      ],
      ...["time", "die", "yield", "yield"],
    ),
    engine: fc.nat(2),
    which: fc.nat(20),
  }),
  { minLength: 1, maxLength: 60 },
);

describe("any order of messages", () => {
  test("settles every request once, keeps every bound, and gives nothing to who is paused", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(...STRATEGIES), async (history, strategy) => {
        const clock = virtualClock(0);
        const engines = new LiveEngines({ strategy, queue: QUEUE, clock, healthMs: 1_000, missedChecks: 2 });
        const puppets = [0, 1, 2].map((place) => new Puppet(`e${place}`));
        for (const [place, puppet] of puppets.entries()) engines.open(`e${place}`, CAPACITY, puppet.open);
        engines.registerWorkflow({ id: "w", select: "*" });
        const settled = new Map<string, number>();
        const controllers: AbortController[] = [];
        const frozen = new Map<number, number>();
        const all: Promise<unknown>[] = [];
        for (const { what, engine, which } of history) {
          const puppet = puppets[engine];
          const id = `e${engine}`;
          if (what === "execute") {
            const correlationId = `c${controllers.length}`;
            const { signal } = controllers[controllers.push(new AbortController()) - 1];
            const options = { correlationId, signal, key: String(which), timeoutMs: 5_000 + which };
            const count = () => void settled.set(correlationId, (settled.get(correlationId) ?? 0) + 1);
            all.push(engines.executeWorkflow("w", {}, options).then(count, count));
          } else if (what === "answer") puppet.answer(which);
          else if (what === "cancel") controllers[which]?.abort();
          else if (what === "turn") puppet.turn();
          else if (what === "live") puppet.live();
          else if (what === "time") await clock.advance(which * 200);
          else if (what === "die") {
            if (engine > 0) continue;
            puppet.die("it was unplugged");
            await new Promise((resolve) => setTimeout(resolve, 0));
            for (const id of puppet.seen) {
              assert.equal(settled.get(id), 1, "what a dead engine had is answered");
            }
          } else if (what === "yield") await new Promise((resolve) => setTimeout(resolve, 0));
          else {
            const turned = what === "pause" ? engines.pauseEngine(id) : engines.resumeEngine(id);
            all.push(turned.then(() => {}, () => {}));
            if (what === "resume") frozen.delete(engine);
            else if (!frozen.has(engine)) frozen.set(engine, puppet.seen.length + puppet.inbound.waiting);
          }
          for (const [place, seen] of frozen) {
            assert.ok(puppets[place].seen.length <= seen, "nothing is given to who was told to pause");
          }
          assert.ok(engines.waiting <= QUEUE);
          for (const state of engines.engines) assert.ok(state.current.length <= CAPACITY);
        }
        const closing = engines.close({ graceMs: 0 });
        for (let turn = 0; turn < 5; turn++) {
          await new Promise((resolve) => setTimeout(resolve, 0));
          await clock.advance(20_000);
        }
        await closing;
        await Promise.all(all);
        for (const place of controllers.keys()) assert.equal(settled.get(`c${place}`), 1, `c${place}`);
        const seen = puppets.flatMap((puppet) => puppet.seen);
        assert.equal(new Set(seen).size, seen.length, "no request goes to two engines");
        for (const puppet of puppets) assert.ok(puppet.mostAtOnce <= CAPACITY);
        assert.equal(engines.waiting, 0);
        for (const { status, current } of engines.engines) {
          assert.ok(status === "stopped" || status === "error");
          assert.deepEqual(current, []);
        }
      }),
      { numRuns: 120, seed: 2_026 },
    );
  });
});
