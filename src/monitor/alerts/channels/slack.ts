/** Alerts as messages in Slack, by an incoming webhook. */
import { requireOptions, type Shapes, TEXT } from "../../../model/validate/options.ts";
import type { Alert, AlertChannel } from "../contract.ts";
import { ALLOW, postJson, requireAddress } from "./post.ts";

/** Where messages go. */
export interface SlackOptions {
  /** The address of the incoming webhook. It is a secret: who knows it can post. */
  readonly url: string;
  /** Its name, for errors. Default `"slack"`. */
  readonly name?: string;
  /**
   * Hosts, addresses and networks that may be called though they are not of the public internet, and by plain HTTP:
   * `["alerts.internal", "10.1.0.0/16"]`. Default none.
   */
  readonly allow?: readonly string[];
}

const OPTIONS: Shapes<SlackOptions> = Object.freeze({ url: TEXT, name: TEXT, allow: ALLOW });
/** Slack's own limits: of the text of a section, and of a plain text. */
const LONGEST_SECTION = 3_000;
const LONGEST_TITLE = 150;
const MARKS = { info: "Note", warning: "Warning", error: "Error", critical: "Critical" } as const;

/**
 * Sends alerts to a channel of Slack: a title, what happened, and the first events. What users wrote is escaped, so that it
 * mentions nobody and links nowhere.
 *
 * @throws {SluiceError} MONITOR_INVALID for an address that is none.
 * @example
 * ```ts
 * import { slackChannel } from "sluice";
 * import assert from "node:assert/strict";
 *
 * assert.equal(slackChannel({ url: "https://hooks.slack.example/services/T0/B0/x" }).name, "slack");
 * ```
 */
export function slackChannel(options: SlackOptions): AlertChannel {
  requireOptions(options, OPTIONS, {
    what: "slackChannel()",
    code: "MONITOR_INVALID",
    path: ["alerts", "channels"],
    needed: ["url"],
  });
  const { url, name = "slack", allow } = options;
  requireAddress("slackChannel()", url, allow);
  return Object.freeze({
    name,
    send: (alert: Alert, signal: AbortSignal) =>
      postJson({ name, url, allow, signal, body: JSON.stringify(messageOf(alert)) }),
  });
}

function messageOf(alert: Alert): unknown {
  const { state, rule, subject, severity, count, summary, lines } = alert;
  const title = `${state === "resolved" ? "Resolved" : MARKS[severity]}: ${subject}`;
  return {
    text: escape(`${title}: ${summary}`),
    blocks: [
      { type: "header", text: { type: "plain_text", text: cut(title, LONGEST_TITLE), emoji: false } },
      {
        type: "section",
        text: {
          type: "mrkdwn",
          text: cut(escape([summary, ...lines.map((line) => `- ${line}`)].join("\n")), LONGEST_SECTION),
        },
      },
      {
        type: "context",
        elements: [{
          type: "plain_text",
          text: cut(`${rule}, ${count} in all`, LONGEST_SECTION),
          emoji: false,
        }],
      },
    ],
  };
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Not in the middle of a pair of code units, and of an escaped letter. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 3).replace(/(?:[\ud800-\udbff]|&[a-z]{0,3})$/, "")}...`;
}
