/** Addresses that tell of runs. */
import type { Context, Hono } from "hono";
import type { RunStatus } from "../model/events/status.ts";
import type { Orchestrator } from "../orchestrator/contract.ts";
import type { RunFilter } from "../stores/store.ts";
import { Problem } from "./problem.ts";

/** The most runs of one answer. */
const MOST_RUNS = 1_000;

const STATUSES: { readonly [status in RunStatus]: true } = {
  queued: true,
  running: true,
  canceling: true,
  interrupted: true,
  parked: true,
  success: true,
  failed: true,
  canceled: true,
};

/** Adds the addresses below `/runs`. */
export function addRuns(app: Hono, orchestrator: Orchestrator): void {
  app.get("/runs", async (context) => context.json({ runs: await orchestrator.runs(filterOf(context)) }));
  app.get("/runs/:id", async (context) => context.json(await runOf(orchestrator, context.req.param("id"))));
  app.get("/runs/:id/steps", async (context) => {
    const { id } = await runOf(orchestrator, context.req.param("id"));
    return context.json({ steps: await orchestrator.steps(id) });
  });
  app.get("/runs/:id/bundle", async (context) => {
    const { id } = await runOf(orchestrator, context.req.param("id"));
    return new Response(linesOf(orchestrator.exportRun(id)), {
      headers: {
        "content-type": "application/x-ndjson",
        // The id is one that the history knows, so it holds nothing but letters and digits.
        "content-disposition": `attachment; filename="${id}.sluice.ndjson"`,
        "x-content-type-options": "nosniff",
      },
    });
  });
}

async function runOf(orchestrator: Orchestrator, id: string) {
  const run = await orchestrator.run(id);
  if (run) return run;
  throw new Problem(404, "NOT_FOUND", "There is no run of this id.");
}

function filterOf({ req }: Context): RunFilter {
  const { status, job, before, limit } = req.query();
  const statuses = status?.split(",") ?? [];
  if (!statuses.every((each) => Object.hasOwn(STATUSES, each))) {
    throw new Problem(
      400,
      "QUERY_INVALID",
      `status is one or several of ${Object.keys(STATUSES).join(", ")}.`,
    );
  }
  if (limit !== undefined && !(/^\d{1,6}$/.test(limit) && Number(limit) >= 1)) {
    throw new Problem(400, "QUERY_INVALID", "limit is a whole number from 1.");
  }
  return {
    ...(statuses.length > 0 && { status: statuses as RunStatus[] }),
    ...(job !== undefined && { job }),
    ...(before !== undefined && { before }),
    ...(limit !== undefined && { limit: Math.min(Number(limit), MOST_RUNS) }),
  };
}

function linesOf(lines: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const utf8 = new TextEncoder();
  const iterator = lines[Symbol.asyncIterator]();
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(utf8.encode(value.endsWith("\n") ? value : `${value}\n`));
    },
    cancel: async () => void await iterator.return?.(),
  });
}
