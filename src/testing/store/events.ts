/** The log of a store: its order, its edges and what it refuses. */
import assert from "node:assert/strict";
import { EventBatch } from "../../model/events/batch.ts";
import type { EventPayloads } from "../../model/events/event.ts";
import { created, type Entry, finished, type Scribe, succeeded, tableOf } from "./scribe.ts";
import { type StoreCheck, UNIT } from "./world.ts";

const TABLE = tableOf([{ step: "a" }, { step: "b" }]);

function line(step: number, message: string): Entry {
  return ["step_log", step, { level: "info", message }];
}

/** Two runs whose events take turns, as they do in one process. */
function interleaved(scribe: Scribe): readonly EventBatch[] {
  const batches = ["r1", "r2"].map((runId) => new EventBatch(runId));
  const events: Entry[] = [created(TABLE), ["run_started"], ...succeeded(0), ...succeeded(1)];
  for (const event of events) {
    for (const batch of batches) append(batch, scribe.write(batch.runId, event));
  }
  return batches;
}

/** Adds the one event of a batch to another. */
function append(batch: EventBatch, one: EventBatch): void {
  batch.push(one.kindAt(0), one.stepAt(0), one.attemptAt(0), one.firstSeq, one.firstMs, one.payloads.get(0));
}

export const EVENT_CHECKS: { readonly [title: string]: StoreCheck } = {
  "leaves no gap: what was appended behind a failure fails with it": async (world) => {
    const { scribe, store } = world;
    await world.append(scribe.create("r1", TABLE), scribe.create("r2", TABLE));
    const settled = await Promise.allSettled([
      store.append([scribe.write("r2", ["step_started", 0])]),
      store.append([scribe.write("r1", ["step_succeeded", 0])]),
      store.append([scribe.write("r1", ["step_started", 1])]),
      store.append([scribe.write("r2", ["step_succeeded", 0])]),
    ]);
    const codes = settled.map((each) => each.status === "fulfilled" ? "kept" : each.reason.code);
    assert.deepEqual(codes, ["kept", "EVENT_REFUSED", "EVENT_REFUSED", "kept"]);
    await world.append(scribe.write("r1", ["step_started", 0]));
    await world.holds(async (store) => {
      assert.deepEqual((await store.events({ runId: "r1" })).map(({ type }) => type), [
        "run_created",
        "run_started",
        "step_started",
      ]);
      assert.equal((await store.steps("r2"))[0].status, "success");
    });
  },

  "gives events back in their order, page by page": async (world) => {
    const { scribe } = world;
    await world.append(scribe.write("", ["partitions_added", undefined, { name: "d", keys: ["k"] }]));
    await world.store.append(interleaved(scribe));
    await world.append(
      scribe.write("r2", line(1, "late"), finished("success")),
      scribe.write("r1", finished("success")),
    );
    await world.holds(async (store) => {
      const all = await store.events();
      assert.deepEqual(
        all.map(({ seq }) => seq),
        Array.from({ length: scribe.seq }, (_, index) => index + 1),
      );
      assert.deepEqual(all.slice(0, 3).map(({ type, runId }) => [type, runId]), [
        ["partitions_added", ""],
        ["run_created", "r1"],
        ["run_created", "r2"],
      ]);
      const paged = [];
      for (let after = 0;;) {
        const page = await store.events({ after, limit: 4 });
        if (page.length === 0) break;
        assert.ok(page.length <= 4);
        paged.push(...page.map(({ seq }) => seq));
        after = page[page.length - 1].seq;
      }
      assert.deepEqual(paged, all.map(({ seq }) => seq));
      const of = async (runId: string) => (await store.events({ runId })).map(({ seq }) => seq);
      assert.deepEqual(await of("r2"), all.filter(({ runId }) => runId === "r2").map(({ seq }) => seq));
      assert.deepEqual(await of(""), [1]);
      assert.deepEqual(await of("nobody"), []);
      assert.deepEqual((await store.events({ runId: "r1", after: 5, limit: 2 })).map(({ seq }) => seq), [
        6,
        8,
      ]);
      assert.equal((all[1].payload as EventPayloads["run_created"]).steps.node(1).step, "b");
    });
  },

  "records all batches of a call or none": async (world) => {
    const { scribe } = world;
    await world.append(scribe.create("r1", TABLE));
    const seq = scribe.seq;
    const good = scribe.write("r1", ...succeeded(0));
    const catalogue = scribe.write("", ["asset_reported", undefined, { asset: "x" }]);
    const bad = scribe.write("r1", ["step_succeeded", 1]);
    await assert.rejects(world.store.append([good, catalogue, bad]), { code: "EVENT_REFUSED" });
    await world.holds(async (store) => {
      assert.equal((await store.events({ after: seq })).length, 0);
      assert.equal((await store.run("r1"))?.steps.success, 0);
      assert.equal((await store.facts()).asset("x", UNIT).materialized.size, 0);
    });
    scribe.seq = seq;
    await world.append(scribe.write("r1", ...succeeded(0), ...succeeded(1), finished("success")));
    assert.equal((await world.store.run("r1"))?.status, "success");
  },

  "lets calls of one turn stand by themselves": async (world) => {
    const { scribe } = world;
    const batches = Array.from({ length: 20 }, (_, n) => scribe.wholeRun(`r${n}`, TABLE));
    const bad = scribe.write("nobody", ["run_started"]);
    const results = await Promise.allSettled(
      [...batches.slice(0, 10), bad, ...batches.slice(10)].map((batch) => world.store.append([batch])),
    );
    assert.deepEqual(results.map(({ status }) => status).filter((status) => status === "rejected").length, 1);
    assert.equal(results[10].status, "rejected");
    await world.holds(async (store) => {
      assert.equal((await store.runs({ status: ["success"] })).length, 20);
      assert.equal(
        (await store.events({ limit: 10_000 })).length,
        batches.reduce((sum, { size }) => sum + size, 0),
      );
    });
  },

  "refuses what does not follow, and goes on as before": async (world) => {
    const { scribe } = world;
    await world.append(scribe.create("live", TABLE), scribe.wholeRun("over", TABLE));
    const refused: readonly (readonly [EventBatch, string])[] = [
      [scribe.write("over", ["step_started", 0]), "RUN_UNKNOWN"],
      [scribe.write("over", line(0, "late")), "RUN_UNKNOWN"],
      [scribe.write("nobody", ["run_started"]), "RUN_UNKNOWN"],
      [scribe.write("live", created(TABLE)), "EVENT_REFUSED"],
      [scribe.write("live", ["step_started", 9]), "EVENT_REFUSED"],
      [scribe.write("live", ["asset_reported", undefined, { asset: "x" }]), "EVENT_REFUSED"],
      [scribe.write("", ["step_started", 0]), "EVENT_REFUSED"],
    ];
    for (const [batch, code] of refused) {
      await assert.rejects(
        world.store.append([batch]),
        { name: "SluiceError", code },
        `${batch.runId}: ${code}`,
      );
    }
    await assert.rejects(world.store.append([scribe.wholeRun("over", TABLE)]), { name: "SluiceError" });
    await world.append(scribe.write("live", ...succeeded(0)));
    await world.holds(async (store) => {
      assert.equal((await store.run("live"))?.steps.success, 1);
      assert.equal((await store.runs()).length, 2);
    });
  },

  "takes a call of any size, in its order": async (world) => {
    const { scribe } = world;
    const text = "x".repeat(300);
    const table = tableOf(Array.from({ length: 3_000 }, (_, n) => ({ step: `asset/${n}` })));
    const steps = Array.from({ length: table.count }, (_, step): Entry[] => [
      ["step_started", step],
      line(step, `${step} ${text}`),
      ["step_succeeded", step, step % 3 === 0 ? { outputs: [{ metadata: { step } }] } : undefined],
    ]);
    await world.store.append([
      scribe.write("big", created(table), ["run_started"], ...steps.flat(), finished("success")),
      scribe.wholeRun("small", TABLE),
    ]);
    await world.holds(async (store) => {
      assert.deepEqual((await store.run("big"))?.steps.success, 3_000);
      assert.equal((await store.run("small"))?.status, "success");
      const lines = await store.logs("big", { limit: 10_000 });
      assert.deepEqual(
        lines.map(({ message }) => Number(message.split(" ")[0])),
        steps.map((_, step) => step),
      );
      const facts = await store.facts();
      assert.equal(facts.asset("asset/2999", UNIT).at(0)?.dataVersion, "big/2999");
      assert.deepEqual((await store.steps("big", { from: 2_997, to: 2_998 }))[0].outputs[0].metadata, {
        step: 2_997,
      });
      assert.equal((await store.events({ after: 8_000, limit: 1 }))[0].seq, 8_001);
    });
  },

  "finds lines by step and place": async (world) => {
    const { scribe } = world;
    await world.append(
      scribe.create("r", TABLE),
      scribe.write("r", ["step_started", 0], line(0, "one"), ["step_log", 0, {
        level: "error",
        message: "two",
        fields: { n: 1, deep: { x: [null] } },
      }]),
      scribe.write("r", ["step_succeeded", 0], ["step_started", 1], line(1, "three"), line(1, "four")),
    );
    await world.holds(async (store) => {
      const said = async (filter?: Parameters<typeof store.logs>[1]) =>
        (await store.logs("r", filter)).map(({ message }) => message);
      assert.deepEqual(await said(), ["one", "two", "three", "four"]);
      assert.deepEqual(await said({ step: 1 }), ["three", "four"]);
      assert.deepEqual(await said({ limit: 2 }), ["one", "two"]);
      const [, second] = await store.logs("r");
      assert.deepEqual(await said({ after: second.seq, limit: 1 }), ["three"]);
      assert.deepEqual([second.level, second.fields, second.attempt], [
        "error",
        { n: 1, deep: { x: [null] } },
        1,
      ]);
      assert.deepEqual(await store.logs("nobody"), []);
    });
  },

  "keeps texts of every kind as they are": async (world) => {
    const { scribe } = world;
    const texts = [
      "\0",
      "a\0b",
      "\u0001x",
      "\ud800",
      "\ud83d\ude00",
      "__proto__",
      "'; DROP TABLE runs; --",
      "\r\n\t",
      " ",
      "\uffff",
    ];
    for (const text of texts) {
      const table = tableOf([{ step: text, partitions: { kind: "names", names: [text, `${text}2`] } }]);
      await world.append(scribe.write(
        `run ${text}`,
        created(table, { job: text, tags: { [`k${text}`]: text }, config: { [text]: [text] } }),
        ["run_started"],
        ["step_started", 0],
        line(0, text),
        ["check_evaluated", 0, {
          asset: text,
          check: text,
          passed: true,
          severity: "warn",
          blocking: false,
          partition: text,
        }],
        ["step_succeeded", 0, { outputs: [{ dataVersion: text, metadata: { [text]: text } }] }],
      ));
      await world.append(
        scribe.write("", ["partitions_added", undefined, { name: text, keys: [text, "k"] }]),
      );
    }
    await world.holds(async (store) => {
      assert.deepEqual(
        (await store.runs()).map(({ id }) => id),
        texts.toReversed().map((text) => `run ${text}`),
      );
      const facts = await store.facts();
      for (const text of texts) {
        const id = `run ${text}`;
        assert.deepEqual((await store.runs({ job: text })).map((run) => [run.id, run.tags[`k${text}`]]), [[
          id,
          text,
        ]]);
        assert.deepEqual((await store.plan(id))?.config[text], [text]);
        assert.deepEqual((await store.logs(id)).map(({ message }) => message), [text]);
        const [check] = await store.checks({ asset: text });
        assert.deepEqual([check.check, check.partition, check.runId], [text, text, id]);
        const [made] = await store.materializations(text, { partition: text });
        assert.deepEqual([made.dataVersion, made.metadata?.[text], made.runId], [text, text, id]);
        assert.deepEqual(facts.dynamicKeys(text), [text, "k"]);
      }
    });
  },

  "says that it is closed, and keeps what came before": async (world) => {
    const { scribe, store } = world;
    const last = store.append([scribe.wholeRun("r", TABLE)]);
    await store.close();
    await last;
    await store.close();
    const closed = { name: "SluiceError", code: "STORE_CLOSED" };
    await assert.rejects(store.append([scribe.wholeRun("r2", TABLE)]), closed);
    await assert.rejects(store.facts(), closed);
    await assert.rejects(store.runs(), closed);
    await assert.rejects(store.events(), closed);
    await assert.rejects(store.materializations("a"), closed);
    await assert.rejects(store.prune({ runsBeforeMs: 0 }), closed);
  },
};
