/** I5 over a year: each schedule and instant has exactly one run, whatever dies and whenever. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import process from "node:process";
import {
  type Clock,
  createOrchestrator,
  defineAsset,
  defineSchedule,
  definitions,
  memoryStore,
  type Orchestrator,
  type RunStore,
} from "sluice";
import { type VirtualClock, virtualClock } from "sluice/testing";
import { openTimetable } from "../../../src/model/automation/timetable.ts";
import { seededRandom } from "../../../src/testing/simulate/chance.ts";

const isFull = process.env.SLUICE_SCALE === "full";
const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const DAYS = isFull ? 365 : 100;

const ZONES = [
  "America/New_York",
  "Europe/Berlin",
  "Australia/Lord_Howe",
  "Africa/Cairo",
  "America/Havana",
  "Asia/Kathmandu",
  "America/St_Johns",
  "Pacific/Chatham",
  "Asia/Kolkata",
  "America/Santiago",
  "Africa/Casablanca",
  "Asia/Beirut",
  "Antarctica/Troll",
  "Europe/London",
  "Europe/Lisbon",
  "Europe/Moscow",
  "Europe/Athens",
  "Europe/Chisinau",
  "America/Los_Angeles",
  "America/Denver",
  "America/Chicago",
  "America/Phoenix",
  "America/Sao_Paulo",
  "America/Asuncion",
  "America/Nuuk",
  "America/Tijuana",
  "Atlantic/Azores",
  "Asia/Tokyo",
  "Asia/Shanghai",
  "Asia/Tehran",
  "Asia/Jerusalem",
  "Asia/Gaza",
  "Asia/Almaty",
  "Australia/Sydney",
  "Australia/Adelaide",
  "Australia/Eucla",
  "Pacific/Apia",
  "Pacific/Auckland",
  "Pacific/Norfolk",
  "Pacific/Easter",
].slice(0, isFull ? 40 : 8);

/** How many of all commits kill the process. */
const DEATHS = isFull ? 0.002 : 0.02;

/** A process that can die: then nothing reaches it and it reaches nothing any more. */
class Mortal {
  isDead = false;
  readonly clock: Clock;
  readonly store: RunStore;

  /** Dies at some of its commits, before or after they are there. */
  constructor(clock: VirtualClock, store: RunStore, random: { next(): number }) {
    this.clock = {
      now: () => clock.now(),
      after: (delayMs, callback) => clock.after(delayMs, () => this.isDead || callback()),
    };
    this.store = new Proxy(store, {
      get: (_, name) => {
        const value = Reflect.get(store, name, store);
        if (name === "close") return () => Promise.resolve();
        if (typeof value !== "function") return value;
        return async (...given: readonly unknown[]) => {
          const draw = name === "append" ? random.next() : 1;
          this.isDead ||= draw < DEATHS / 2;
          if (this.isDead) await new Promise(() => {});
          const answer = await value.apply(store, given);
          this.isDead ||= draw < DEATHS;
          if (this.isDead) await new Promise(() => {});
          return answer;
        };
      },
    });
  }
}

describe("a year of schedules", () => {
  test("I5 runs each instant exactly once under fire-all, with processes that die", async () => {
    const clock = virtualClock(START);
    const store = memoryStore();
    const seeded = seededRandom(5);
    const random = { next: () => seeded.next() };
    const made = new Map<string, number>();
    const work = defineAsset({
      key: "work",
      run: ({ run }) => void made.set(run.id, (made.get(run.id) ?? 0) + 1),
    });
    const crons = ["30 2 * * *", "0 0 * * *", "15 */6 * * *", "30 1 * * sun"];
    const schedules = ZONES.map((timezone, index) =>
      defineSchedule({
        name: timezone.replace("/", "-"),
        cron: crons[index % crons.length],
        timezone,
        target: work,
        misfire: { policy: "fire-all", cap: 10_000 },
        overlap: "allow",
      })
    );
    const all = definitions({ assets: [work], schedules });
    let mortal = new Mortal(clock, store, random);
    const open = (): Orchestrator =>
      createOrchestrator(all, {
        store: mortal.store,
        defaultIO: "memory",
        clock: mortal.clock,
        random,
        recovery: { onStart: true, maxRecoveries: Infinity },
      });
    let sluice = open();
    await Promise.race([sluice.start(), until(() => mortal.isDead)]);
    let deaths = 0;
    for (const endMs = START + DAYS * DAY; clock.now() < endMs || mortal.isDead;) {
      // It dies at some moment, mostly between two events of the same instant, and stays away for up to three days.
      const next = clock.now() + random.next() * 12 * DAY;
      while (!mortal.isDead && clock.now() < Math.min(next, endMs) && await clock.next());
      if (!mortal.isDead && clock.now() >= endMs) break;
      mortal.isDead = true;
      deaths++;
      await clock.advance(random.next() * 3 * DAY);
      mortal = new Mortal(clock, store, random);
      sluice = open();
      await Promise.race([sluice.start(), until(() => mortal.isDead)]);
    }
    random.next = () => 0.5;
    const isBehind = async () =>
      (await sluice.triggers()).some(({ nextMs = Infinity }) => nextMs <= clock.now());
    const isOpen = async () =>
      (await sluice.runs({ status: ["queued", "running", "interrupted"] })).length > 0;
    while (await isBehind() || await isOpen()) await clock.advance(1);
    const untilMs = clock.now();
    for (const { name, crons, timezone } of schedules) {
      const timetable = openTimetable({ crons, timezone, startMs: undefined, endMs: undefined }, undefined);
      const expected: number[] = [];
      for (let at = timetable.next(START); at !== undefined && at <= untilMs; at = timetable.next(at)) {
        expected.push(at);
      }
      const ticks = (await sluice.ticks({ trigger: `schedule:${name}`, limit: 100_000 })).toReversed();
      assert.deepEqual(ticks.map(({ dueMs }) => dueMs), expected, name);
      const ids = ticks.flatMap(({ runs }) => runs);
      assert.equal(new Set(ids).size, expected.length);
      for (const id of ids) assert.equal((await sluice.run(id))?.status, "success", `${name} ${id}`);
    }
    assert.equal((await sluice.runs({ limit: 1_000_000 })).length, made.size);
    assert.ok(deaths > DAYS / 20);
    await sluice.close();
  });
});

async function until(look: () => boolean): Promise<void> {
  while (!look()) await new Promise((resolve) => setImmediate(resolve));
}
