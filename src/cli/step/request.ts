/** The request of a step: given whole, or by options. */
import { SluiceError } from "../../model/issue.ts";
import { parseStepRequest, type StepPartitions, type StepRequest } from "../../model/step/request.ts";
import type { Host } from "../host/host.ts";
import type { OptionValues } from "../line/option.ts";
import { readTags, readText, readValue } from "../values.ts";

/** The options that say what to run. */
export const requestOptions = {
  request: {
    type: "text",
    value: "JSON",
    summary:
      "The whole request, or the file that holds it; - reads stdin (its first line with --watch-stdin)",
  },
  step: { type: "text", value: "NAME", summary: "The step: an asset, a multi-asset, or asset:check" },
  asset: { type: "text", value: "KEY", summary: "The same as --step" },
  outputs: { type: "text", value: "KEY", summary: "An output of a subsettable multi-asset", repeats: true },
  partition: { type: "text", value: "KEY", summary: "A partition", repeats: true },
  range: {
    type: "text",
    value: "A...B",
    summary: "The partitions from A to B, both included",
  },
  "run-id": { type: "text", value: "ID", summary: "The run that the attempt belongs to" },
  attempt: { type: "count", value: "N", summary: "Which attempt this is, from 1" },
  "max-retries": { type: "count", value: "N", summary: "How many attempts may follow the first" },
  config: { type: "text", value: "JSON", summary: "The config of the step, as JSON or as @FILE" },
  "dynamic-keys": {
    type: "text",
    value: "JSON",
    summary: "Lists of keys by the name of dynamic partitions that inputs read, as JSON or as @FILE",
  },
  undo: {
    type: "text",
    value: "WHY",
    summary: "Undoes what the run of --run-id has made of the step, and says to it what for",
  },
  tag: { type: "text", value: "NAME=VALUE", summary: "Tags the run", repeats: true },
  timeout: { type: "duration", value: "TIME", summary: "Stops the step when it is not done by then" },
} as const;

/** Values of {@linkcode requestOptions}. */
export type RequestValues = OptionValues<typeof requestOptions>;

/**
 * Reads the request.
 *
 * @param newId Gives a run id where none is named.
 * @throws {SluiceError} REQUEST_INVALID.
 */
export async function readStepRequest(
  options: RequestValues & { readonly "watch-stdin": boolean },
  host: Host,
  newId: () => string,
): Promise<StepRequest> {
  if (options.request === undefined) return requestOf(options, host, newId);
  const others = Object.keys(requestOptions).filter((name) => name !== "request" && isGiven(options, name));
  if (others.length > 0) {
    const names = others.map((name) => `--${name}`).join(" and ");
    throw invalid(`--request says everything, and ${names} ${others.length > 1 ? "are" : "is"} given too.`);
  }
  return parseStepRequest(await textOf(options.request, options["watch-stdin"], host));
}

/** The text of a request: given as it is, in a file, or on stdin. */
export function textOf(
  request: string,
  isFirstLine: boolean,
  { stdin, cwd }: Host,
): string | Promise<string> {
  if (request === "-") return isFirstLine ? stdin.line() : stdin.all();
  return request.trimStart().startsWith("{") ? request : readText(request, cwd);
}

function isGiven(options: { readonly [name: string]: unknown }, name: string): boolean {
  const value = options[name];
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

function requestOf(options: RequestValues, host: Host, newId: () => string): StepRequest {
  const { outputs, attempt, config, tag, timeout, "max-retries": maxRetries } = options;
  const dynamicKeys = options["dynamic-keys"];
  const step = options.step ?? options.asset;
  if (step === undefined || options.step !== undefined && options.asset !== undefined) {
    throw invalid("Say what to run by one of --request, --asset and --step.");
  }
  if (attempt === 0) throw invalid("--attempt is a whole number from 1, not 0.");
  if (options.undo !== undefined && options["run-id"] === undefined) {
    throw invalid("--undo needs --run-id: what another run has made is not undone.");
  }
  const partitions = partitionsOf(options);
  const request = {
    version: 1,
    runId: options["run-id"] ?? newId(),
    step,
    ...(outputs.length > 0 && { outputs }),
    ...(partitions && { partitions }),
    ...(attempt !== undefined && { attempt }),
    ...(maxRetries !== undefined && { maxRetries }),
    ...(timeout !== undefined && { deadlineMs: host.clock.now() + timeout }),
    ...(config !== undefined && { config: readValue("--config", config, host.cwd) }),
    ...(dynamicKeys !== undefined && { dynamicKeys: readValue("--dynamic-keys", dynamicKeys, host.cwd) }),
    ...(options.undo !== undefined && { undo: { error: { name: "Error", message: options.undo } } }),
    ...(tag.length > 0 && { tags: readTags(tag) }),
  };
  return parseStepRequest(JSON.stringify(request));
}

function partitionsOf({ partition, range }: RequestValues): StepPartitions | undefined {
  if (range === undefined) return partition.length > 0 ? partition : undefined;
  if (partition.length > 0) throw invalid("--partition and --range exclude each other.");
  const [start, end, ...rest] = range.split("...");
  if (start && end && rest.length === 0) return { start, end };
  throw invalid(`--range is two keys with three dots between them, not ${JSON.stringify(range)}.`);
}

function invalid(message: string): SluiceError {
  return new SluiceError({ code: "REQUEST_INVALID", message, path: [] });
}
