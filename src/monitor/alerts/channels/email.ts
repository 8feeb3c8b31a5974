/** Alerts as mail, by SMTP. */
import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { SluiceError } from "../../../model/issue.ts";
import {
  COUNT,
  FLAG,
  isRecord,
  isTextList,
  requireOptions,
  type Shapes,
  TEXT,
} from "../../../model/validate/options.ts";
import { isNamed, openAllowance } from "../../../net/allow.ts";
import { resolveOpen } from "../../../net/call.ts";
import { type Alert, type AlertChannel, DeliveryError } from "../contract.ts";
import { ALLOW } from "./post.ts";

/** What is used of `nodemailer`, by its shape: the package is a peer that only those install who want it. */
export interface Mailer {
  /** Opens the way to a mail server. */
  createTransport(options: object): {
    sendMail(mail: object): Promise<unknown>;
    close(): void;
  };
}

/** From whom alerts come, to whom they go, and by which server. */
export interface EmailOptions {
  /** The name of the mail server. */
  readonly host: string;
  /** Default 465 with `secure`, else 587. */
  readonly port?: number;
  /** Whether the connection is encrypted from its start. Default: it is by STARTTLS, which the server must offer. */
  readonly secure?: boolean;
  /** How to log in. Default: without. */
  readonly auth?: { readonly user: string; readonly pass: string };
  /** The sender: `"Sluice <sluice@example.com>"`. */
  readonly from: string;
  /** The receivers, one at least. */
  readonly to: readonly string[];
  /** Its name, for errors. Default `"email"`. */
  readonly name?: string;
  /**
   * Hosts, addresses and networks that may be connected to though they are not of the public internet, and without encryption
   * where they offer none: `["mail.internal"]`. Default none.
   */
  readonly allow?: readonly string[];
  /** The default export of `nodemailer`. Default: it is loaded with the first mail. */
  readonly mailer?: Mailer;
}

const OPTIONS: Shapes<EmailOptions> = Object.freeze({
  host: {
    is: "the name of a host",
    fits: (value) => typeof value === "string" && URL.canParse(`tcp://${value}`),
  },
  port: COUNT,
  secure: FLAG,
  auth: {
    is: "{ user, pass }",
    fits: (value) => isRecord(value) && typeof value.user === "string" && typeof value.pass === "string",
  },
  from: TEXT,
  to: {
    is: "a list of one address at least",
    fits: (value) => isTextList(value) && value.length > 0,
  },
  name: TEXT,
  allow: ALLOW,
  mailer: {
    is: "nodemailer",
    fits: (value) => isRecord(value) && typeof value.createTransport === "function",
  },
});
const PACKAGE = "nodemailer";
const WAIT_MS = 10_000;
const LONGEST_SUBJECT = 200;
/** Answers of servers are cut for messages. */
const SHOWN = 200;

/**
 * Sends alerts as mail, in plain text, by the package `nodemailer`, which is installed beside Sluice. All notices of one trouble form a thread;
 * a notice that is sent again has the same Message-ID. What a server refuses for good (5xx) is not tried again.
 *
 * @throws {SluiceError} MONITOR_INVALID for options that are none.
 * @example
 * ```ts
 * import { emailChannel } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const channel = emailChannel({
 *   host: "smtp.example.com",
 *   auth: { user: "sluice", pass: process.env.SMTP_PASSWORD ?? "" },
 *   from: "Sluice <sluice@example.com>",
 *   to: ["data@example.com"],
 * });
 * assert.equal(channel.name, "email");
 * ```
 */
export function emailChannel(options: EmailOptions): AlertChannel {
  requireOptions(options, OPTIONS, {
    what: "emailChannel()",
    code: "MONITOR_INVALID",
    path: ["alerts", "channels"],
    needed: ["host", "from", "to"],
  });
  const { name = "email" } = options;
  return Object.freeze({
    name,
    send: (alert: Alert, signal: AbortSignal) => send(options, name, alert, signal),
  });
}

