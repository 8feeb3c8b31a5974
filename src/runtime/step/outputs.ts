/** From what a body returns to values that are kept and records of them. */
import type { Asset, StepDeclaration } from "../../model/assets/declaration.ts";
import { type OutputFacts, resultKind } from "../../model/assets/result.ts";
import type { CircuitReach, Output, ShortCircuit, Skip, Unchanged } from "../../model/assets/result.ts";
import { formatIssuePath } from "../../model/assets/schema.ts";
import type { CheckRecord, OutputRecord } from "../../model/events/event.ts";
import { SluiceError } from "../../model/issue.ts";
import { isBlocking, recordVerdict } from "./checks.ts";
import { hasAny, mergeFacts } from "./facts.ts";
import { type End, InOrder } from "./in_order.ts";
import { copyJson } from "./json.ts";
import { BlockedByCheck, Refusal } from "./refusal.ts";

/** So many values of a batch are being kept at once. */
const KEPT_AT_ONCE = 16;

/** A step whose outputs are to be kept. */
export interface OutputTask {
  readonly declaration: StepDeclaration;
  /** The outputs that the run asks for, in the declaration's order. */
  readonly outputs: readonly Asset[];
  /** Keys of the step's partitions; undefined without partitions. */
  readonly partitions: readonly string[] | undefined;
  /** What the body reported before it returned. */
  readonly facts: OutputFacts | undefined;
  /** Keeps one value and gives its data version where one is given or can be derived. */
  keep(asset: Asset, place: number, value: unknown, facts: OutputFacts): Promise<string | undefined>;
  /** Records a verdict. */
  evaluated(record: CheckRecord): void;
}

/** What became of the outputs of a step. */
export type StepResult =
  | {
    readonly kind: "made";
    /** Those of which there is something to say; undefined when there are none. */
    readonly outputs: readonly OutputRecord[] | undefined;
  }
  | {
    readonly kind: "skipped";
    readonly reason: string;
    /** How far the body has cut off what is downstream. */
    readonly circuit?: CircuitReach | undefined;
  };

/**
 * Checks and keeps what a body returned.
 *
 * @throws {Refusal} For what the declaration does not allow, and {@linkcode BlockedByCheck}.
 * @throws {SluiceError} VALUE_INVALID when a schema refuses a value.
 */
export async function keepOutputs(task: OutputTask, result: unknown): Promise<StepResult> {
  const { declaration } = task;
  const whole = resultKind(result);
  if (whole === "skip") return { kind: "skipped", reason: skipReason(task, result as Skip) };
  if (whole === "short-circuit") {
    const { reach: circuit } = result as ShortCircuit;
    return { kind: "skipped", reason: skipReason(task, result as ShortCircuit), circuit };
  }
  const keeper = new Keeper(task);
  if (declaration.batch && whole === undefined) await keepBatch(task, keeper, result);
  else if (declaration.kind === "multi-asset" && whole === undefined) await keepRecord(task, keeper, result);
  else for (let output = 0; output < task.outputs.length; output++) await keeper.add(output, 0, result);
  return keeper.finish();
}

async function keepRecord(task: OutputTask, keeper: Keeper, result: unknown): Promise<void> {
  const { declaration, outputs } = task;
  const names = declaration.outputNames ?? [];
  if (typeof result !== "object" || result === null) {
    throw new Refusal(
      declaration.name,
      `returned ${result === null ? "null" : typeof result} instead of a record of its outputs.`,
      `Return { ${names.join(", ")} }.`,
    );
  }
  for (const name of Object.keys(result)) {
    const asset = declaration.outputs[names.indexOf(name)];
    if (asset && outputs.includes(asset)) continue;
    throw new Refusal(
      declaration.name,
      `returned ${JSON.stringify(name)}, ${
        asset ? "which this run does not ask for" : "which is none of its outputs"
      }.`,
      asset ? "Return the outputs in `selected` only." : `Its outputs are ${names.join(", ")}.`,
    );
  }
  const missing = outputs.filter((asset) => !Object.hasOwn(result, nameOf(declaration, asset)));
  if (missing.length > 0) {
    throw new Refusal(
      declaration.name,
      `did not return ${missing.map((asset) => nameOf(declaration, asset)).join(", ")}.`,
      "Return a value, skip() or unchanged() for each output.",
    );
  }
  for (let output = 0; output < outputs.length; output++) {
    await keeper.add(output, 0, (result as Record<string, unknown>)[nameOf(declaration, outputs[output])]);
  }
}

