/** Automation conditions and freshness policies that cannot be. */
import { type AutomationCondition, type DepsCondition, STATE_CONDITIONS } from "../automation/condition.ts";
import type { FreshnessPolicy } from "../automation/freshness.ts";
import type { Asset } from "../assets/declaration.ts";
import { type Issue, SluiceError } from "../issue.ts";
import { nameType, quote } from "../quote.ts";
import { openCadence } from "../time/cadence.ts";
import type { Declared } from "./declared.ts";
import { found } from "./found.ts";

const MINUTE_MS = 60_000;
/** How many ticks are looked at for the smallest gap: more than a year of days. */
const TICKS = 400;
/** The deepest condition; deeper ones are a mistake of a program that builds them. */
const MAX_DEPTH = 100;

/** A finding before it has a place: which field, what is wrong, what helps. */
interface Finding {
  readonly field: string;
  readonly message: string;
  readonly code?: Issue["code"];
  readonly hint?: string | undefined;
}

/** Finds what is wrong with the conditions and policies of assets. */
export function checkAutomation({ notable }: Declared, issues: Issue[]): void {
  for (const asset of notable.flatMap(({ outputs }) => outputs)) {
    const { automation, freshness } = asset;
    if (automation === undefined && freshness === undefined) continue;
    const findings = [
      ...automation ? conditionFindings(automation, asset, 0) : [],
      ...freshness ? freshnessFindings(freshness) : [],
    ];
    for (const { field, message, code = "POLICY_INVALID", hint } of findings) {
      const path = ["assets", asset.key, field];
      issues.push(found(code, `${asset.key}: ${message}`, { path, site: asset["~step"].site, hint }));
    }
  }
}

function conditionFindings(given: AutomationCondition, asset: Asset, depth: number): readonly Finding[] {
  const condition: { readonly kind?: unknown } | null | undefined = given;
  if (depth > MAX_DEPTH) return [refused(`the condition is more than ${MAX_DEPTH} levels deep.`)];
  if (typeof condition !== "object" || condition === null || typeof condition.kind !== "string") {
    return [refused(`a condition is what the kit \`condition\` gives, not ${nameType(condition)}.`)];
  }
  const inner = (of: AutomationCondition) => conditionFindings(of, asset, depth + 1);
  switch (given.kind) {
    case "on-cron":
    case "cron-tick-passed":
    case "all-deps-updated-since-cron":
      return cronFindings("automation", given.cron, given.timezone);
    case "in-latest-time-window":
      return given.lookbackMs === undefined || isSpan(given.lookbackMs, 1)
        ? []
        : [refused(`lookbackMs must be a finite number above 0, not ${given.lookbackMs}.`)];
    case "and":
    case "or":
      return given.of.length === 0
        ? [refused(`"${given.kind}" joins no conditions.`)]
        : given.of.flatMap(inner);
    case "not":
    case "newly-true":
    case "since-last-handled":
      return inner(given.of);
    case "since":
      return [...inner(given.of), ...inner(given.reset)];
    case "any-deps":
    case "all-deps":
      return [...depsFindings(given, asset), ...inner(given.of)];
    case "any-checks":
    case "all-checks":
      return inner(given.of);
    default:
      return STATE_CONDITIONS.has(given.kind)
        ? []
        : [refused(`there is no condition ${quote(String(condition.kind))}.`)];
  }
}

/** Names of upstream assets that the asset does not have would never match. */
function depsFindings({ only = [], except }: DepsCondition, asset: Asset): readonly Finding[] {
  const upstream = new Set(asset["~step"].inputs.map(({ key }) => key));
  return [...only, ...except].filter((key) => !upstream.has(key)).map((key) =>
    refused(`the condition names ${quote(key)}, from which ${asset.key} is not made.`)
  );
}

function freshnessFindings(policy: FreshnessPolicy): readonly Finding[] {
  if (policy.kind === "cron") {
    const { deadlineCron, timezone, lowerBoundMs } = policy;
    const findings = cronFindings("freshness", deadlineCron, timezone);
    return findings.length > 0 ? findings : lowerBoundFindings(deadlineCron, lowerBoundMs);
  }
  const { failMs, warnMs } = policy;
  const short = Object.entries({ failMs, warnMs }).filter(([, span]) =>
    span !== undefined && !isSpan(span, MINUTE_MS)
  ).map(([name, span]): Finding => ({
    field: "freshness",
    message: `${name} must be a finite number of milliseconds from ${MINUTE_MS}, not ${span}.`,
  }));
  if (short.length > 0 || warnMs === undefined || warnMs < failMs) return short;
  return [{ field: "freshness", message: `warnMs (${warnMs}) must be below failMs (${failMs}).` }];
}

function lowerBoundFindings(cron: string, lowerBoundMs: number): readonly Finding[] {
  if (!isSpan(lowerBoundMs, MINUTE_MS)) {
    return [{
      field: "freshness",
      message: `lowerBoundMs must be a finite number of milliseconds from ${MINUTE_MS}, not ${lowerBoundMs}.`,
    }];
  }
  const gapMs = smallestGapMs(cron);
  if (lowerBoundMs <= gapMs) return [];
  return [{
    field: "freshness",
    message: `lowerBoundMs (${lowerBoundMs}) is longer than the smallest gap between deadlines (${gapMs}).`,
  }];
}

/** The smallest gap of the cron in a zone without clock changes, as one would read it. */
function smallestGapMs(cron: string): number {
  const ticks = openCadence(cron, "UTC").from(Date.UTC(2024, 0, 1));
  let gap = Infinity;
  for (let n = 0, last = ticks.next(); n < TICKS && last < Infinity; n++) {
    const next = ticks.next();
    gap = Math.min(gap, next - last);
    last = next;
  }
  return gap;
}

function cronFindings(field: string, cron: string, timezone: string): readonly Finding[] {
  if (typeof cron !== "string" || typeof timezone !== "string") {
    return [{ field, message: "a cron and its timezone are texts." }];
  }
  try {
    openCadence(cron, timezone);
    return [];
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return error.issues.map(({ code, message, hint }) => ({ field, code, message, hint }));
  }
}

function isSpan(value: unknown, fromMs: number): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= fromMs;
}

function refused(message: string): Finding {
  return { field: "automation", message };
}
