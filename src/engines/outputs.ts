/** What a workflow answers with: the values of named assets, as JSON of bounded size. */
import { DOUBTFUL, surveyJson } from "../io/formats/json_check.ts";
import { SluiceError } from "../model/issue.ts";
import { quote } from "../model/quote.ts";
import type { Orchestrator, RunResult } from "../orchestrator/contract.ts";

/** What values are read from. */
export type Reader = Pick<Orchestrator, "definitions" | "load">;

const encoder: TextEncoder = new TextEncoder();

/**
 * Reads the outputs of a run: a value for each asset, and for a partitioned one a record with the partitions that the run has
 * made. They are copies, whoever runs the engine.
 *
 * @throws {SluiceError} VALUE_INVALID for what is no JSON, OUTPUT_TOO_LARGE above `maxBytes` for all of them.
 */
export async function readOutputs(
  reader: Reader,
  run: RunResult,
  keys: readonly string[],
  maxBytes: number,
): Promise<{ readonly [asset: string]: unknown }> {
  const outputs: { [asset: string]: unknown } = Object.create(null);
  let left = maxBytes;
  const read = async (asset: string, partition?: string): Promise<unknown> => {
    const value = await reader.load(asset, partition);
    const text = jsonOf(asset, value ?? null);
    left -= encoder.encode(text).length;
    if (left < 0) throw tooLarge(run.id, asset, maxBytes);
    return JSON.parse(text);
  };
  for (const key of keys) {
    if (!reader.definitions.asset(key).partitions) outputs[key] = await read(key);
    else outputs[key] = await readPartitions(run, key, (partition) => read(key, partition));
  }
  return outputs;
}

async function readPartitions(
  { plan }: RunResult,
  key: string,
  read: (partition: string) => Promise<unknown>,
): Promise<{ readonly [partition: string]: unknown }> {
  const values: { [partition: string]: unknown } = Object.create(null);
  const rank = plan.definitions.steps.findIndex(({ outputs }) => outputs.some((asset) => asset.key === key));
  const planned = plan.sets.get(rank);
  for (const index of planned?.subset.indices() ?? []) {
    const partition = planned?.space.keyAt(index) ?? "";
    values[partition] = await read(partition);
  }
  return values;
}

function jsonOf(asset: string, value: unknown): string {
  if (surveyJson(value, 0) !== DOUBTFUL) return JSON.stringify(value);
  throw new SluiceError({
    code: "VALUE_INVALID",
    message: `The value of ${quote(asset)} is no JSON, and cannot be the output of a workflow.`,
    path: ["assets", asset],
    hint: "Name an asset whose value is plain data, or load it where it is needed.",
  });
}

function tooLarge(run: string, asset: string, maxBytes: number): SluiceError {
  return new SluiceError({
    code: "OUTPUT_TOO_LARGE",
    message: `With ${quote(asset)} the outputs of the run ${run} are larger than ${maxBytes} bytes.`,
    path: ["runs", run, "outputs"],
    hint: "The run has succeeded and its values are kept: load() reads them. maxOutputBytes allows more.",
  });
}
