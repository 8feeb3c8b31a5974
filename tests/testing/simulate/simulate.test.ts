import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { defineAsset, defineResource, definitions, override, SluiceError, staticPartitions } from "sluice";
import { type FaultKind, InvariantError, type PlannedFault, simulateRuns } from "sluice/testing";
import { simulateWorld } from "../../../src/testing/simulate/simulate.ts";
import { atScale } from "../../conformance/python.ts";
import { graphOf, POOLS } from "./graphs.ts";

/** The seed to replay, where one is named. */
const only = process.env.SLUICE_SEED === undefined ? undefined : Number(process.env.SLUICE_SEED);
const replay = (seed: number): string =>
  `SLUICE_SEED=${seed} bun test tests/testing/simulate/simulate.test.ts`;
const seeds = (count: number): readonly number[] =>
  only === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [only];

/** A graph whose run has twenty steps. */
const twenty = (() => {
  const partitions = staticPartitions(["a", "b", "c", "d", "e"]);
  const raw = defineAsset({ key: "raw", partitions, run: ({ log }) => (log.info("made"), 1) });
  const clean = defineAsset({ key: "clean", partitions, deps: { raw }, codeVersion: "1", run: () => 2 });
  const rate = defineAsset({ key: "rate", partitions, retry: { maxRetries: 1, delayMs: 100 }, run: () => 3 });
  const mart = defineAsset({ key: "mart", deps: { clean }, run: ({ inputs }) => inputs.clean.size });
  const rest = ["p", "q", "r"].map((key) => defineAsset({ key, deps: { mart }, run: () => 4 }));
  const last = defineAsset({
    key: "last",
    deps: { rate },
    after: rest,
    run: ({ inputs }) => inputs.rate.size,
  });
  return definitions({ assets: [raw, clean, rate, mart, ...rest, last] });
})();

describe("simulated seeds", () => {
  test("keep every invariant, each with thirty steps and five faults", async () => {
    const struck = new Map<FaultKind, number>();
    for (const seed of seeds(atScale(60, 10_000))) {
      const world = await simulateRuns(graphOf(seed), { seed, pools: POOLS, replay });
      assert.ok(world.steps >= 30, `seed ${seed}: ${world.steps} steps`);
      assert.equal(world.faults.length, 5);
      assert.ok(world.runs.every(({ status }) => ["success", "failed", "canceled"].includes(status)));
      for (const { kind } of world.faults) struck.set(kind, (struck.get(kind) ?? 0) + 1);
    }
    if (only === undefined) {
      const kinds: readonly FaultKind[] = ["call", "crash-before", "crash-after", "pause", "body", "value"];
      for (const kind of kinds) assert.ok((struck.get(kind) ?? 0) > 3, `${kind} struck too seldom`);
    }
  });

  test("give the log that is kept for them, on every runtime (SLUICE_UPDATE_FIXTURES=1 writes it)", async () => {
    const file = new URL("hashes.json", import.meta.url);
    const hashes: Record<string, string> = {};
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) {
      hashes[seed] = (await simulateRuns(graphOf(seed), { seed, pools: POOLS })).hash;
    }
    if (process.env.SLUICE_UPDATE_FIXTURES === "1") {
      writeFileSync(file, `${JSON.stringify(hashes, null, 2)}\n`);
    }
    assert.deepEqual(hashes, JSON.parse(readFileSync(file, "utf8")));
  });

  test("are different worlds, each the same when it is asked for again", async () => {
    const first = await simulateRuns(twenty, { seed: 1 });
    const again = await simulateRuns(twenty, { seed: 1 });
    const other = await simulateRuns(twenty, { seed: 2 });
    assert.deepEqual({ ...again, events: 0 }, { ...first, events: 0 });
    assert.notEqual(other.hash, first.hash);
  });
});

/** The first seed whose world does nothing but run all twenty steps once. */
async function plainSeed(): Promise<number> {
  for (let seed = 1;; seed++) {
    const { runs, steps } = await simulateRuns(twenty, { seed, faults: [], steps: 20 });
    if (runs.length === 1 && steps === 20 && runs[0].status === "success") return seed;
  }
}

