/** Alerts as events of PagerDuty, by its Events API version 2. */
import { requireOptions, type Shapes, TEXT } from "../../../model/validate/options.ts";
import type { Alert, AlertChannel } from "../contract.ts";
import { ALLOW, postJson, requireAddress } from "./post.ts";

/** Which service of PagerDuty is told. */
export interface PagerDutyOptions {
  /** The integration key of the service. */
  readonly routingKey: string;
  /** What the trouble comes from, for people: the name of a host or a program. Default `"sluice"`. */
  readonly source?: string;
  /** Where events are sent. Default the address of PagerDuty. */
  readonly url?: string;
  /** Its name, for errors. Default `"pagerduty"`. */
  readonly name?: string;
  /**
   * Hosts, addresses and networks that may be called though they are not of the public internet, and by plain HTTP:
   * `["alerts.internal", "10.1.0.0/16"]`. Default none.
   */
  readonly allow?: readonly string[];
}

const OPTIONS: Shapes<PagerDutyOptions> = Object.freeze({
  routingKey: TEXT,
  source: TEXT,
  url: TEXT,
  name: TEXT,
  allow: ALLOW,
});
/** The limits of the API. */
const LONGEST_SUMMARY = 1_024;
const LONGEST_KEY = 255;

/**
 * Opens and ends incidents: an alert that fires triggers one, its end resolves it. All notices of one trouble have one
 * `dedup_key`, so that PagerDuty joins them.
 *
 * @throws {SluiceError} MONITOR_INVALID for an address that is none.
 * @example
 * ```ts
 * import { pagerDutyChannel } from "sluice";
 * import assert from "node:assert/strict";
 *
 * assert.equal(pagerDutyChannel({ routingKey: "0123456789abcdef0123456789abcdef" }).name, "pagerduty");
 * ```
 */
export function pagerDutyChannel(options: PagerDutyOptions): AlertChannel {
  requireOptions(options, OPTIONS, {
    what: "pagerDutyChannel()",
    code: "MONITOR_INVALID",
    path: ["alerts", "channels"],
    needed: ["routingKey"],
  });
  const {
    routingKey,
    source = "sluice",
    url = "https://events.pagerduty.com/v2/enqueue",
    name = "pagerduty",
    allow,
  } = options;
  requireAddress("pagerDutyChannel()", url, allow);
  return Object.freeze({
    name,
    send: (alert: Alert, signal: AbortSignal) =>
      postJson({ name, url, allow, signal, body: JSON.stringify(eventOf(alert, routingKey, source)) }),
  });
}

function eventOf(alert: Alert, routingKey: string, source: string): unknown {
  const { key, state, rule, subject, severity, count, firstMs, lastMs, summary, lines } = alert;
  const head = { routing_key: routingKey, dedup_key: cut(key, LONGEST_KEY) };
  if (state === "resolved") return { ...head, event_action: "resolve" };
  return {
    ...head,
    event_action: "trigger",
    client: "Sluice",
    payload: {
      summary: cut(summary, LONGEST_SUMMARY),
      source,
      severity,
      timestamp: new Date(lastMs).toISOString(),
      component: subject,
      class: rule,
      custom_details: {
        count,
        first: new Date(firstMs).toISOString(),
        events: lines,
      },
    },
  };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}
