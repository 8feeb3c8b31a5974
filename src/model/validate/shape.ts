/**
 * The shapes of what declarations are given. Types hold TypeScript to them; these tests hold JavaScript, so that a
 * slip is named where it was made and never surfaces as a TypeError from within.
 */
import { isMisfire, isOverlap, MISFIRE_IS, OVERLAP_IS } from "../automation/policies.ts";
import { type IssueCode, SluiceError } from "../issue.ts";
import { refuseUnknown, unknownOption } from "./options.ts";
import { nameType } from "../quote.ts";
import {
  BACKFILL,
  type Declared,
  DEPENDENCY,
  HOOKS,
  INLINE_CHECK,
  KNOWN,
  type Known,
  RETRY,
  UNDO,
} from "./known.ts";
import { areHooks, HOOKS_ARE } from "./hooks.ts";
import { CONCURRENCY } from "../gates/concurrency.ts";
import type { Site } from "../assets/site.ts";
import { COMPENSATE_IS, isCompensate } from "../step/compensate.ts";
import { isTriggerRule, TRIGGER_RULES } from "../assets/trigger_rule.ts";

/** A declaration under way: what it is called in messages, and where it stands. */
export interface Declaring {
  /** How messages name it: `asset raw/orders`. */
  readonly what: string;
  /** Where it is in the definitions. */
  readonly path: readonly string[];
  /** Where it was declared. */
  readonly site: Site;
}

/** A shape: a test, and the same in words. */
interface Shape {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const PARTITION_KINDS: readonly unknown[] = Object.freeze(["time", "static", "dynamic", "multi"]);

const ANYTHING: Shape = { expected: "anything", holds: () => true };
const NUMBER: Shape = { expected: "a number", holds: (value) => typeof value === "number" };
const RECORD: Shape = { expected: "a record", holds: isRecord };
const TEXT: Shape = { expected: "a text", holds: (value) => typeof value === "string" };
const TEXTS: Shape = { expected: "a list of texts", holds: isTextList };
const BOOLEAN: Shape = { expected: "true or false", holds: (value) => typeof value === "boolean" };
const SCHEMA: Shape = { expected: "a Standard Schema (a zod schema is one)", holds: isSchema };
const UPSTREAM = "an asset, an assetRef(), or { asset, mapping } with a mapping such as allMapping()";

/** What each field must be, apart from names and numbers, whose rules are looked at with the whole. */
const FIELDS: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ["deps", { expected: "a record of assets by input name", holds: isRecord }],
  ["after", { expected: "a list of assets", holds: Array.isArray }],
  ["partitions", {
    expected: "a partition definition such as dailyPartitions(...)",
    holds: (value) => isRecord(value) && PARTITION_KINDS.includes(value.kind),
  }],
  ["description", TEXT],
  ["codeVersion", TEXT],
  ["tags", RECORD],
  ["metadata", RECORD],
  ["owners", TEXTS],
  ["kinds", TEXTS],
  ["io", {
    expected: "the name of an IO manager, or a choice such as files()",
    holds: (value) => typeof value === "string" || (isRecord(value) && typeof value.manager === "string"),
  }],
  ["output", {
    expected: "a Standard Schema or type<T>()",
    holds: (value) => isSchema(value) || (isRecord(value) && "~type" in value),
  }],
  ["config", SCHEMA],
  ["resources", {
    expected: "a record of what defineResource() gives",
    holds: (value) => isRecord(value) && Object.values(value).every(isResource),
  }],
  ["retry", RECORD],
  ["timeoutMs", NUMBER],
  ["concurrency", RECORD],
  ["priority", NUMBER],
  ["backfill", RECORD],
  ["automation", {
    expected: "a condition such as condition.eager",
    holds: (value) => isRecord(value) && typeof value.kind === "string",
  }],
  ["freshness", {
    expected: "a policy such as freshWithin({ failMs })",
    holds: (value) => isRecord(value) && (value.kind === "time-window" || value.kind === "cron"),
  }],
  ["triggerRule", { expected: `one of ${TRIGGER_RULES.join(", ")}`, holds: isTriggerRule }],
  ["hooks", { expected: HOOKS_ARE, holds: areHooks }],
  ["undo", { expected: "a function, or { run, keepsValue }", holds: isUndo }],
  ["isolation", {
    expected: '"inline", "worker" or "process"',
    holds: (value) => value === "inline" || value === "worker" || value === "process",
  }],
  ["memoryMb", {
    expected: "a number of megabytes above 0",
    holds: (value) => Number.isFinite(value) && Number(value) > 0,
  }],
  ["batch", BOOLEAN],
  ["skippable", BOOLEAN],
  ["dependsOnPast", BOOLEAN],
  ["elements", BOOLEAN],
  ["subsettable", BOOLEAN],
  ["blocking", BOOLEAN],
  ["severity", { expected: '"warn" or "error"', holds: (value) => value === "warn" || value === "error" }],
  ["checks", { expected: "a record of functions, or of { run }", holds: isChecks }],
  ["outputs", { expected: "a record of outputs, at least one", holds: isOutputs }],
]);