function nameOf({ outputs, outputNames }: StepDeclaration, asset: Asset): string {
  return outputNames?.[outputs.indexOf(asset)] ?? asset.key;
}

async function keepBatch(task: OutputTask, keeper: Keeper, result: unknown): Promise<void> {
  const line = new InOrder(KEPT_AT_ONCE);
  try {
    await keepPairs(task, result, (place, value) => line.add(keeper.begin(0, place, value)));
  } catch (error) {
    await line.finish();
    throw error;
  }
  await line.finish();
}

/** Hands on the values of a batch by the places of their partitions. */
async function keepPairs(
  { declaration, partitions = [] }: OutputTask,
  result: unknown,
  keep: (place: number, value: unknown) => Promise<void>,
): Promise<void> {
  const places = new Map(partitions.map((key, place) => [key, place]));
  const seen = new Set<string>();
  for await (const pair of iterate(declaration, result)) {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string") {
      throw new Refusal(declaration.name, "gave something else than a [key, value] pair.");
    }
    const [key, value] = pair;
    const place = places.get(key);
    if (place === undefined) {
      throw new Refusal(declaration.name, `gave ${JSON.stringify(key)}, which is none of its partitions.`);
    }
    if (seen.has(key)) throw new Refusal(declaration.name, `gave ${JSON.stringify(key)} twice.`);
    seen.add(key);
    await keep(place, value);
  }
  const missing = partitions.filter((key) => !seen.has(key));
  if (missing.length === 0) return;
  const named = missing.slice(0, 3).map((key) => JSON.stringify(key)).join(", ");
  const others = missing.length > 3 ? ` and ${missing.length - 3} more` : "";
  throw new Refusal(
    declaration.name,
    `gave no value for ${named}${others}.`,
    "A batch gives a [key, value] pair for each of `partitions`.",
  );
}

function iterate(declaration: StepDeclaration, result: unknown): Iterable<unknown> | AsyncIterable<unknown> {
  const isIterable = typeof result === "object" && result !== null &&
    (Symbol.iterator in result || Symbol.asyncIterator in result);
  if (isIterable) return result as Iterable<unknown>;
  throw new Refusal(
    declaration.name,
    `returned ${result === null ? "null" : typeof result} instead of [key, value] pairs.`,
    "A batch returns, or generates, a pair for each of `partitions`.",
  );
}

/** Keeps outputs and remembers, in their order, what became of them. */
class Keeper {
  readonly #task: OutputTask;
  readonly #records: OutputRecord[] = [];
  readonly #blockedBy: string[] = [];

  constructor(task: OutputTask) {
    this.#task = task;
  }

  async add(output: number, place: number, returned: unknown): Promise<void> {
    await (await this.begin(output, place, returned))();
  }

