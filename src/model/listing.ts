/** From the lists that `definitions` is given to flat ones; what does not belong there is named by its place. */
import type { Check } from "./assets/check.ts";
import type { Asset } from "./assets/declaration.ts";
import { isRecord, nameShape } from "./validate/shape.ts";
import { type Issue, SluiceError } from "./issue.ts";
import type { Schedule } from "./automation/schedule.ts";
import type { Sensor } from "./automation/sensors/sensor.ts";
import type { Job } from "./job.ts";

/** What is listed, flat. */
export interface Listed {
  readonly assets: readonly Asset[];
  readonly checks: readonly Check[];
  readonly jobs: readonly Job[];
  readonly schedules: readonly Schedule[];
  readonly sensors: readonly Sensor[];
}

/**
 * Lists declarations in the order in which they were given.
 *
 * @throws {SluiceError} DEFINITION_INVALID for everything that is no asset, check, job, schedule or sensor, by place.
 */
export function listDeclarations(spec: unknown): Listed {
  const issues: Issue[] = [];
  const { assets, checks, jobs, schedules, sensors } = isRecord(spec) ? spec : {};
  if (!isRecord(spec)) issues.push(misplaced([], "definitions() takes a record with assets", spec));
  else if (!Array.isArray(assets)) {
    issues.push(
      misplaced(["assets"], "assets must be a list", assets, "Write { assets: [orders, revenue] }."),
    );
  }
  const listed = {
    assets: Array.isArray(assets) ? listAssets(assets, issues) : [],
    checks: listKind<Check>("checks", "check", checks, issues),
    jobs: listKind<Job>("jobs", "job", jobs, issues),
    schedules: listKind<Schedule>("schedules", "schedule", schedules, issues),
    sensors: listKind<Sensor>("sensors", "sensor", sensors, issues),
  };
  const [first, ...rest] = issues;
  if (first) throw new SluiceError([first, ...rest]);
  return listed;
}

function listAssets(list: readonly unknown[], issues: Issue[]): readonly Asset[] {
  const found: Asset[] = [];
  const above = new Set<object>();
  const visit = (item: unknown, path: readonly string[]): void => {
    if (isAsset(item)) found.push(item);
    else if (!Array.isArray(item) && !isPlainRecord(item)) issues.push(noAsset(path, item));
    else if (above.has(item)) issues.push(misplaced(path, "this list of assets must not hold itself", item));
    else {
      above.add(item);
      for (const [name, inner] of Object.entries(item)) visit(inner, [...path, name]);
      above.delete(item);
    }
  };
  for (let index = 0; index < list.length; index++) {
    const item: unknown = list[index];
    if (isAsset(item)) found.push(item);
    else visit(item, ["assets", String(index)]);
  }
  return found;
}

function listKind<T>(list: string, kind: string, items: unknown, issues: Issue[]): readonly T[] {
  if (items === undefined) return [];
  if (!Array.isArray(items)) {
    issues.push(misplaced([list], `${list} must be a list`, items));
    return [];
  }
  items.forEach((item: unknown, index) => {
    if (isRecord(item) && item.kind === kind) return;
    issues.push(
      misplaced(
        [list, String(index)],
        `${list} must hold what ${DEFINERS[kind]} ${kind === "sensor" ? "give" : "gives"}`,
        item,
      ),
    );
  });
  return issues.length === 0 ? items as readonly T[] : [];
}

const DEFINERS: { readonly [kind: string]: string } = {
  check: "defineCheck()",
  job: "defineJob()",
  schedule: "defineSchedule()",
  sensor: "defineSensor(), fileSensor() and their like",
};

function isAsset(item: unknown): item is Asset {
  return typeof item === "object" && item !== null && (item as { kind?: unknown }).kind === "asset";
}

/** A record or a module of assets: what says of itself that it is something else is none. */
function isPlainRecord(item: unknown): item is object {
  if (!isRecord(item) || typeof item.kind === "string") return false;
  const prototype: unknown = Object.getPrototypeOf(item);
  return prototype === null || prototype === Object.prototype;
}

function noAsset(path: readonly string[], item: unknown): Issue {
  const hint = item === undefined
    ? "Modules that import each other see undefined for a while; import the asset where it is declared."
    : isRecord(item) && item.kind === "check"
    ? "Give checks as { assets, checks }."
    : isRecord(item) && item.kind === "job"
    ? "Give jobs as { assets, jobs }."
    : isRecord(item) && item.kind === "schedule"
    ? "Give schedules as { assets, schedules }."
    : isRecord(item) && item.kind === "sensor"
    ? "Give sensors as { assets, sensors }."
    : isRecord(item) && item.kind === "definitions"
    ? "Spread its assets: [...other.assets]."
    : "Leave it out; of a module's exports, pick the assets.";
  return misplaced(path, `${path.join(".")} must be an asset, or a list or record of assets`, item, hint);
}

function misplaced(path: readonly string[], needs: string, item: unknown, hint?: string): Issue {
  return {
    code: "DEFINITION_INVALID",
    message: `${needs}, not ${nameShape(item)}.`,
    path,
    ...(hint !== undefined && { hint }),
  };
}