/** What each option of a declaration must be, and which there are. */
const OPTIONS: ReadonlyMap<Declared, ReadonlyMap<string, Shape>> = new Map(
  Object.entries(KNOWN).map(([kind, known]) => [
    kind as Declared,
    new Map(Object.keys(known).map((name) => [name, FIELDS.get(name) ?? ANYTHING])),
  ]),
);

/** Records within a declaration, whose own fields are known too. */
const INNER: ReadonlyMap<string, Known> = new Map([
  ["retry", RETRY],
  ["backfill", BACKFILL],
  ["concurrency", CONCURRENCY],
  ["hooks", HOOKS],
  ["undo", UNDO],
]);

/** What {@linkcode requireScheduleFields} looks at. */
type ScheduleField =
  | "target"
  | "cron"
  | "timezone"
  | "partitions"
  | "enabled"
  | "catchUp"
  | "misfire"
  | "overlap"
  | "jitterMs"
  | "request"
  | "requestTimeoutMs"
  | "start"
  | "end"
  | "config";

function isDateGiven(value: unknown): boolean {
  return value === undefined || typeof value === "string" || value instanceof Date;
}

const SCHEDULE_FIELDS: { readonly [field in ScheduleField]: Shape } = {
  target: {
    expected: "a job or a selection of assets",
    holds: (value) => value !== undefined && value !== null,
  },
  cron: {
    expected: "a cron text, or a list of at least one",
    holds: (value) =>
      value === undefined || typeof value === "string" || (isTextList(value) && !isEmpty(value)),
  },
  timezone: {
    expected: "the name of a zone",
    holds: (value) => value === undefined || typeof value === "string",
  },
  partitions: {
    expected: '"last" or "all"',
    holds: (value) => value === undefined || value === "last" || value === "all",
  },
  enabled: { expected: "true or false", holds: (value) => value === undefined || typeof value === "boolean" },
  catchUp: { expected: "true or false", holds: (value) => value === undefined || typeof value === "boolean" },
  misfire: { expected: MISFIRE_IS, holds: (value) => value === undefined || isMisfire(value) },
  overlap: { expected: OVERLAP_IS, holds: (value) => value === undefined || isOverlap(value) },
  jitterMs: {
    expected: "a number of milliseconds from 0",
    holds: (value) => value === undefined || (Number.isFinite(value) && Number(value) >= 0),
  },
  request: {
    expected: "a function",
    holds: (value) => value === undefined || typeof value === "function",
  },
  requestTimeoutMs: {
    expected: "a number of milliseconds from 1",
    holds: (value) => value === undefined || (Number.isFinite(value) && Number(value) >= 1),
  },
  start: { expected: "a date", holds: isDateGiven },
  end: { expected: "a date", holds: isDateGiven },
  config: {
    expected: "a record of config by step name",
    holds: (value) => value === undefined || isRecord(value),
  },
};

