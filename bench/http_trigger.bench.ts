/**
 * A trigger over HTTP: a POST whose JSON is validated by a schema, answered when its run is on record. Compared with the same
 * route and the same runs without a file (the history in memory), and with a route that validates and starts nothing. Load
 * comes from a thread of the same process over real sockets, 32 connections, one request at a time on each.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Worker } from "node:worker_threads";
import { Hono } from "hono";
import { createOrchestrator, defineAsset, defineJob, definitions, type OrchestratorOptions } from "sluice";
import { createApp, defineHttpTrigger, listen, type Listening } from "sluice/server";
import { z } from "zod";
import { compare, describeHost, formatTable } from "./harness.ts";

const COUNT = process.env.SLUICE_SCALE === "full" ? 10_000 : 3_000;
const CONNECTIONS = 32;
const TOKEN = "a-token-for-the-benchmark";
const schema = z.object({ customer: z.string(), amount: z.number().min(0), lines: z.array(z.string()) });
const body = JSON.stringify({ customer: "c-1042", amount: 99.5, lines: ["a", "b", "c"] });

const order = defineAsset({
  key: "order",
  config: z.object({ amount: z.number() }),
  run: ({ config }) => config.amount,
});
const take = defineJob({ name: "take", selection: "order" });
const trigger = defineHttpTrigger({
  name: "take",
  target: take,
  inputs: schema,
  run: ({ inputs: { amount } }) => ({ config: { order: { amount } } }),
});

const load = new Worker(new URL("./http/load.ts", import.meta.url), {
  workerData: { connections: CONNECTIONS, body },
});
load.on("exit", (code) => code !== 0 && process.exit(1));

function ask(port: number, path: string): Promise<void> {
  return new Promise((resolve) => {
    load.once("message", () => resolve());
    load.postMessage({ port, path, token: TOKEN, count: COUNT });
  });
}

async function serve(store: NonNullable<OrchestratorOptions["store"]>): Promise<Listening> {
  const sluice = createOrchestrator(definitions({ assets: [order], jobs: [take] }), {
    store,
    defaultIO: "memory",
  });
  return await listen(createApp(sluice, { tokens: { bench: TOKEN }, triggers: [trigger] }));
}

function serveNothing(): Promise<Listening> {
  const app = new Hono();
  app.post("/triggers/take", async (context) => {
    const inputs = schema.parse(await context.req.json());
    return context.json({
      trigger_id: "take",
      workflow_id: "take",
      run_id: inputs.customer,
      status: "accepted",
    }, 202);
  });
  return listen(app);
}

const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
try {
  const servers: readonly (readonly [string, Listening])[] = [
    ["runs, in memory", await serve("memory")],
    ["runs, NORMAL", await serve({ path: join(folder, "normal.sqlite"), durability: "normal" })],
    ["runs, FULL", await serve({ path: join(folder, "full.sqlite"), durability: "full" })],
    ["no run at all", await serveNothing()],
  ];
  const measured = await compare(
    servers.map(([name, { port }]) => ({ name, run: () => ask(port, "/triggers/take") })),
    5,
  );
  console.log(`${COUNT.toLocaleString("en")} requests, ${CONNECTIONS} connections; ${describeHost()}`);
  const rows = measured.map((one) => [
    one.name,
    `${(one.bestMs * 1e3 / COUNT).toFixed(1)} us`,
    `${Math.round(100 / one.bestRatio)} %`,
    `${Math.round(100 / one.wallRatio)} %`,
  ]);
  console.log(formatTable([["", "a request, best", "rate to the first, best", "median"], ...rows]));
  console.log("Targets: 85 % at NORMAL, 45 % at FULL");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
