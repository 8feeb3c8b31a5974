/** The app: what is asked over HTTP, and what answers. */
import { Hono } from "hono";
import { createMonitor } from "../monitor/stream/monitor.ts";
import type { Orchestrator } from "../orchestrator/contract.ts";
import type { AppOptions, HonoApp } from "./contract.ts";
import { requireCaller } from "./door/callers.ts";
import { answersTo } from "./door/hosts.ts";
import { answerFailure, Problem } from "./problem.ts";
import { addRuns } from "./runs.ts";
import { settle } from "./settings.ts";
import { eventStream, filterOf } from "./stream/stream.ts";
import { TriggerRoute } from "./triggers/route.ts";

/**
 * Makes a Hono app over an orchestrator, to be served by itself or mounted in another app by `route("/sluice", app)`:
 *
 * - `POST /triggers/<name>` starts a run: see {@linkcode defineHttpTrigger} and {@linkcode defineWebhook}. The header
 *   `Idempotency-Key` makes requests that are sent again stand for one run, for 24 hours. `?wait=SECONDS`, or `Prefer: wait=SECONDS`,
 *   waits for the result, `?wait=0` does not.
 * - `GET /triggers` lists them; `GET /runs`, `GET /runs/<id>` and `GET /runs/<id>/steps` tell of runs, `GET /runs/<id>/bundle` gives one
 *   as a file.
 * - `GET /events` streams what is recorded (server-sent events), from `Last-Event-ID` or `?after=` on.
 * - `GET /health` says that the app is there; it is open to all.
 *
 * Requests to names that the server does not go by are refused (421), and so is everything of callers who are not known (401) and
 * what a browser asks for pages of other sites (403). Failures are problem details of RFC 9457. The app knows only its own
 * addresses: it changes nothing about other routes of an app that it is mounted in.
 *
 * @throws {SluiceError} DEFINITION_INVALID for options of the wrong shape, and when nothing says who may ask; SECRET_MISSING.
 * @example
 * ```ts
 * import { createOrchestrator, defineAsset, definitions } from "sluice";
 * import { createApp, defineHttpTrigger } from "sluice/server";
 * import assert from "node:assert/strict";
 *
 * const report = defineAsset({ key: "report", run: () => "all is well" });
 * await using sluice = createOrchestrator(definitions({ assets: [report] }), { store: "memory", defaultIO: "memory" });
 * const app = createApp(sluice, {
 *   tokens: { ci: "a-token-that-nobody-guesses" },
 *   triggers: [defineHttpTrigger({ name: "report", target: report, outputs: [report], respond: "result" })],
 * });
 *
 * const answer = await app.request("http://localhost/triggers/report", {
 *   method: "POST",
 *   headers: { authorization: "Bearer a-token-that-nobody-guesses" },
 * });
 * const { success, outputs } = await answer.json();
 * assert.deepEqual({ success, outputs }, { success: true, outputs: { report: "all is well" } });
 * ```
 */
export function createApp(orchestrator: Orchestrator, options: AppOptions = {}): HonoApp {
  const settings = settle(options);
  const { authorize, hosts, triggers, mostRequests, heartbeatMs } = settings;
  const triggerRoute = new TriggerRoute(orchestrator, settings);
  const monitor = createMonitor(orchestrator, { subscribers: mostRequests });
  const app = new Hono();
  let underWay = 0;

  app.use("*", async (context, next) => {
    // Browsers always say it; requests that never were on a wire have it in their address only.
    const host = context.req.header("host") ?? new URL(context.req.url).host;
    if (!answersTo(host, hosts)) {
      throw new Problem(421, "HOST_REFUSED", "This server does not go by the name that was asked for.", {
        hint: "Name it in the option `hosts`.",
      });
    }
    if (underWay >= mostRequests) {
      throw new Problem(429, "TOO_MANY_REQUESTS", "Too many requests are under way.", {
        headers: { "retry-after": "1" },
      });
    }
    underWay++;
    try {
      await next();
    } finally {
      underWay--;
    }
  });
  app.onError((error) => answerFailure(error));

  app.get("/health", (context) => context.json({ status: "ok" }));
  app.post("/triggers/:name", (context) => triggerRoute.answer(context.req.param("name"), context.req.raw));

  app.use("*", async (context, next) => {
    await requireCaller(authorize, context.req.raw);
    await next();
    context.res.headers.set("cache-control", "no-store");
  });
  app.get("/triggers", (context) =>
    context.json({
      triggers: Array.from(triggers.values(), ({ name, kind, description }) => ({ name, kind, description })),
    }));
  addRuns(app, orchestrator);
  app.get("/events", (context) => {
    const filter = filterOf(new URL(context.req.url).searchParams, context.req.header("last-event-id"));
    return new Response(eventStream(monitor, filter, heartbeatMs), {
      headers: { "content-type": "text/event-stream" },
    });
  });
  app.notFound(() => answerFailure(new Problem(404, "NOT_FOUND", "There is nothing at this address.")));
  return app;
}
