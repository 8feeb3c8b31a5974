/** The options of an app, looked at and filled up. */
import { asSecret } from "../model/assets/secret.ts";
import { SluiceError } from "../model/issue.ts";
import { type Clock, systemClock } from "../model/ports.ts";
import { quote } from "../model/quote.ts";
import {
  COUNT,
  FUNCTION,
  isRecord,
  LIST,
  RECORD,
  requireOptions,
  type Shape,
  type Shapes,
  TEXTS,
} from "../model/validate/options.ts";
import { openSecrets } from "../runtime/secrets.ts";
import { MOST_BYTES } from "./body/read.ts";
import type { AppOptions } from "./contract.ts";
import { type Authorize, byTokens } from "./door/callers.ts";
import { hostName } from "./door/hosts.ts";
import type { RequestTrigger } from "./triggers/contract.ts";

/** What an app works with. */
export interface Settings {
  readonly triggers: ReadonlyMap<string, RequestTrigger>;
  readonly authorize: Authorize;
  readonly hosts: ReadonlySet<string>;
  readonly mostBytes: number;
  readonly mostRequests: number;
  readonly heartbeatMs: number;
  readonly clock: Clock;
}

/** The least length of a token: what is shorter can be guessed. */
const LEAST_TOKEN = 16;

const CLOCK: Shape = {
  is: "a clock",
  fits: (value) => isRecord(value) && typeof value.now === "function",
};

const OPTIONS: Shapes<AppOptions> = Object.freeze({
  triggers: LIST,
  tokens: RECORD,
  authorize: FUNCTION,
  hosts: TEXTS,
  mostBytes: COUNT,
  mostRequests: COUNT,
  heartbeatMs: COUNT,
  clock: CLOCK,
});

/**
 * Looks at the options of an app.
 *
 * @throws {SluiceError} DEFINITION_INVALID for options of the wrong shape, for triggers of one name, for tokens that are too
 * short, and when nothing says who may ask; SECRET_MISSING.
 */
export function settle(options: AppOptions): Settings {
  requireOptions(options, OPTIONS, { what: "createApp()", code: "DEFINITION_INVALID", path: ["server"] });
  return {
    triggers: byName(options.triggers ?? []),
    authorize: authorizeBy(options),
    hosts: new Set((options.hosts ?? []).map(requireHost)),
    mostBytes: options.mostBytes ?? MOST_BYTES,
    mostRequests: options.mostRequests ?? 10_000,
    heartbeatMs: options.heartbeatMs ?? 5_000,
    clock: options.clock ?? systemClock,
  };
}

function byName(triggers: readonly RequestTrigger[]): ReadonlyMap<string, RequestTrigger> {
  const named = new Map<string, RequestTrigger>();
  for (const trigger of triggers) {
    if (!isRecord(trigger) || (trigger.kind !== "http" && trigger.kind !== "webhook")) {
      throw invalid("triggers", "takes what defineHttpTrigger() and defineWebhook() give");
    }
    if (named.has(trigger.name)) throw invalid("triggers", `has two triggers called ${quote(trigger.name)}`);
    named.set(trigger.name, trigger);
  }
  return named;
}

function authorizeBy({ tokens, authorize, triggers }: AppOptions): Authorize {
  if (authorize) return authorize;
  if (tokens && Object.keys(tokens).length > 0) {
    return byTokens(
      new Map(Object.entries(tokens).map(([caller, token]) => [caller, requireToken(caller, token)])),
    );
  }
  if (triggers?.length && triggers.every(({ kind }) => kind === "webhook")) return () => undefined;
  throw invalid(
    "tokens",
    "does not say who may ask",
    'Write tokens: { deploy: secret("SLUICE_TOKEN") }, or authorize: (request) => ... for users that you know already.',
  );
}

function requireToken(caller: string, given: unknown): string {
  const secret = typeof given === "string" ? undefined : asSecret(given);
  const token = secret ? openSecrets()(secret) : given;
  if (typeof token === "string" && token.length >= LEAST_TOKEN) return token;
  throw invalid(
    "tokens",
    `has a token for ${quote(caller)} that is shorter than ${LEAST_TOKEN} characters`,
    "Make one with: openssl rand -hex 32",
  );
}

function requireHost(host: string): string {
  const name = hostName(host);
  if (name !== undefined && !/:\d+$/.test(host)) return name;
  throw invalid("hosts", `has a name that is none, or that has a port: ${quote(host)}`);
}

function invalid(option: string, problem: string, hint?: string): SluiceError {
  return new SluiceError({
    code: "DEFINITION_INVALID",
    message: `createApp() ${problem}.`,
    path: ["server", option],
    ...(hint !== undefined && { hint }),
  });
}