  /** Keeps a value; what is recorded and checked of it is for the end. */
  async begin(output: number, place: number, returned: unknown): Promise<End> {
    const { partitions } = this.#task;
    const position = {
      ...(output > 0 && { output }),
      ...(partitions && partitions.length > 1 && { partition: place }),
    };
    switch (resultKind(returned)) {
      case "skip": {
        const skipped = skipReason(this.#task, returned as Skip);
        return () => void this.#records.push({ ...position, skipped });
      }
      case "short-circuit":
        throw new Refusal(
          this.#task.declaration.name,
          "returned shortCircuit() for one of its outputs, and it is for all of them.",
          "Return it in the place of them, or skip() for one.",
        );
      case "unchanged": {
        const record = this.#unchanged(returned as Unchanged);
        return () => void this.#records.push({ ...position, ...record });
      }
      case "output": {
        const { value, ...facts } = returned as Output<unknown>;
        return await this.#keep(output, place, value, mergeFacts(this.#task.facts, facts), position);
      }
      case undefined:
        return await this.#keep(output, place, returned, this.#task.facts ?? {}, position);
    }
  }

  finish(): StepResult {
    const { declaration, outputs } = this.#task;
    if (this.#blockedBy.length > 0) {
      throw new BlockedByCheck(declaration.name, this.#blockedBy, this.#records);
    }
    const [first] = this.#records;
    const isSkipped = first?.skipped !== undefined &&
      this.#records.every(({ skipped }) => skipped !== undefined);
    if (isSkipped && outputs.length > 0) return { kind: "skipped", reason: first.skipped ?? "" };
    const special = this.#records.filter((record) => !isPlain(record));
    return { kind: "made", outputs: special.length > 0 ? special : undefined };
  }

  async #keep(
    output: number,
    place: number,
    value: unknown,
    facts: OutputFacts,
    position: OutputRecord,
  ): Promise<End> {
    const asset = this.#task.outputs[output];
    await validate(asset, value);
    const metadata = facts.metadata && hasAny(facts.metadata)
      ? copyMetadata(asset, facts.metadata)
      : undefined;
    const kept = { ...facts, ...(metadata && { metadata }) };
    const dataVersion = await this.#task.keep(asset, place, value, kept);
    return async () => {
      this.#records.push({
        ...position,
        ...(dataVersion !== undefined && { dataVersion }),
        ...(metadata && { metadata }),
      });
      await this.#check(asset, place, value);
    };
  }

  async #check(asset: Asset, place: number, value: unknown): Promise<void> {
    const { declaration, partitions, evaluated } = this.#task;
    for (const check of declaration.checks) {
      const { name, severity, blocking } = check;
      const rules = { asset: asset.key, check: name, severity, blocking, partition: partitions?.[place] };
      const record = recordVerdict(rules, await check.run(value as never));
      evaluated(record);
      if (isBlocking(record) && !this.#blockedBy.includes(name)) this.#blockedBy.push(name);
    }
  }

  #unchanged({ reason }: Unchanged): OutputRecord {
    const { facts } = this.#task;
    const metadata = { ...facts?.metadata, ...(reason !== undefined && { reason }) };
    return { unchanged: true, ...(hasAny(metadata) && { metadata: copyJson(metadata) }) };
  }
}

function isPlain({ dataVersion, metadata, unchanged, skipped }: OutputRecord): boolean {
  return dataVersion === undefined && metadata === undefined && !unchanged && skipped === undefined;
}

function skipReason({ declaration }: OutputTask, { "~result": kind, reason }: Skip | ShortCircuit): string {
  if (declaration.skippable) return String(reason);
  throw new Refusal(
    declaration.name,
    `returned ${kind === "skip" ? "skip" : "shortCircuit"}(), and is not declared skippable.`,
    "Declare `skippable: true`.",
  );
}

async function validate(asset: Asset, value: unknown): Promise<void> {
  if (!asset.schema) return;
  const { issues } = await asset.schema["~standard"].validate(value);
  if (!issues) return;
  const [first, ...rest] = issues.map(({ message, path }) => ({
    code: "VALUE_INVALID" as const,
    message: `The value of ${asset.key} is not what its schema asks for${
      at(formatIssuePath(path))
    }: ${message}`,
    path: [
      "assets",
      asset.key,
      ...(path ?? []).map((part) => String(typeof part === "object" ? part.key : part)),
    ],
  }));
  if (first) throw new SluiceError([first, ...rest]);
}

function at(path: string): string {
  return path === "" ? "" : ` at ${path}`;
}

function copyMetadata(asset: Asset, metadata: NonNullable<OutputFacts["metadata"]>) {
  try {
    return copyJson(metadata);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(asset.key, `has metadata that is no JSON: ${why}`);
  }
}
