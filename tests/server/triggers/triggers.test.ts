/** HTTP triggers over a real socket: inputs, answers, waiting. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { dailyPartitions, defineAsset, defineJob, definitions } from "sluice";
import { defineHttpTrigger, defineWebhook, githubSignature, ignoreRequest } from "sluice/server";
import { z } from "zod";
import { posting, serve } from "../support.ts";

const days = dailyPartitions({ start: "2026-01-01" });
const orders = defineAsset({ key: "orders", partitions: days, run: ({ partition }) => partition.key });
const report = defineAsset({
  key: "report",
  config: z.object({ year: z.int() }),
  run: ({ config }) => ({ year: config.year }),
});
const broken = defineAsset({
  key: "broken",
  run: () => {
    throw new Error("it cannot be made");
  },
});
const yearly = defineJob({ name: "yearly", selection: "report", tags: { team: "finance" } });
const all = definitions({ assets: [orders, report, broken], jobs: [yearly] });

const triggers = [
  defineHttpTrigger({
    name: "yearly-report",
    target: yearly,
    inputs: z.object({ year: z.int().min(2000), note: z.string().default("none") }),
    run: ({ inputs, caller }) => ({
      config: { report: { year: inputs.year } },
      tags: { note: inputs.note, caller },
    }),
    outputs: [report],
    respond: "result",
  }),
  defineHttpTrigger({ name: "orders", target: orders, outputs: ["orders"] }),
  defineHttpTrigger({ name: "broken", target: "broken", respond: "result", outputs: ["broken"] }),
  defineHttpTrigger({
    name: "odd",
    target: orders,
    inputs: z.object({ day: z.string() }),
    run: ({ inputs }) => inputs.day === "" ? ignoreRequest("no day is named") : { partitions: inputs.day },
  }),
];

describe("an HTTP trigger", () => {
  test("waits for the result and gives outputs", async () => {
    await using served = await serve(all, { triggers });
    const answer = await served.ask("/triggers/yearly-report", posting({ year: 2026 }));
    assert.equal(answer.status, 200);
    const { run_id, duration_ms, ...rest } = await answer.json();
    assert.deepEqual(rest, {
      trigger_id: "yearly-report",
      workflow_id: "yearly",
      status: "success",
      success: true,
      outputs: { report: { year: 2026 } },
    });
    assert.ok(duration_ms >= 0);
    const run = await served.sluice.run(run_id);
    assert.equal(run?.job, "yearly");
    assert.deepEqual(run?.tags, {
      team: "finance",
      note: "none",
      caller: "tests",
      "sluice/trigger": "http:yearly-report",
      "sluice/via": "http:yearly-report",
      "sluice/actor": "tests",
    });
  });

  test("answers at once where it is asked to, and says where the run is found", async () => {
    await using served = await serve(all, { triggers });
    const answer = await served.ask("/triggers/orders", posting({ partitions: "2026-02-03" }));
    assert.equal(answer.status, 202);
    const { run_id, ...rest } = await answer.json();
    assert.deepEqual(rest, { trigger_id: "orders", workflow_id: "orders", status: "accepted" });
    // The run is on record by the time of the answer.
    assert.equal((await served.sluice.run(run_id))?.id, run_id);
    const where = new URL(answer.headers.get("location") as string, answer.url);
    const told = await served.ask(
      where.pathname,
      posting(undefined).headers ? { headers: posting({}).headers as HeadersInit } : {},
    );
    assert.equal((await told.json()).id, run_id);
    for (const how of ["?wait=20", ""]) {
      const waited = await served.ask(
        `/triggers/orders${how}`,
        posting({ partitions: "2026-02-03" }, how ? {} : { prefer: "respond-async, wait=20" }),
      );
      assert.equal(waited.status, 200, how);
      assert.deepEqual((await waited.json()).outputs, { orders: "2026-02-03" });
    }
    assert.equal((await served.ask("/triggers/yearly-report?wait=0", posting({ year: 2026 }))).status, 202);
  });

  test("says what became of a run that fails", async () => {
    await using served = await serve(all, { triggers });
    const answer = await served.ask("/triggers/broken", posting({}));
    const { status, success, outputs } = await answer.json();
    assert.deepEqual([answer.status, status, success, outputs], [200, "failed", false, {}]);
  });

  test("says everything that is wrong with the inputs, and starts nothing", async () => {
    await using served = await serve(all, { triggers });
    const wrong: readonly (readonly [string, unknown, number, RegExp])[] = [
      ["yearly-report", { year: "x", note: 1 }, 422, /inputs\.year.*inputs\.note/],
      ["yearly-report", undefined, 422, /INPUTS_INVALID/],
      ["orders", { partition: "2026-01-01" }, 422, /There is no field/],
      ["orders", { tags: { a: 1 } }, 422, /wrong shape/],
      ["orders", [], 422, /a record with any of/],
      ["orders", { partitions: "2025-01-01" }, 422, /PARTITION_UNKNOWN/],
      ["orders", {}, 422, /./],
      ["orders?wait=soon", { partitions: "2026-01-01" }, 400, /whole number of seconds/],
      ["none", {}, 404, /NOT_FOUND/],
    ];
    for (const [path, body, status, says] of wrong) {
      const answer = await served.ask(`/triggers/${path}`, posting(body));
      const text = await answer.text();
      assert.equal(answer.status, status, text);
      assert.equal(answer.headers.get("content-type"), "application/problem+json");
      assert.match(text, says);
    }
    assert.deepEqual(await served.sluice.runs(), []);
  });

  test("may say that a request starts nothing", async () => {
    await using served = await serve(all, { triggers });
    const answer = await served.ask("/triggers/odd", posting({ day: "" }));
    const { status, reason } = await answer.json();
    assert.deepEqual([answer.status, status, reason], [200, "ignored", "no day is named"]);
    assert.deepEqual(await served.sluice.runs(), []);
    assert.equal((await served.ask("/triggers/odd", posting({ day: "2026-01-05" }))).status, 202);
  });

  test("hides what went wrong inside", async () => {
    const leaking = defineHttpTrigger({
      name: "leaking",
      target: orders,
      inputs: z.object({}),
      run: () => {
        throw new Error("the password is letmein");
      },
    });
    await using served = await serve(all, { triggers: [leaking] });
    const answer = await served.ask("/triggers/leaking", posting({}));
    assert.equal(answer.status, 500);
    assert.ok(!(await answer.text()).includes("letmein"));
  });
});

describe("declarations", () => {
  test("refuse what is wrong, by name", () => {
    const wrong: readonly (readonly [() => unknown, RegExp])[] = [
      [() => defineHttpTrigger({ name: "a/b", target: orders }), /letters, digits/],
      [() => defineHttpTrigger({ name: "", target: orders }), /letters, digits/],
      [
        () => defineHttpTrigger({ name: "a", target: orders, inputs: z.object({}) }),
        /what becomes of the inputs/,
      ],
      [() => defineHttpTrigger({ name: "a", target: orders, respnd: "result" } as never), /respond/],
      [() => defineHttpTrigger({ name: "a" } as never), /target/],
      [() => defineWebhook({ name: "a", target: orders } as never), /signature/],
      [() => defineWebhook({ name: "a", target: orders, signature: "x" as never }), /signature/],
    ];
    for (const [declare, says] of wrong) {
      assert.throws(declare, (error: { code: string; message: string }) => {
        assert.equal(error.code, "DEFINITION_INVALID");
        assert.match(error.message, says);
        return true;
      });
    }
  });

  test("of an app say who may ask", async () => {
    const { createApp } = await import("sluice/server");
    const { createOrchestrator } = await import("sluice");
    await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory" });
    assert.throws(() => createApp(sluice), { code: "DEFINITION_INVALID" });
    assert.throws(() => createApp(sluice, { tokens: { ci: "short" } }), { code: "DEFINITION_INVALID" });
    const twice = [triggers[0], triggers[0]];
    assert.throws(
      () => createApp(sluice, { tokens: { ci: "x".repeat(16) }, triggers: twice }),
      /two triggers/,
    );
    assert.throws(
      () => createApp(sluice, { tokens: { ci: "x".repeat(16) }, hosts: ["a.example:80"] }),
      /port/,
    );
    const hook = defineWebhook({ name: "hook", target: orders, signature: githubSignature("secret") });
    createApp(sluice, { triggers: [hook] });
    createApp(sluice, { authorize: () => "everybody" });
  });
});
