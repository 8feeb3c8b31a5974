/**
 * T05: a graph of fifty steps in all three tiers, whose process is killed at random moments, over and over, and started
 * again until it is through. `SLUICE_KILLS` says how many kills, `SLUICE_SEED` which moments.
 */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createOrchestrator, type SluiceEvent } from "sluice";
import { openSqliteStore } from "../../src/stores/sqlite.ts";
import { chance } from "../../src/testing/simulate/chance.ts";
import { atScale } from "../conformance/python.ts";
import { connect, valueOf } from "../stores/support.ts";
import { start } from "../support/child.ts";
import { inFolder } from "../support/folder.ts";
import { definitions, make, STEPS, upstreamOf } from "./fixtures/kill_graph.ts";

const KILLS = Number(process.env.SLUICE_KILLS ?? atScale(12, 500));
const SEED = Number(process.env.SLUICE_SEED ?? 1);
const SCRIPT = "tests/catalogue/fixtures/kill_graph.ts";

/** What each step makes, worked out by itself. */
const EXPECTED = Array.from({ length: STEPS }, (_, index) => index).reduce<readonly number[]>(
  (made, index) => [...made, make(index, upstreamOf(index).map((other) => made[other]))],
  [],
);

/** What went on in a folder so far. */
interface Watched {
  /** What processes said of what they had committed. */
  readonly told: string[];
  /** What the file held when it was last looked at. */
  recorded: readonly string[];
}

/** Starts a process and lets it live so long; gives whether it was killed before its end. */
async function live(folder: string, lifeMs: number, watched: Watched): Promise<boolean> {
  const child = start(SCRIPT, [folder], { SLUICE_MARKS: join(folder, "marks") });
  const timer = setTimeout(() => child.kill("SIGKILL"), lifeMs);
  const { code, stdout, stderr } = await child.ended;
  clearTimeout(timer);
  const lines = stdout.split("\n").slice(0, -1);
  watched.told.push(...lines.filter((line) => line.startsWith("event ")));
  const isThrough = lines.some((line) => line.startsWith("ended "));
  assert.ok(isThrough || code !== 0, `it ended by itself: ${stderr}`);
  if (isThrough) assert.match(lines.at(-1) as string, /^ended \S+ success$/);
  return !isThrough;
}

function lineOf({ seq, type, step, attempt }: SluiceEvent): string {
  return `event ${seq} ${type} ${step} ${attempt}`;
}

/** What the file holds now; nothing before the first process came as far as making it. */
async function look(folder: string): Promise<readonly SluiceEvent[]> {
  try {
    await using store = await openSqliteStore(join(folder, "history.sqlite"), { readonly: true });
    return await store.events({ limit: Number.MAX_SAFE_INTEGER });
  } catch (error) {
    assert.equal((error as { readonly code?: string }).code, "STORE_INVALID", String(error));
    assert.match(String(error), /There is no store|is empty/);
    return [];
  }
}

/** Nothing that was recorded or told is lost or other than it was. */
async function compare(folder: string, watched: Watched): Promise<readonly SluiceEvent[]> {
  const events = await look(folder);
  const recorded = events.map(lineOf);
  assert.deepEqual(recorded.slice(0, watched.recorded.length), watched.recorded);
  const all = new Set(recorded);
  assert.deepEqual(watched.told.filter((line) => !all.has(line)), []);
  watched.recorded = recorded;
  return events;
}

/** All is there once. */
async function verify(folder: string, events: readonly SluiceEvent[]): Promise<void> {
  const ended = events.filter(({ type }) => type === "step_succeeded").map(({ step }) => step);
  assert.deepEqual(ended.toSorted((a, b) => a - b), EXPECTED.map((_, index) => index));
  assert.deepEqual(events.filter(({ type }) => type === "step_failed"), []);
  assert.equal(new Set(events.map(({ seq }) => seq)).size, events.length);
  await using sluice = createOrchestrator(definitions, { folder });
  const runs = await sluice.runs();
  assert.deepEqual(runs.map(({ status, steps }) => [status, steps.success]), [["success", STEPS]]);
  for (const [index, value] of EXPECTED.entries()) {
    assert.equal(await sluice.load(`s${index}`), value, `s${index}`);
    assert.equal((await sluice.materializations(`s${index}`)).length, 1);
  }
  for (const { step, name } of await sluice.steps(runs[0].id)) {
    const marks = readFileSync(join(folder, "marks", name), "utf8").trimEnd().split("\n").length;
    const begun = events.filter((event) => event.type === "step_started" && event.step === step).length;
    assert.ok(marks >= 1, name);
    // An attempt in another thread or process is on record before anything of it can be seen.
    if (definitions.asset(name)["~step"].isolation) {
      assert.ok(marks <= begun, `${name}: ${marks} of ${begun}`);
    }
  }
  await sluice.close();
  const file = connect(join(folder, "history.sqlite"));
  assert.equal(valueOf(file, "PRAGMA integrity_check"), "ok");
  file.close();
}

/** Kills processes until one gets through, or none is to be killed any more; gives how many were. */
async function runThrough(folder: string, most: number, moment: () => number): Promise<number> {
  mkdirSync(join(folder, "marks"), { recursive: true });
  const watched: Watched = { told: [], recorded: [] };
  let kills = 0;
  for (let isLeft = true; isLeft;) {
    isLeft = await live(folder, kills < most ? moment() : 600_000, watched);
    if (isLeft) kills++;
    await compare(folder, watched);
  }
  await verify(folder, await compare(folder, watched));
  return kills;
}

/** How long a process lives that nobody kills: moments are chosen from most of that, on a machine as busy as this one, so that kills fall on steps too and not only on the start. */
async function undisturbedMs(): Promise<number> {
  return await inFolder(async (folder) => {
    const startMs = performance.now();
    await runThrough(folder, 0, () => 0);
    return performance.now() - startMs;
  });
}

describe("T05 a process that is killed again and again", () => {
  test(`gets through fifty steps in all tiers, ${KILLS} kills in all`, async () => {
    // The first one is slower: nothing of it was loaded before.
    const wholeMs = Math.min(await undisturbedMs(), await undisturbedMs());
    let kills = 0;
    let runs = 0;
    let lives = 0;
    while (kills < KILLS) {
      kills += await inFolder((folder) =>
        runThrough(folder, KILLS - kills, () => chance(SEED, "life", lives++) * wholeMs * 0.9)
      );
      runs++;
    }
    if (process.env.SLUICE_KILLS) console.log(`${kills} kills, ${runs} runs, ${lives} processes`);
    assert.equal(kills, KILLS);
  });
});
