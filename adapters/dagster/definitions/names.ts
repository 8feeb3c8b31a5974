/** Names of ops, jobs and schedules: the plain form where Dagster takes it and nothing else has it. */
import { identifierOf } from "../../python/identifier.ts";

/** Names that Dagster refuses for ops, inputs and outputs: Python's keywords, and some of its own. */
const RESERVED: ReadonlySet<string> = new Set(
  ("False None True and as assert async await break class continue def del elif else except finally for from global " +
    "if import in is lambda nonlocal not or pass raise return try while with yield " +
    "context conf config meta arg_dict dict input_arg_dict output_arg_dict int str float bool input output type")
    .split(" "),
);

/** Names that the generated modules use themselves. */
const IMPORTED: ReadonlySet<string> = new Set(
  [
    "dg",
    "steps",
    "partitions",
    "assets",
    "conditions",
    "ticks",
    "undo",
    "hooks",
    "looks",
    "datetime",
    "timedelta",
    "warnings",
  ],
);

/** A statement of a module that makes one thing, and its variable there. */
export interface Statement {
  readonly variable: string;
  readonly text: string;
}

/** A name that is wanted: what it belongs to, and how Dagster would spell it. */
export interface WantedName {
  /** What the name belongs to; the same for nobody else. */
  readonly id: string;
  /** The name as it is preferred. */
  readonly plain: string;
}

/** The text that Dagster makes of a key or name where it needs one word. */
export function plainName(text: string): string {
  return text.replaceAll("/", "__").replace(/[-.]/g, "_");
}

/** Whether Dagster takes a name for an op, an input or an output. */
export function isOpName(name: string): boolean {
  return /^[A-Za-z0-9_]+$/.test(name) && !RESERVED.has(name);
}

/**
 * One name for each, by id: the plain one where Dagster takes it and it is wanted once and not taken, else a slug with
 * a hash of the id.
 */
export function allotNames(
  wanted: readonly WantedName[],
  taken: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { plain } of wanted) counts.set(plain, (counts.get(plain) ?? 0) + 1);
  const isFree = (plain: string) => isOpName(plain) && counts.get(plain) === 1 && !taken.has(plain);
  const used = new Set([...taken, ...wanted.map(({ plain }) => plain).filter(isFree)]);
  return new Map(wanted.map(({ id, plain }) => {
    if (isFree(plain)) return [id, plain];
    let name = identifierOf(id);
    for (let round = 2; used.has(name); round++) name = identifierOf(`${id} ${round}`);
    used.add(name);
    return [id, name];
  }));
}

/** The name of a function or variable at the top of a module, for what Dagster knows by `name`. */
export function variableName(name: string, id: string): string {
  const isPlain = /^[a-z][a-z0-9_]{1,47}$/.test(name) && !RESERVED.has(name) && !IMPORTED.has(name);
  return isPlain ? name : identifierOf(id);
}

/** The name of the sensor that evaluates automation conditions. */
export const AUTOMATION_SENSOR = "automation_conditions";

/** The names of what undoes: its op, its job and its sensors. */
export const UNDO_OP = "undo_made";
export const UNDO_JOB = "undo_run";
export const UNDO_SENSORS: { readonly failed: string; readonly canceled: string } = Object.freeze({
  failed: "undo_failed_runs",
  canceled: "undo_canceled_runs",
});

/** The names of the sensors that tell hooks. */
export const HOOK_SENSORS: { readonly [when in "started" | "succeeded" | "failed" | "canceled"]: string } =
  Object.freeze({
    started: "tell_started_runs",
    succeeded: "tell_succeeded_runs",
    failed: "tell_failed_runs",
    canceled: "tell_canceled_runs",
  });

/** The name by which a site knows the job of a sensor that has a selection of its own; no job of the user's has it. */
export function targetJobName(sensor: string): string {
  return `sensor:${sensor}`;
}

/** The name of the sensor that adds keys to a growing definition. */
export function cellSensorName(place: number): string {
  return `new_cells_${place + 1}`;
}