/** Refuses what is no record where a whole declaration is expected. */
export function requireSpec(spec: unknown, call: string, site: Site): void {
  if (isRecord(spec)) return;
  throw misfit({ what: `${call}()`, path: [], site }, "takes one record of options", spec);
}

/** Refuses options of a declaration that nobody knows, or that are of another shape than they must be. */
export function requireFields(spec: object, kind: Declared, declaring: Declaring): void {
  const shapes = OPTIONS.get(kind) as ReadonlyMap<string, Shape>;
  for (const field in spec) {
    const shape = shapes.get(field);
    const value = (spec as { readonly [field: string]: unknown })[field];
    if (value === undefined) continue;
    if (!shape) throw unknownOption(field, [...shapes.keys()], optionsOf(declaring));
    if (!shape.holds(value)) {
      throw misfit(within(declaring, field), `needs ${shape.expected} as ${field}`, value);
    }
    const inner = INNER.get(field);
    if (inner && typeof value === "object") requireKnown(value as object, inner, field, declaring);
    if (field === "checks") requireKnownChecks(value as object, declaring);
  }
}

function requireKnownChecks(checks: object, declaring: Declaring): void {
  for (const [name, check] of Object.entries(checks)) {
    if (typeof check === "function") continue;
    const { severity } = check as { readonly severity?: unknown };
    requireKnown(check, INLINE_CHECK, `checks.${name}`, declaring);
    if (severity === undefined || severity === "warn" || severity === "error") continue;
    throw misfit(
      within(declaring, `checks.${name}.severity`),
      'needs "warn" or "error" as severity',
      severity,
    );
  }
}

/** Refuses a field of a record that nobody knows. */
export function requireKnown(record: object, known: Known, field: string, declaring: Declaring): void {
  for (const name in record) {
    if (Object.hasOwn(known, name)) continue;
    const { what, ...of } = optionsOf(within(declaring, field));
    const inner = `The ${field} of ${what.charAt(0).toLowerCase()}${what.slice(1)}`;
    return refuseUnknown(record, known, { ...of, what: field === "" ? what : inner });
  }
}

function within(declaring: Declaring, field: string): Declaring {
  return field === "" ? declaring : { ...declaring, path: [...declaring.path, ...field.split(".")] };
}

function optionsOf({ what, path, site }: Declaring) {
  return { what, code: "DEFINITION_INVALID", path, site: site.text } as const;
}

/** Refuses a cap on memory where there is nothing that could keep it. */
export function requireIsolation(spec: { readonly isolation?: unknown }, declaring: Declaring): void {
  if (spec.isolation === "process") return;
  const message = `${declaring.what} has memoryMb, and only a process of its own can be held to it.`;
  const hint = 'Add isolation: "process", or leave memoryMb out.';
  throw refusal("DEFINITION_INVALID", message, [...declaring.path, "memoryMb"], declaring.site, hint);
}

/** Refuses what cannot be depended on. */
export function requireUpstream(upstream: unknown, field: string, declaring: Declaring): void {
  if (isUpstream(upstream)) {
    if (!("kind" in upstream)) requireKnown(upstream, DEPENDENCY, field, declaring);
    return;
  }
  throw misfit(
    { ...declaring, path: [...declaring.path, ...field.split(".")] },
    `needs ${UPSTREAM} as ${field}`,
    upstream,
    upstream === undefined
      ? "Modules that import each other see undefined for a while: name one of the assets by assetRef() there."
      : undefined,
  );
}

/** Refuses a name that is no text; its grammar is looked at with the whole. */
export function requireText(value: unknown, field: string, declaring: Declaring): void {
  if (typeof value !== "string") throw misfit(declaring, `needs ${TEXT.expected} as ${field}`, value);
}

/** Refuses a check of what is no asset. */
export function requireCheckedAsset(asset: unknown, declaring: Declaring): void {
  if (isRecord(asset) && asset.kind === "asset") return;
  throw misfit(
    { ...declaring, path: [...declaring.path, "asset"] },
    "needs an asset by value as asset",
    asset,
  );
}