async function send(options: EmailOptions, name: string, alert: Alert, signal: AbortSignal): Promise<void> {
  const mailer = options.mailer ?? await loadMailer(name);
  const { host, secure = false, port = secure ? 465 : 587, auth, allow } = options;
  const address = await addressOf(host, allow, name);
  const transport = mailer.createTransport({
    host: address,
    port,
    secure,
    requireTLS: !secure && !isNamed(openAllowance(allow), host),
    // Certificates are of names, and the connection goes to the address that was looked at.
    ...(isIP(host) === 0 && { tls: { servername: host } }),
    ...(auth && { auth }),
    connectionTimeout: WAIT_MS,
    greetingTimeout: WAIT_MS,
    socketTimeout: WAIT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const close = () => transport.close();
  signal.addEventListener("abort", close);
  try {
    signal.throwIfAborted();
    await transport.sendMail(mailOf(options, alert));
  } catch (error) {
    throw deliveryError(name, error);
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

async function addressOf(host: string, allow: readonly string[] | undefined, name: string): Promise<string> {
  try {
    return await resolveOpen(host, allow);
  } catch (error) {
    const isRefused = error instanceof SluiceError;
    const why = isRefused ? `was not called: ${error.message}` : "could not be reached";
    throw new DeliveryError(`${name} ${why}.`, { isTransient: !isRefused });
  }
}

/** What a mail says. Texts of the user's become text and no markup, and line ends in headers become spaces. */
function mailOf({ from, to }: EmailOptions, alert: Alert): object {
  const { state, subject, severity, summary, lines, count, firstMs, lastMs, rule, key } = alert;
  const title = state === "resolved" ? "Resolved" : severity[0].toUpperCase() + severity.slice(1);
  const thread = idOf(from, key);
  return {
    from,
    to: [...to],
    subject: inline(`[Sluice] ${title}: ${subject}`).slice(0, LONGEST_SUBJECT),
    messageId: idOf(from, `${key} ${state} ${count} ${firstMs}`),
    inReplyTo: thread,
    references: [thread],
    // Nobody's holiday notice is to answer.
    headers: { "Auto-Submitted": "auto-generated", "X-Sluice-Rule": inline(rule) },
    text: [
      summary,
      "",
      ...lines.map((line) => `- ${line}`),
      "",
      `Rule: ${rule}`,
      `Events: ${count}, from ${new Date(firstMs).toISOString()} to ${new Date(lastMs).toISOString()}`,
    ].join("\n"),
  };
}

function idOf(from: string, text: string): string {
  const domain = /@([a-z0-9.-]+)/i.exec(from)?.[1] ?? "sluice.invalid";
  return `<${createHash("sha256").update(text).digest("hex").slice(0, 32)}@${domain}>`;
}

function inline(text: string): string {
  return text.replace(/\s+/g, " ");
}

/** What a mail server says, without what was said to it. */
function deliveryError(name: string, error: unknown): DeliveryError {
  const { responseCode, response, code } = (error ?? {}) as {
    readonly responseCode?: number;
    readonly response?: string;
    readonly code?: string;
  };
  const isFinal = responseCode !== undefined && responseCode >= 500 || code === "EAUTH";
  const said = response === undefined
    ? `could not be reached${code === undefined ? "" : ` (${code})`}`
    : `answered ${response.slice(0, SHOWN)}`;
  return new DeliveryError(`${name} ${said}.`, { isTransient: !isFinal });
}

async function loadMailer(name: string): Promise<Mailer> {
  try {
    // By a variable, so that neither compilers nor bundlers look for what need not be there.
    const specifier: string = PACKAGE;
    const exports = await import(specifier) as { readonly default?: Mailer } & Mailer;
    return exports.default ?? exports;
  } catch {
    throw new DeliveryError(
      `${name} needs the package ${PACKAGE}, which could not be loaded. Install it: bun add ${PACKAGE}, or deno add npm:${PACKAGE}; ` +
        `in a bundle hand it over: emailChannel({ mailer })`,
      { isTransient: false },
    );
  }
}
