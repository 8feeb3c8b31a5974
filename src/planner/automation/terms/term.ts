/** Terms: conditions as they are evaluated, with nothing left to expand, and a name by which to remember them. */
import type {
  AutomationCondition,
  ConditionState,
  CronCondition,
} from "../../../model/automation/condition.ts";
import { openCadence } from "../../../model/time/cadence.ts";
import type { Cadence } from "../../../model/time/cadence.ts";
import { expand } from "./expand.ts";

/** States that are no other condition's name. */
type PlainState = Exclude<
  ConditionState,
  `any-deps-${string}` | "in-progress" | "newly-missing" | `freshness-${string}` | `check-${string}`
>;

/** What a term does. */
export type TermRule =
  | { readonly kind: PlainState }
  | { readonly kind: "freshness"; readonly state: "pass" | "warn" | "fail" }
  | { readonly kind: "check-result"; readonly passed: boolean }
  | { readonly kind: "cron-tick-passed"; readonly cadence: Cadence }
  | { readonly kind: "in-latest-time-window"; readonly lookbackMs: number | undefined }
  | { readonly kind: "and" | "or" | "not" | "newly-true" | "since" }
  | {
    readonly kind: "any-deps" | "all-deps";
    readonly only: ReadonlySet<string> | undefined;
    readonly except: ReadonlySet<string>;
  }
  | { readonly kind: "any-checks" | "all-checks"; readonly blockingOnly: boolean };

/** A condition, ready to be evaluated. */
export interface Term {
  /** What it does with the terms below it. */
  readonly rule: TermRule;
  /** The terms below it. */
  readonly of: readonly Term[];
  /** What people call it: the name of the condition as it was written. */
  readonly label: string;
  /** The same for the same content, wherever it stands. */
  readonly id: string;
  /** Whether it, or a term below it, remembers anything from one evaluation to the next. */
  readonly remembers: boolean;
}

/** Compiles conditions; those that say the same are compiled once. */
export class TermCompiler {
  readonly #known: Map<AutomationCondition, Term> = new Map();
  readonly #byText: Map<string, Term> = new Map();
  readonly #cadences: Map<string, Cadence> = new Map();

  /** The term of a condition. Throws CRON_INVALID and TIMEZONE_UNKNOWN. */
  compile(condition: AutomationCondition): Term {
    let term = this.#known.get(condition);
    if (term) return term;
    const text = JSON.stringify(condition);
    term = this.#byText.get(text) ?? this.#build(condition);
    this.#known.set(condition, term);
    this.#byText.set(text, term);
    return term;
  }

  #build(condition: AutomationCondition): Term {
    const label = labelOf(condition);
    const expanded = expand(condition);
    if (expanded) return { ...this.compile(expanded), label };
    const rule = condition.kind === "cron-tick-passed" ? this.#tick(condition) : ruleOf(condition);
    const of = partsOf(condition).map((part) => this.compile(part));
    const keeps = rule.kind === "since" || rule.kind === "newly-true" || rule.kind === "code-version-changed";
    return {
      rule,
      of,
      label,
      id: shortHash(`${rule.kind}|${detailsOf(condition)}|${of.map(({ id }) => id).join(",")}`),
      remembers: keeps || of.some(({ remembers }) => remembers),
    };
  }

  #tick({ cron, timezone }: CronCondition): TermRule {
    const text = `${timezone} ${cron}`;
    let cadence = this.#cadences.get(text);
    if (!cadence) this.#cadences.set(text, cadence = openCadence(cron, timezone));
    return { kind: "cron-tick-passed", cadence };
  }
}

function partsOf(condition: AutomationCondition): readonly AutomationCondition[] {
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.of;
    case "since":
      return [condition.of, condition.reset];
    default:
      return "of" in condition ? [condition.of] : [];
  }
}

function ruleOf(condition: AutomationCondition): TermRule {
  switch (condition.kind) {
    case "freshness-passed":
      return { kind: "freshness", state: "pass" };
    case "freshness-warned":
      return { kind: "freshness", state: "warn" };
    case "freshness-failed":
      return { kind: "freshness", state: "fail" };
    case "check-passed":
    case "check-failed":
      return { kind: "check-result", passed: condition.kind === "check-passed" };
    case "any-deps":
    case "all-deps":
      return {
        kind: condition.kind,
        only: condition.only && new Set(condition.only),
        except: new Set(condition.except),
      };
    case "in-latest-time-window":
    case "any-checks":
    case "all-checks":
      return condition;
    default:
      return { kind: condition.kind } as TermRule;
  }
}

/** What sets a condition apart from others of its kind, but for the conditions in it. */
function detailsOf(condition: AutomationCondition): string {
  switch (condition.kind) {
    case "cron-tick-passed":
      return JSON.stringify([condition.cron, condition.timezone]);
    case "in-latest-time-window":
      return String(condition.lookbackMs);
    case "any-deps":
    case "all-deps":
      return JSON.stringify([condition.only ?? null, condition.except]);
    case "any-checks":
    case "all-checks":
      return String(condition.blockingOnly);
    default:
      return condition.kind;
  }
}

function labelOf(condition: AutomationCondition): string {
  switch (condition.kind) {
    case "on-cron":
    case "cron-tick-passed":
    case "all-deps-updated-since-cron":
      return `${condition.kind} ${condition.cron} (${condition.timezone})`;
    case "in-latest-time-window":
      return condition.lookbackMs === undefined
        ? condition.kind
        : `${condition.kind} and ${condition.lookbackMs} ms back`;
    case "any-deps":
    case "all-deps":
      return [condition.kind, ...among("of", condition.only), ...among("but", condition.except)].join(" ");
    case "any-checks":
    case "all-checks":
      return condition.blockingOnly ? `${condition.kind} that block` : condition.kind;
    default:
      return condition.kind;
  }
}

function among(word: string, keys: readonly string[] = []): readonly string[] {
  return keys.length === 0 ? [] : [`${word} ${keys.join(", ")}`];
}

/** 64 bits of a text as 13 characters: two multiplicative hashes side by side. */
export function shortHash(text: string): string {
  let [low, high] = [0xdeadbeef, 0x41c6ce57];
  for (let place = 0; place < text.length; place++) {
    const unit = text.charCodeAt(place);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return ((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)).toString(36).padStart(13, "0");
}