/** Refuses a job without a selection, and config that is not by step name. */
export function requireJobFields(
  { selection, config, hooks, compensate }: {
    readonly selection?: unknown;
    readonly config?: unknown;
    readonly hooks?: unknown;
    readonly compensate?: unknown;
  },
  declaring: Declaring,
): void {
  if (hooks !== undefined && !areHooks(hooks)) {
    throw misfit(within(declaring, "hooks"), `needs ${HOOKS_ARE} as hooks`, hooks);
  }
  if (compensate !== undefined && !isCompensate(compensate)) {
    throw misfit(within(declaring, "compensate"), `needs ${COMPENSATE_IS} as compensate`, compensate);
  }
  if (selection === undefined) {
    throw misfit(within(declaring, "selection"), 'needs a selection, such as "*"', selection);
  }
  if (config === undefined || isRecord(config)) return;
  throw misfit(within(declaring, "config"), "needs a record of config by step name as config", config);
}

/** Refuses a schedule whose fields are of another shape than they must be. */
export function requireScheduleFields(
  spec: { readonly [field in ScheduleField]?: unknown },
  declaring: Declaring,
): void {
  for (const [field, { expected, holds }] of Object.entries(SCHEDULE_FIELDS)) {
    const value = spec[field as ScheduleField];
    if (holds(value)) continue;
    throw misfit(
      { ...declaring, path: [...declaring.path, field] },
      `needs ${expected} as ${field}`,
      value,
    );
  }
}

/** Gives what a parser of names throws the place of the declaration. */
export function parseAt<T>(parse: () => T, path: readonly string[], site: Site): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const { code, message, hint } = error.issues[0];
    throw refusal(code, message, path, site, hint);
  }
}

function misfit({ what, path, site }: Declaring, needs: string, value: unknown, hint?: string): SluiceError {
  return refusal("DEFINITION_INVALID", `${what} ${needs}, not ${nameShape(value)}.`, path, site, hint);
}

function refusal(
  code: IssueCode,
  message: string,
  path: readonly string[],
  site: Site,
  hint: string | undefined,
): SluiceError {
  const place = site.text;
  return new SluiceError({
    code,
    message,
    path,
    ...(place !== undefined && { site: place }),
    ...(hint !== undefined && { hint }),
  });
}

/** What a value is, with its kind where it is one of ours: `a list`, `a record of kind check`. */
export function nameShape(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  const kind = isRecord(value) ? value.kind : undefined;
  return typeof kind === "string" && kind.length < 20
    ? `${nameType(value)} of kind ${kind}`
    : nameType(value);
}

/** Whether a value is an object that is neither a list nor null. */
export function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isUpstream(value: unknown): value is { readonly [field: string]: unknown } {
  if (!isRecord(value)) return false;
  if (value.kind === "asset" || value.kind === "asset-ref") return typeof value.key === "string";
  const { asset, mapping, optional } = value;
  if (!isRecord(asset) || (asset.kind !== "asset" && asset.kind !== "asset-ref")) return false;
  if (optional !== undefined && typeof optional !== "boolean") return false;
  return mapping === undefined || (isRecord(mapping) && typeof mapping.kind === "string");
}

function isEmpty(list: unknown): boolean {
  return Array.isArray(list) && list.length === 0;
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** Schemas of some libraries are functions. */
function isSchema(value: unknown): boolean {
  return (isRecord(value) || typeof value === "function") && "~standard" in value;
}

function isResource(value: unknown): boolean {
  return isRecord(value) && value.kind === "resource";
}

function isChecks(value: unknown): boolean {
  const isCheck = (check: unknown) =>
    typeof check === "function" || (isRecord(check) && typeof check.run === "function");
  return isRecord(value) && Object.values(value).every(isCheck);
}

function isUndo(undo: unknown): boolean {
  if (typeof undo === "function") return true;
  return isRecord(undo) && typeof undo.run === "function" &&
    (undo.keepsValue === undefined || typeof undo.keepsValue === "boolean");
}

function isOutputs(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length > 0 && Object.values(value).every(isRecord);
}
