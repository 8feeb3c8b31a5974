/** Alerts: rules over what is recorded, and notices to people. */
import type { EventName, SluiceEvent } from "../../model/events/event.ts";
import { systemClock } from "../../model/ports.ts";
import type { EventSource } from "../stream/contract.ts";
import { isAtLeast, severityOf } from "../stream/severity.ts";
import { checkAlertOptions } from "./check.ts";
import type { Alert, AlertOptions, AlertRule, Alerts } from "./contract.ts";
import { Delivery } from "./delivery.ts";
import { isRecovery, type KnownRun, knownRun, subjectOf, wordsOf } from "./subject.ts";
import { Trouble } from "./trouble.ts";

/** What a rule looks at by default. */
const ENDS: readonly EventName[] = ["run_finished", "run_parked", "run_interrupted", "backfill_finished"];
const GROUP_MS = 30_000;
const REPEAT_MS = 4 * 3_600_000;

/**
 * Tells people of trouble: each rule chooses events, those about one thing are gathered into one notice, a trouble that
 * lasts is told again only after a while, and its end is told too.
 *
 * A trouble is known by its rule and what it is about: a job, a run without one, a check, a breaker, a backfill. It ends with the
 * next success of the same. What ends before the first notice was due is not told. A receiver that fails is tried five times;
 * none holds up a run or another receiver. What is gathered lives in this process: after a crash nobody makes up for it.
 *
 * @param source An orchestrator, or anything else that gives events.
 * @throws {SluiceError} MONITOR_INVALID for rules and channels that are none.
 * @example
 * ```ts
 * import { createAlerts, createOrchestrator, defineAsset, defineJob, definitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * let isUp = false;
 * const orders = defineAsset({
 *   key: "orders",
 *   run: () => {
 *     if (!isUp) throw new Error("the shop is closed");
 *     return [1, 2, 3];
 *   },
 * });
 * const nightly = defineJob({ name: "nightly", selection: orders });
 * await using sluice = createOrchestrator(definitions({ assets: [orders], jobs: [nightly] }), {
 *   store: "memory",
 *   defaultIO: "memory",
 * });
 *
 * const said: string[] = [];
 * await using alerts = createAlerts(sluice, {
 *   channels: { me: { name: "me", send: async ({ state, subject }) => void said.push(`${state}: ${subject}`) } },
 *   rules: [{ name: "failures", to: ["me"], groupMs: 0 }],
 * });
 * await sluice.runJob("nightly");
 * isUp = true;
 * await sluice.runJob("nightly");
 * await alerts.flush();
 * assert.deepEqual(said, ["firing: job nightly", "resolved: job nightly"]);
 * ```
 */
export function createAlerts(source: Pick<EventSource, "subscribe">, options: AlertOptions): Alerts {
  checkAlertOptions(options);
  return new LiveAlerts(source, options);
}

class LiveAlerts implements Alerts {
  readonly #options: AlertOptions;
  readonly #unsubscribe: () => void;
  readonly #deliveries: ReadonlyMap<string, Delivery>;
  readonly #runs: Map<string, KnownRun> = new Map();
  /** By rule, then by subject. */
  readonly #troubles: Map<string, Map<string, Trouble>>;

  constructor(source: Pick<EventSource, "subscribe">, options: AlertOptions) {
    const { channels, rules, clock = systemClock, onError = ignore } = options;
    this.#options = options;
    this.#deliveries = new Map(
      Object.entries(channels).map(([name, channel]) => [name, new Delivery(channel, clock, onError)]),
    );
    this.#troubles = new Map(rules.map(({ name }) => [name, new Map()]));
    this.#unsubscribe = source.subscribe((events) => {
      for (const event of events) this.#take(event);
    });
  }

  get firing(): Alerts["firing"] {
    return [...this.#troubles].flatMap(([rule, troubles]) =>
      [...troubles].filter(([, trouble]) => trouble.isTold)
        .map(([subject, { sinceMs }]) => ({ rule, subject, sinceMs }))
    );
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#deliveries.values()].map((delivery) => delivery.idle()));
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    for (const troubles of this.#troubles.values()) {
      for (const trouble of troubles.values()) trouble.flush();
      troubles.clear();
    }
    await this.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #take(event: SluiceEvent): void {
    if (event.type === "run_created") this.#runs.set(event.runId, knownRun(event.payload));
    const run = this.#runs.get(event.runId);
    for (const rule of this.#options.rules) this.#apply(rule, event, run);
    if (event.type === "run_finished") this.#runs.delete(event.runId);
  }

  #apply(rule: AlertRule, event: SluiceEvent, run: KnownRun | undefined): void {
    const { on = ENDS, atLeast = "error", jobs } = rule;
    const isOfJob = jobs === undefined || run?.job !== undefined && jobs.includes(run.job);
    if (!isOfJob) return;
    const severity = severityOf(event);
    const isTrouble = on.includes(event.type) && isAtLeast(severity, atLeast);
    if (!isTrouble && !isRecovery(event)) return;
    const subject = subjectOf(event, run);
    const troubles = this.#troubles.get(rule.name) as Map<string, Trouble>;
    const known = troubles.get(subject);
    if (isTrouble) {
      const trouble = known ?? this.#begin(rule, subject);
      troubles.set(subject, trouble);
      trouble.add(event, severity, wordsOf(event, run));
    } else if (known) {
      troubles.delete(subject);
      known.resolve(event, wordsOf(event, run));
    }
  }

  #begin({ name, to, groupMs = GROUP_MS, repeatMs = REPEAT_MS }: AlertRule, subject: string): Trouble {
    const { clock = systemClock } = this.#options;
    const send = (alert: Alert) => {
      for (const channel of new Set(to)) this.#deliveries.get(channel)?.send(alert);
    };
    return new Trouble({ rule: name, subject, groupMs, repeatMs, clock, send });
  }
}

function ignore(): void {}
