/** One look at a service, which never throws and never waits longer than it may. */
import { Buffer } from "node:buffer";
import type { ConnectionOptions, ValidationResult } from "../plugin.ts";

/** No look takes longer. */
const LONGEST_MS = 10_000;

/** How a service is looked at. */
export interface Probe {
  /** What it is, for people: `Dagster`. */
  readonly service: string;
  /** The address in effect, without a slash at its end. */
  readonly url: string;
  /** The path that is asked for. */
  readonly path: string;
  /** The method, headers and body. Default: GET. */
  readonly request?: RequestInit;
  /** A path that only who is allowed may ask for; asked for as well where a token is given. */
  readonly guardedPath?: string;
  /** How to start the service, for who finds none. */
  readonly startHint: string;
  /** What a healthy answer says; gives what is wrong with another, or undefined. */
  readonly judge?: (body: unknown) => Pick<ValidationResult, "errors" | "warnings">;
}

/**
 * Asks a service whether it is there. Each way to fail has words of its own: an answer with another status, no answer in
 * time, no connection, anything else.
 */
export async function probeService(probe: Probe, options: ConnectionOptions): Promise<ValidationResult> {
  const { token, timeoutMs = LONGEST_MS } = options;
  const limitMs = Math.min(LONGEST_MS, Math.max(1, Number.isFinite(timeoutMs) ? timeoutMs : LONGEST_MS));
  const signal = AbortSignal.timeout(limitMs);
  const { address, basic } = splitCredentials(probe.url);
  try {
    const ask = async (path: string, request: RequestInit = {}) => {
      const headers = new Headers(request.headers);
      if (basic !== undefined) headers.set("authorization", `Basic ${basic}`);
      if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
      const response = await fetch(`${address}${path}`, { ...request, headers, signal, redirect: "manual" });
      return { status: response.status, text: await response.text() };
    };
    const { status, text } = await ask(probe.path, probe.request);
    if (status !== 200) return wrongStatus(probe.service, address, status);
    if (probe.guardedPath !== undefined && token !== undefined) {
      const guarded = await ask(probe.guardedPath);
      if (guarded.status !== 200) return wrongStatus(probe.service, address, guarded.status);
    }
    return judged(probe, address, text);
  } catch (error) {
    return failureOf(error, { ...probe, shown: address, limitMs });
  }
}

function judged({ service, judge }: Probe, address: string, text: string): ValidationResult {
  const { errors, warnings } = judge?.(parsed(text)) ?? { errors: [], warnings: [] };
  const state = errors.length > 0 ? "answers, and is not well" : "answers";
  return { success: errors.length === 0, message: `${service} at ${address} ${state}.`, errors, warnings };
}

function wrongStatus(service: string, address: string, status: number): ValidationResult {
  return failed(`${service} at ${address} answered with status ${status}.`, statusAdvice(status, address));
}

function failureOf(
  error: unknown,
  { service, shown, limitMs, startHint }: {
    readonly service: string;
    readonly shown: string;
    readonly limitMs: number;
    readonly startHint: string;
  },
): ValidationResult {
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError" || name === "AbortError") {
    return failed(
      `${service} at ${shown} did not answer within ${limitMs / 1_000} s.`,
      `Something listens at ${shown} and says nothing: is it ${service}, is it still starting, or is a proxy in between?`,
    );
  }
  if (isConnectionError(error)) {
    return failed(`${service} at ${shown} cannot be reached.`, `Is it running? ${startHint}`);
  }
  const text = error instanceof Error ? error.message : String(error);
  return failed(
    `${service} at ${shown} could not be asked.`,
    `The reason given: ${text}. Is the address right?`,
  );
}

function isConnectionError(error: unknown): boolean {
  const { code, cause, message } = (error ?? {}) as { code?: unknown; cause?: unknown; message?: unknown };
  if (typeof code === "string" && /^E?(CONN|HOST|NET|NOTFOUND|ADDR|AI_)/i.test(code)) return true;
  if (typeof code === "string" && code === "ENOTFOUND") return true;
  if (cause !== undefined && cause !== error && isConnectionError(cause)) return true;
  return typeof message === "string" &&
    /unable to connect|connection (?:refused|reset|closed)|tcp connect|dns error|failed to lookup/i.test(
      message,
    );
}

function statusAdvice(status: number, shown: string): string {
  if (status === 401 || status === 403) {
    return `Status ${status}: give a token that is allowed to look at ${shown}.`;
  }
  if (status === 404) {
    return `Status 404: is ${shown} the address of the service itself, with its path prefix?`;
  }
  if (status >= 300 && status < 400) {
    return `Status ${status}: ${shown} sends elsewhere; give the address it sends to.`;
  }
  return `Status ${status}: look into the log of the service at ${shown}.`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The address as it may be shown, without a user and a password, and these as a header takes them. */
function splitCredentials(url: string): { readonly address: string; readonly basic: string | undefined } {
  const match = /^([a-z]+:\/\/)([^/@]*)@(.*)$/i.exec(url);
  if (!match) return { address: url, basic: undefined };
  const [, scheme, credentials, rest] = match;
  return { address: scheme + rest, basic: Buffer.from(unescaped(credentials), "utf8").toString("base64") };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function failed(message: string, advice: string): ValidationResult {
  return { success: false, message, errors: [advice], warnings: [] };
}
