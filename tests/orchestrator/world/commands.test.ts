/** Commands of shared histories under crashes of their leaders: each is done at most once, and is answered. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import type { SluiceError, SluiceEvent } from "sluice";
import { openContext } from "../../../src/orchestrator/planning.ts";
import { planRun } from "../../../src/planner/run.ts";
import { chance } from "../../../src/testing/simulate/chance.ts";
import { SharedWorld } from "./world.ts";

/** How many worlds there are. */
const SEEDS = 60;

/** What a command came to: its answer, or the code that it was refused with. */
interface Asked {
  readonly kind: "run" | "report" | "keys";
  readonly name: string;
  readonly outcome: string;
  readonly id?: string;
}

/** Sends commands, a few at once, in an order that the seed chooses, and gives what became of them. */
async function live(world: SharedWorld, seed: number): Promise<readonly Asked[]> {
  const { parts, verbs } = await world.follow();
  const asset = (key: string) => parts.definitions.asset(key);
  const plan = async () => planRun(await openContext(parts), { select: ["second", "first"] });
  const told = (kind: Asked["kind"], name: string, work: Promise<unknown>): Promise<Asked> =>
    work.then(
      (value) => {
        const { id, status } = (value ?? {}) as { readonly id?: string; readonly status?: string };
        return { kind, name, outcome: status ?? "done", ...(id !== undefined && { id }) };
      },
      (error: SluiceError) => ({ kind, name, outcome: error.code ?? String(error) }),
    );
  const ask = async (number: number): Promise<Asked> => {
    const name = `n${number}`;
    const kind = (["run", "report", "keys"] as const)[Math.floor(chance(seed, "kind", number) * 3)];
    if (kind === "run") return await told(kind, name, verbs.execute(await plan(), { tags: { name } }));
    if (kind === "report") {
      return await told(kind, name, verbs.report(asset("outside"), [{ metadata: { name } }]));
    }
    return await told(kind, name, verbs.addKeys("keys", [name]));
  };
  const asked: Asked[] = [];
  for (let wave = 0; wave < 3; wave++) {
    const works = Promise.all([0, 1, 2].map((place) => ask(wave * 3 + place)));
    await world.until(works);
    asked.push(...await works);
  }
  return asked;
}

/** Throws when something was done twice, got lost, or was answered otherwise than it is on record. */
async function judge(world: SharedWorld, asked: readonly Asked[]): Promise<void> {
  const events: readonly SluiceEvent[] = await world.store.events({ limit: Number.MAX_SAFE_INTEGER });
  const isAbout = ({ payload }: SluiceEvent, name: string) => {
    const { steps: _, ...said } = (payload ?? {}) as { readonly steps?: unknown };
    return JSON.stringify(said).includes(`"${name}"`);
  };
  const of = (type: SluiceEvent["type"], name: string) =>
    events.filter((event) => event.type === type && isAbout(event, name)).length;
  for (const { kind, name, outcome, id } of asked) {
    if (kind === "run") {
      assert.equal(outcome, "success", name);
      assert.equal(of("run_created", name), 1, `${name} was begun once`);
      assert.equal((await world.store.run(String(id)))?.status, "success");
      const ends = events.filter(({ runId, type }) => runId === id && type === "step_succeeded");
      assert.deepEqual(ends.map(({ step }) => step).sort(), [0, 1], name);
      assert.ok((world.bodies.get(String(id)) ?? 0) >= 1);
      continue;
    }
    const done = of(kind === "report" ? "asset_reported" : "partitions_added", name);
    if (outcome === "done") assert.equal(done, 1, `${name} was done once`);
    else assert.deepEqual([outcome, done <= 1], ["COMMAND_LOST", true], `${name} was done ${done} times`);
  }
  assert.equal(
    (await world.store.runs({ limit: 1_000 })).length,
    asked.filter(({ kind }) => kind === "run").length,
  );
}

describe("commands of a shared history", () => {
  test("are done at most once and answered truly, whenever their leader dies", async () => {
    let crashes = 0;
    const outcomes = new Set<string>();
    for (let seed = 0; seed < SEEDS; seed++) {
      const world = new SharedWorld(seed);
      const asked = await live(world, seed);
      await judge(world, asked).catch((error) => {
        throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
      });
      crashes += world.crashes;
      for (const { kind, outcome } of asked) outcomes.add(`${kind} ${outcome}`);
    }
    assert.ok(crashes > SEEDS, `${crashes} crashes`);
    assert.deepEqual([...outcomes].sort(), [
      "keys COMMAND_LOST",
      "keys done",
      "report COMMAND_LOST",
      "report done",
      "run success",
    ]);
  });

  test("would be done twice, were it not known which a dead leader had begun: the worlds find it", async () => {
    let seed = 0;
    for (let isFound = false; !isFound; seed++) {
      assert.ok(seed < SEEDS, "a planted fault was not found");
      const world = new SharedWorld(seed, { forgetsTaken: true });
      isFound = await live(world, seed).then((asked) => judge(world, asked)).then(() => false, () => true);
    }
  });
});
