/** From what was sent to the run that is to be made. */
import { formatIssuePath, type Schema } from "../../model/assets/schema.ts";
import { isRecord } from "../../model/validate/options.ts";
import { Problem } from "../problem.ts";
import type { IgnoredRequest, RequestTrigger, TriggerCall, TriggeredRun } from "./contract.ts";

/** Fields of a run that is asked for plainly, by what they are. */
const FIELDS: { readonly [name in keyof TriggeredRun]-?: (value: unknown) => boolean } = {
  config: isRecord,
  tags: (value) => isRecord(value) && Object.values(value).every((each) => typeof each === "string"),
  partitions: () => true,
  priority: Number.isFinite,
  concurrency: (value) => typeof value === "number" || isRecord(value),
};

/** Checks the inputs of a call and makes the run of them. Throws a problem that names every fault. */
export async function buildRun(
  { kind, inputs: schema, run }: RequestTrigger,
  call: TriggerCall<unknown>,
): Promise<TriggeredRun | IgnoredRequest> {
  const inputs = schema ? await validate(schema, call.inputs) : call.inputs;
  if (run) return await run({ ...call, inputs }) ?? {};
  return kind === "webhook" ? {} : asRun(inputs);
}

async function validate(schema: Schema<unknown, unknown>, value: unknown): Promise<unknown> {
  const result = await schema["~standard"].validate(value);
  if (!result.issues) return result.value;
  throw new Problem(422, "INPUTS_INVALID", "The inputs are not valid.", {
    details: result.issues.map(({ message, path }) => ({
      message,
      ...(path?.length && { path: `inputs.${formatIssuePath(path)}` }),
    })),
  });
}

function asRun(inputs: unknown): TriggeredRun {
  if (inputs === undefined) return {};
  const known = Object.keys(FIELDS).join(", ");
  if (!isRecord(inputs)) {
    throw new Problem(422, "INPUTS_INVALID", `The body is a record with any of ${known}.`);
  }
  const details = Object.entries(inputs).flatMap(([name, value]) => {
    if (!Object.hasOwn(FIELDS, name)) {
      return [{ path: name, message: `There is no field of this name. The fields are ${known}.` }];
    }
    return FIELDS[name as keyof TriggeredRun](value)
      ? []
      : [{ path: name, message: "It is of the wrong shape." }];
  });
  if (details.length === 0) return inputs;
  throw new Problem(422, "INPUTS_INVALID", "The inputs are not valid.", { details });
}
