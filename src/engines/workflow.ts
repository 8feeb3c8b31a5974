/** A workflow: held to its shape when it is registered, and made into work by inputs. */
import { formatIssuePath, type Schema, type SchemaOutput } from "../model/assets/schema.ts";
import { DOUBTFUL, surveyJson } from "../io/formats/json_check.ts";
import { type Issue, SluiceError } from "../model/issue.ts";
import type { RunConfig, Selection } from "../model/job.ts";
import { quote } from "../model/quote.ts";
import {
  ANYTHING,
  COUNT,
  FUNCTION,
  isRecord,
  LIST,
  nameGiven,
  requireOptions,
  type Shape,
  type Shapes,
  TEXT,
  TEXTS,
} from "../model/validate/options.ts";
import type { WorkflowSpec } from "./contract.ts";
import type { Work } from "./order.ts";
import { misfit } from "./refusals.ts";

const MOST_OUTPUT_BYTES = 1 << 20;
const TIMEOUT_MS = 300_000;

/** A limit in milliseconds. */
export const LIMIT: Shape = {
  is: "a number of milliseconds above 0, or Infinity",
  fits: (value) => typeof value === "number" && value > 0,
};
/** A name. */
export const NAME: Shape = { is: "a name", fits: (value) => typeof value === "string" && value !== "" };
const SCHEMA: Shape = {
  is: "a Standard Schema (a zod schema is one)",
  fits: (value) => (isRecord(value) || typeof value === "function") && "~standard" in value,
};
const WORKFLOW: Shapes<WorkflowSpec> = Object.freeze({
  id: NAME,
  job: TEXT,
  select: ANYTHING,
  inputs: SCHEMA,
  config: FUNCTION,
  partitions: FUNCTION,
  outputs: LIST,
  maxOutputBytes: COUNT,
  timeoutMs: LIMIT,
  engines: TEXTS,
});

/** A workflow that is registered. */
export interface Workflow {
  readonly id: string;
  readonly timeoutMs: number;
  readonly engines: readonly string[] | undefined;
  /** Rejects with WORKFLOW_INVALID for inputs that are none. */
  readonly prepare: (inputs: unknown, asked: Pick<Work, "tags" | "actor">) => Promise<Work>;
}

/**
 * Holds a declaration to its shape.
 *
 * @throws {SluiceError} WORKFLOW_INVALID.
 */
export function openWorkflow<S extends Schema<unknown, unknown>>(spec: WorkflowSpec<S>): Workflow {
  requireOptions(spec, WORKFLOW, {
    what: "registerWorkflow()",
    code: "WORKFLOW_INVALID",
    path: ["workflows"],
    needed: ["id"],
    example: 'registerWorkflow({ id: "nightly", job: "nightly" })',
  });
  const { id, job, select, outputs = [], maxOutputBytes = MOST_OUTPUT_BYTES } = spec;
  if ((job === undefined) === (select === undefined)) {
    throw misfit(
      "workflows",
      [id],
      `The workflow ${quote(id)} names ${
        job === undefined ? "neither a job nor" : "both a job and"
      } a selection.`,
      'Write either job: "nightly" or select: "group:mart".',
    );
  }
  const what = job === undefined ? { select: textsOf(id, select as Selection) } : { job };
  const keys = outputs.map((output) => keyOf(id, output));
  return {
    id,
    timeoutMs: spec.timeoutMs ?? TIMEOUT_MS,
    engines: spec.engines && [...spec.engines],
    prepare: async (given, asked) => {
      const inputs = await validInputs(id, spec.inputs, given);
      const config = spec.config ? spec.config(inputs) : inputs;
      const partitions = spec.partitions?.(inputs);
      requireData(id, config);
      return {
        workflowId: id,
        what,
        config,
        ...asked,
        outputs: keys,
        maxOutputBytes,
        ...(partitions !== undefined && { partitions }),
      };
    },
  };
}

async function validInputs<S extends Schema<unknown, unknown>>(
  id: string,
  schema: S | undefined,
  given: unknown,
): Promise<SchemaOutput<S>> {
  const inputs = given ?? {};
  if (!schema) {
    if (isRecord(inputs)) return inputs as SchemaOutput<S>;
    throw misfit(
      "workflows",
      [id, "inputs"],
      `The inputs of the workflow ${quote(id)} are a record, not ${nameGiven(inputs)}.`,
      "Write {} for none.",
    );
  }
  const result = await schema["~standard"].validate(inputs);
  if (!result.issues) return result.value as SchemaOutput<S>;
  const issues = result.issues.map(({ message, path }): Issue => {
    const at = formatIssuePath(path);
    return {
      code: "WORKFLOW_INVALID",
      message: `The inputs of the workflow ${quote(id)}${
        at === "" ? "" : ` at ${at}`
      } are not valid: ${message}`,
      path: ["workflows", id, "inputs", ...at === "" ? [] : [at]],
    };
  });
  throw new SluiceError(issues as [Issue, ...Issue[]]);
}

/** What an engine is told may have to reach another thread. */
function requireData(id: string, config: unknown): asserts config is RunConfig {
  if (isRecord(config) && surveyJson(config, 0) !== DOUBTFUL) return;
  throw misfit(
    "workflows",
    [id, "config"],
    isRecord(config)
      ? `The workflow ${quote(id)} would give its steps a config that is no JSON.`
      : `The workflow ${quote(id)} would give its steps ${nameGiven(config)} as config.`,
    "Let config() give a record of plain data by the names of steps: { orders: { limit: 5 } }.",
  );
}

function textsOf(id: string, selection: Selection): readonly string[] {
  const parts: readonly unknown[] = Array.isArray(selection) ? selection : [selection];
  return parts.map((part) => keyOf(id, part));
}

function keyOf(id: string, name: unknown): string {
  if (typeof name === "string") return name;
  if (isRecord(name) && typeof name.key === "string") return name.key;
  throw misfit(
    "workflows",
    [id],
    `The workflow ${quote(id)} names ${nameGiven(name)} where an asset or a text is meant.`,
    'Write select: [orders, "group:mart"], and outputs: [revenue].',
  );
}
