/** A program: the conditions of all assets as terms, and what each of them looks at. */
import type { AutomationCondition } from "../../model/automation/condition.ts";
import type { Asset } from "../../model/assets/declaration.ts";
import type { Definitions } from "../../model/definitions.ts";
import { dimensionNames } from "../../model/partitions/definition.ts";
import type { Partitions } from "../../model/partitions/definition.ts";
import type { Cadence } from "../../model/time/cadence.ts";
import { inputsByKey } from "./evaluate.ts";
import { type Term, TermCompiler } from "./terms/term.ts";

/** An asset that has a condition. */
export interface Conditioned {
  readonly asset: Asset;
  /** Its place among the assets that have conditions. */
  readonly place: number;
  readonly term: Term;
  /** The keys of all assets that the condition looks at, itself included. */
  readonly watches: ReadonlySet<string>;
  /** The crons in it. */
  readonly cadences: readonly Cadence[];
  /** Whether it asks how fresh something is. */
  readonly asksFreshness: boolean;
  /** Whether it asks for verdicts of checks. */
  readonly asksChecks: boolean;
}

/** Everything that has a condition, upstream first. */
export interface AutomationProgram {
  readonly definitions: Definitions;
  readonly assets: readonly Conditioned[];
  readonly byKey: ReadonlyMap<string, Conditioned>;
  /** Which of them look at an asset, by its key. */
  readonly watchers: ReadonlyMap<string, readonly Conditioned[]>;
  /** Which of them look at assets whose partitions depend on the keys of a dynamic definition. */
  readonly dynamicWatchers: ReadonlyMap<string, readonly Conditioned[]>;
}

/** Whether an asset is made by a condition: external ones are made elsewhere, and theirs are left out. */
export function hasCondition(asset: Asset): asset is Asset & { readonly automation: AutomationCondition } {
  return asset.automation !== undefined && asset["~step"].kind !== "external";
}

/** Compiles the conditions of all assets. */
export function compileAutomation(definitions: Definitions): AutomationProgram {
  const compiler = new TermCompiler();
  const assets: Conditioned[] = [];
  const watchers = new Map<string, Conditioned[]>();
  const dynamicWatchers = new Map<string, Conditioned[]>();
  for (const asset of definitions.assets) {
    if (!hasCondition(asset)) continue;
    const term = compiler.compile(asset.automation);
    const conditioned = { asset, place: assets.length, term, ...lookedAt(definitions, asset.key, term) };
    assets.push(conditioned);
    const names = new Set<string>();
    for (const key of conditioned.watches) {
      push(watchers, key, conditioned);
      for (const name of dynamicNames(definitions.asset(key).partitions)) names.add(name);
    }
    for (const name of names) push(dynamicWatchers, name, conditioned);
  }
  return {
    definitions,
    assets,
    byKey: new Map(assets.map((each) => [each.asset.key, each])),
    watchers,
    dynamicWatchers,
  };
}

type Looks = Pick<Conditioned, "watches" | "cadences" | "asksFreshness" | "asksChecks">;

function lookedAt(definitions: Definitions, root: string, term: Term): Looks {
  const watches = new Set<string>([root]);
  const cadences = new Set<Cadence>();
  const seen = new Set<string>();
  let [asksFreshness, asksChecks] = [false, false];
  const visit = ({ rule, of, id }: Term, key: string): void => {
    const place = `${id} ${key}`;
    if (seen.has(place)) return;
    seen.add(place);
    watches.add(key);
    if (rule.kind === "cron-tick-passed") cadences.add(rule.cadence);
    if (rule.kind === "freshness") asksFreshness = true;
    if (rule.kind === "any-checks" || rule.kind === "all-checks") asksChecks = true;
    const isOfDeps = rule.kind === "any-deps" || rule.kind === "all-deps";
    const keys = isOfDeps ? [...inputsByKey(definitions.asset(key)["~step"]).keys()] : [key];
    for (const each of keys) for (const term of of) visit(term, each);
  };
  visit(term, root);
  return { watches, cadences: [...cadences], asksFreshness, asksChecks };
}

function dynamicNames(partitions: Partitions | undefined): readonly string[] {
  if (partitions?.kind === "dynamic") return [partitions.name];
  if (partitions?.kind !== "multi") return [];
  return dimensionNames(partitions).flatMap((name) => dynamicNames(partitions.dimensions[name]));
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
