/** Sensors of what an address answers. */
import type { Awaitable } from "../../assets/result.ts";
import { SluiceError } from "../../issue.ts";
import { quote } from "../../quote.ts";
import {
  COUNT,
  FLAG,
  FUNCTION,
  isRecord,
  type Shape,
  type Shapes,
  TEXT,
  TEXTS,
} from "../../validate/options.ts";
import { COMMON, POLL, requireSensor, sensorOf } from "./declare.ts";
import type { PollOptions, Sensor, SensorOptions } from "./sensor.ts";
import type { HeaderValue, HttpAnswer } from "./watch.ts";

/** What {@linkcode httpSensor} takes. */
export interface HttpSensorSpec extends SensorOptions, PollOptions {
  /** What is asked for, by GET: an address of http or https without a password in it. */
  readonly url: string;
  /** Headers by name. What is secret is given by a function, which is called for each request. Default: none. */
  readonly headers?: { readonly [name: string]: HeaderValue };
  /**
   * What decides whether something is run, for each answer. Default: a change of the status or of the body since the answer
   * before; answers without a change (304, or the same body) are none.
   */
  readonly when?: (answer: HttpAnswer) => Awaitable<boolean>;
  /** Whether the first answer ever counts as a change. Default false. */
  readonly initial?: boolean;
  /** The longest body, in bytes. A longer one is a failed look. Default 1,048,576. */
  readonly maxBytes?: number;
  /**
   * Hosts, addresses and networks that may be asked though they are not of the public internet, or not encrypted:
   * `["feeds.internal", "10.1.0.0/16"]`. Default: none.
   */
  readonly allow?: readonly string[];
}

const HEADERS: Shape = {
  is: "a record of texts, or of functions that give one,",
  fits: (value) =>
    isRecord(value) &&
    Object.values(value).every((each) => typeof each === "string" || typeof each === "function"),
};
const SHAPES: Shapes<HttpSensorSpec> = Object.freeze({
  ...COMMON,
  ...POLL,
  url: TEXT,
  headers: HEADERS,
  when: FUNCTION,
  initial: FLAG,
  maxBytes: COUNT,
  allow: TEXTS,
});

/**
 * Runs something when an address answers something else than before. Requests are conditional: what the server gave as
 * `ETag` and `Last-Modified` is sent back with the next one.
 *
 * @throws {SluiceError} DEFINITION_INVALID for an option that is not known or of another shape, and for an address that is
 * none or holds a password.
 * @example
 * ```ts
 * import { defineAsset, definitions, httpSensor } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const rates = defineAsset({ key: "rates", run: () => [] });
 * const feed = httpSensor({ name: "feed", url: "https://example.com/rates.csv", intervalMs: 60_000, target: rates });
 *
 * const all = definitions({ assets: [rates], sensors: [feed] });
 * assert.equal(all.sensors.get("feed")?.intervalMs, 60_000);
 * ```
 */
export function httpSensor(spec: HttpSensorSpec): Sensor {
  const example = 'httpSensor({ name: "feed", url: "https://example.com/rates.csv", target: rates })';
  const site = requireSensor(spec, SHAPES, { call: httpSensor, needed: ["url", "target"], example });
  const problem = urlProblem(spec.url);
  if (problem !== undefined) {
    throw new SluiceError({
      code: "DEFINITION_INVALID",
      message: `The sensor ${spec.name} cannot ask ${quote(withoutLogin(spec.url))}: ${problem}.`,
      path: ["sensors", spec.name, "url"],
      ...(site.text !== undefined && { site: site.text }),
      hint: 'Write url: "https://example.com/rates.csv", and give what is secret by a function in headers.',
    });
  }
  const { url, headers, when, initial = false, maxBytes = 2 ** 20, allow = [] } = spec;
  return sensorOf(
    spec,
    {
      kind: "http",
      url,
      headers: Object.freeze({ ...headers }),
      when,
      initial,
      maxBytes,
      allow: Object.freeze([...allow]),
    },
    site,
    spec,
  );
}

function urlProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url) return "it is no address";
  if (url.protocol !== "https:" && url.protocol !== "http:") return "it is neither of https nor of http";
  return url.username === "" && url.password === "" ? undefined : "it holds a password, which would be shown";
}

function withoutLogin(text: string): string {
  return text.replace(/\/\/[^/]*@/, "//...@");
}
