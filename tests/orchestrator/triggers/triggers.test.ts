/** Triggers of one's own: when they run, what pausing them does, and that nothing is started twice. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  defineAsset,
  definitions,
  type Orchestrator,
  tickRunId,
  type Trigger,
  type TriggerHost,
} from "sluice";
import { triggerContract, virtualClock } from "sluice/testing";

const ID = "bell:front";

/** A trigger that asks for a run whenever somebody rings. */
class Bell implements Trigger {
  readonly id: string;
  readonly type = "bell";
  readonly log: string[] = [];
  host: TriggerHost | undefined = undefined;
  #rings = 0;

  constructor(id = ID) {
    this.id = id;
  }

  get isActive(): boolean {
    return this.host !== undefined;
  }

  start(host: TriggerHost): void {
    if (this.host) return;
    this.host = host;
    this.log.push("start");
  }

  stop(): void {
    if (this.host) this.log.push("stop");
    this.host = undefined;
  }

  async ring(key = String(++this.#rings)): Promise<void> {
    const { host, id: trigger } = this;
    if (!host) return;
    const id = tickRunId(trigger, key);
    await host.launch({ id, select: "tea" });
    await host.record({ trigger, key, status: "requested", runs: [id], cursor: { last: key } });
  }
}

const tea = defineAsset({ key: "tea", run: () => "hot" });
const defs = definitions({ assets: [tea] });

function open(triggers: readonly Trigger[]): Orchestrator {
  return createOrchestrator(defs, { store: "memory", defaultIO: "memory", triggers });
}

describe("the contract of triggers", () => {
  const cases = triggerContract({
    name: "bell",
    open: () => {
      const trigger = new Bell();
      return { trigger, definitions: defs, fire: () => trigger.ring() };
    },
  });
  for (const { name, run } of cases) test(name, run);

  test("finds triggers that do not keep it", async () => {
    const broken = (change: Partial<Bell>) =>
      triggerContract({
        name: "broken",
        open: () => {
          const trigger = Object.assign(new Bell(), change);
          return { trigger, definitions: defs, fire: () => trigger.ring() };
        },
      });
    const failing = async (change: Partial<Bell>) => {
      const titles: string[] = [];
      for (const { name, run } of broken(change)) await run().catch(() => titles.push(name.slice(8)));
      return titles;
    };
    const deaf = await failing({ ring: () => Promise.resolve() });
    assert.ok(deaf.includes("starts a run when it comes due, and records the tick"));
    const endless = await failing({ stop: () => {} });
    assert.ok(endless.includes("starts nothing after it was stopped, and starts again"));
    const replaced = await failing({
      start(this: Bell, host: TriggerHost) {
        this.host = host;
      },
    });
    assert.deepEqual(replaced, ["stays as it is when it is started twice, and stops twice"]);
  });
});

describe("an orchestrator with triggers", () => {
  test("starts and stops them, and stops them before it closes", async () => {
    const [front, back] = [new Bell(), new Bell("bell:back")];
    const sluice = open([front, back]);
    await sluice.triggers();
    assert.deepEqual(front.log, []);
    await Promise.all([sluice.start(), sluice.start()]);
    await sluice.stop();
    await sluice.start();
    await sluice.close();
    assert.deepEqual([front.log, back.log], [["start", "stop", "start", "stop"], [
      "start",
      "stop",
      "start",
      "stop",
    ]]);
    await assert.rejects(sluice.start(), { code: "STORE_CLOSED" });
  });

  test("tells what is recorded of each", async () => {
    const bell = new Bell();
    await using sluice = open([bell]);
    assert.deepEqual(
      (await sluice.triggers()).map(({ id, type, isOn, isActive }) => [id, type, isOn, isActive]),
      [
        [ID, "bell", true, false],
      ],
    );
    await sluice.start();
    await bell.ring("a");
    await bell.ring("b");
    const [told] = await sluice.triggers();
    assert.deepEqual([told.isActive, told.cursor, told.lastTick?.key, told.failures], [
      true,
      { last: "b" },
      "b",
      0,
    ]);
    assert.deepEqual((await sluice.ticks({ limit: 1 })).map(({ key, runs }) => [key, runs]), [
      ["b", [tickRunId(ID, "b")]],
    ]);
    await assert.rejects(bell.ring("a"), { code: "EVENT_REFUSED" });
    assert.equal((await sluice.runs()).length, 2);
  });

  test("lets a refused tick take nothing with it", async () => {
    const bell = new Bell();
    await using sluice = open([bell]);
    await sluice.start();
    await bell.ring("a");
    const host = bell.host as TriggerHost;
    const settled = await Promise.allSettled([
      sluice.materialize("tea"),
      host.record({ trigger: ID, key: "a", status: "skipped" }),
      sluice.materialize("tea"),
      host.record({ trigger: ID, key: "new", status: "skipped" }),
    ]);
    assert.deepEqual(settled.map(({ status }) => status), [
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    assert.equal((await sluice.runs({ status: ["success"] })).length, 3);
  });

  test("stops one that is paused, and says who paused it", async () => {
    const bell = new Bell();
    await using sluice = open([bell, new Bell("bell:back")]);
    await sluice.start();
    await sluice.pauseTrigger(ID, { by: "ada" });
    await sluice.pauseTrigger(ID);
    await until(() => !bell.isActive);
    assert.deepEqual((await sluice.triggers()).map(({ id, isOn }) => [id, isOn]), [["bell:back", true], [
      ID,
      false,
    ]]);
    await sluice.stop();
    await sluice.start();
    assert.deepEqual([bell.isActive, bell.log], [false, ["start", "stop"]]);
    await sluice.resumeTrigger(ID);
    await until(() => bell.isActive);
    const changes = (await sluice.events()).filter(({ type }) => type === "trigger_changed");
    assert.deepEqual(changes.map(({ payload }) => payload), [
      { trigger: ID, enabled: false, by: "ada" },
      { trigger: ID, enabled: true },
    ]);
    await assert.rejects(sluice.pauseTrigger("bell:frond"), {
      code: "USAGE",
      message: /no trigger "bell:frond"/,
    });
    await assert.rejects(sluice.pauseTrigger(ID, { who: "me" } as object), { code: "USAGE" });
  });

  test("starts none when one cannot start, and says why", async () => {
    const first = new Bell();
    const broken = Object.assign(new Bell("bell:broken"), {
      start: () => Promise.reject(new Error("no power")),
    });
    await using sluice = open([first, broken]);
    await assert.rejects(sluice.start(), /no power/);
    assert.equal(first.isActive, false);
  });

  test("gives one up that does not stop, and answers it no more", async () => {
    const clock = virtualClock();
    const stuck = Object.assign(new Bell(), { stop: () => new Promise<void>(() => {}) });
    const sluice = createOrchestrator(defs, {
      store: "memory",
      defaultIO: "memory",
      triggers: [stuck],
      clock,
    });
    await sluice.start();
    const stopping = sluice.stop();
    await clock.advance(10_000);
    await stopping;
    await assert.rejects(stuck.ring(), { name: "AbortError" });
    assert.deepEqual(await sluice.runs(), []);
    await sluice.close();
  });

  test("refuses what is no trigger, and two of one id", () => {
    const make = (triggers: unknown) => () => createOrchestrator(defs, { triggers: triggers as Trigger[] });
    for (const bad of [new Bell(), [{}], [{ id: "", type: "x", start() {}, stop() {} }], [null]]) {
      assert.throws(make(bad), { code: "DEFINITION_INVALID" });
    }
    assert.throws(make([new Bell(), new Bell()]), /Two triggers have the id "bell:front"/);
  });
});

async function until(look: () => boolean): Promise<void> {
  while (!look()) await new Promise((resolve) => setTimeout(resolve, 1));
}