describe("a run of twenty steps", () => {
  const plain = plainSeed();

  test("keeps every invariant whichever call of the store fails", async () => {
    let at = 1;
    while (await isStruckBy({ kind: "call", at })) at++;
    assert.ok(at > 10, `only ${at - 1} calls failed`);
  });

  test("keeps every invariant whichever commit its process dies or stands still at", async () => {
    const { commits } = await simulateRuns(twenty, { seed: await plain, faults: [], steps: 20 });
    assert.ok(commits > 5);
    for (let at = 1; at <= commits; at++) {
      for (const kind of ["crash-before", "crash-after", "pause"] as const) {
        const { processes } = await simulateOne({ kind, at });
        assert.equal(processes, 2);
      }
    }
  });

  test("makes each step once, and no recorded step again, when its process dies once", async () => {
    const { commits } = await simulateRuns(twenty, { seed: await plain, faults: [], steps: 20 });
    for (let at = 1; at < commits; at++) {
      const { events, runs } = await simulateOne({ kind: "crash-after", at });
      const succeeded = events.filter(({ type }) => type === "step_succeeded");
      const ids = new Set(succeeded.map(({ runId, step }) => `${runId} ${step}`));
      assert.equal(ids.size, succeeded.length);
      assert.ok(runs.every(({ status }) => status === "success"));
    }
  });

  /** False when all was over before the moment of the fault came. */
  async function isStruckBy(fault: PlannedFault): Promise<boolean> {
    const { faults } = await simulateRuns(twenty, { seed: await plain, faults: [fault], steps: 20 });
    return faults.length === 1;
  }

  async function simulateOne(fault: PlannedFault) {
    const world = await simulateRuns(twenty, { seed: await plain, faults: [fault], steps: 20 });
    assert.deepEqual(world.faults, [fault]);
    return world;
  }
});

describe("a simulation", () => {
  test("finds within 200 seeds that the fence is gone, and names the command that shows it again", async () => {
    const failure = await firstFailure();
    assert.ok(failure, "200 seeds found nothing");
    const { seed, error } = failure;
    assert.equal(error.invariant, "I1");
    assert.match(error.message, /was recorded by a process without the lease/);
    assert.ok(error.message.endsWith(`Replay it: ${replay(seed)}`), error.message);
    await assert.rejects(
      simulateWorld(graphOf(seed), { seed, pools: POOLS, replay }, { commit: () => {} }),
      { message: error.message },
    );
  });

  async function firstFailure() {
    for (let seed = 1; seed <= 200; seed++) {
      try {
        await simulateWorld(graphOf(seed), { seed, pools: POOLS, replay }, { commit: () => {} });
      } catch (error) {
        assert.ok(error instanceof InvariantError, String(error));
        return { seed, error };
      }
    }
    return undefined;
  }

  test("finds within 200 seeds that values of lost attempts replace later ones", async () => {
    let found: unknown;
    for (let seed = 1; seed <= 200 && !found; seed++) {
      await simulateWorld(graphOf(seed), { seed, pools: POOLS }, { value: () => {} })
        .catch((error) => found = error);
    }
    assert.ok(found instanceof InvariantError, String(found ?? "200 seeds found nothing"));
    assert.equal(found.invariant, "I1");
    assert.match(found.message, /process \d+ has replaced the value of .* that process \d+ kept/);
  });

  test("finds that runs never end", async () => {
    let commits = 0;
    const shut = () => {
      if (++commits > 8) {
        throw new SluiceError({ code: "STORE_FULL", message: "The disk is full.", path: [] });
      }
    };
    const never = simulateWorld(twenty, { seed: await plainSeed(), faults: [], steps: 20 }, { commit: shut });
    await assert.rejects(never, (error: InvariantError) => {
      assert.equal(error.invariant, "I8");
      assert.match(error.message, /no process could recover what there is, .*The disk is full/);
      return true;
    });
  });

  test("gives bodies the config and the resources that a test chooses", async () => {
    const seen = new Set<unknown>();
    const place = defineResource({
      name: "place",
      setup: (): string => assert.fail("a real one was set up"),
    });
    const schema = {
      "~standard": { version: 1 as const, vendor: "test", validate: (value: unknown) => ({ value }) },
    };
    const uses = defineAsset({
      key: "uses",
      resources: { place },
      config: schema,
      run: ({ resources, config }) => void seen.add(`${resources.place} ${JSON.stringify(config)}`),
    });
    const options = { seed: 1, resources: [override(place, "fake")], config: { uses: { limit: 3 } } };
    await simulateRuns(definitions({ assets: [uses] }), options);
    assert.deepEqual([...seen], ['fake {"limit":3}']);
  });

  test("says what it cannot do: definitions in which nothing runs", async () => {
    const nothing = definitions({ assets: [] });
    await assert.rejects(simulateRuns(nothing, { seed: 1 }), /fewer than asked for/);
  });

  test("tells what a body throws that nobody can mend as a failure of its step", async () => {
    const broken = defineAsset({ key: "broken", run: () => Promise.reject(new Error("always")) });
    const behind = defineAsset({ key: "behind", deps: { broken }, run: () => 1 });
    const { runs } = await simulateRuns(definitions({ assets: [broken, behind] }), {
      seed: 1,
      faults: [],
      steps: 4,
    });
    assert.ok(runs.length > 0 && runs.every(({ status }) => status === "failed" || status === "canceled"));
  });
});
