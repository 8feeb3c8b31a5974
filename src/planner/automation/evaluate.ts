/** Terms held against a moment: the operators, and what they hand down and take back. */
import type { StepDeclaration, StepInput } from "../../model/assets/declaration.ts";
import { emptySubset, unionOf } from "../../model/partitions/subset.ts";
import type { Subset } from "../../model/partitions/subset.ts";
import type { Frame } from "./frame.ts";
import type { Outcome, Target } from "./outcome.ts";
import { stateOf } from "./states/states.ts";
import type { Term, TermRule } from "./terms/term.ts";
import { laterThan, type Timing } from "./timing.ts";

type DepsRule = Extract<TermRule, { readonly kind: "any-deps" | "all-deps" }>;
type ChecksRule = Extract<TermRule, { readonly kind: "any-checks" | "all-checks" }>;

/** Holds a term against a target: for which of its candidates it holds, and why. */
export function evaluate(term: Term, target: Target, candidates: Subset, frame: Frame): Outcome {
  if (candidates.size === 0 && !term.remembers) {
    return { term, target, candidates, holds: candidates, of: [] };
  }
  const { rule } = term;
  switch (rule.kind) {
    case "and":
      return all(term, target, candidates, frame);
    case "or":
      return any(term, target, candidates, frame);
    case "not": {
      const [of] = term.of.map((each) => evaluate(each, target, candidates, frame));
      return { term, target, candidates, holds: candidates.minus(of.holds), of: [of] };
    }
    case "newly-true":
      return newlyTrue(term, target, candidates, frame);
    case "since":
      return since(term, target, candidates, frame);
    case "any-deps":
    case "all-deps":
      return join(term, target, candidates, upstream(term, rule, target, candidates, frame));
    case "any-checks":
    case "all-checks":
      return join(term, target, candidates, ofChecks(term, rule, target, candidates, frame));
    default: {
      const { holds, timing } = stateOf(term, rule, target, candidates, frame);
      return { term, target, candidates, holds: holds.intersect(candidates), timing, of: [] };
    }
  }
}

/** What comes later is asked only about what is left. */
function all(term: Term, target: Target, candidates: Subset, frame: Frame): Outcome {
  let holds = candidates;
  const of = term.of.map((each) => {
    const outcome = evaluate(each, target, holds, frame);
    holds = outcome.holds;
    return outcome;
  });
  return { term, target, candidates, holds, of };
}

function any(term: Term, target: Target, candidates: Subset, frame: Frame): Outcome {
  const of = term.of.map((each) => evaluate(each, target, candidates, frame));
  return { term, target, candidates, holds: unionOf(of.map(({ holds }) => holds)), of };
}

/** What is remembered is of all partitions: none may change while nobody looks. */
function newlyTrue(term: Term, target: Target, candidates: Subset, frame: Frame): Outcome {
  const of = evaluate(term.of[0], target, frame.all(target), frame);
  const before = frame.recallSet(term, target);
  frame.keepSet(term, target, of.holds);
  return { term, target, candidates, holds: of.holds.minus(before).intersect(candidates), of: [of] };
}

/** Where both happened since the last evaluation, the later one counts; where that cannot be told, the reset. */
function since(term: Term, target: Target, candidates: Subset, frame: Frame): Outcome {
  const whole = frame.all(target);
  const [begun, reset] = term.of.map((each) => evaluate(each, target, whole, frame));
  let holds = frame.recallSet(term, target).union(begun.holds).minus(reset.holds);
  const both = begun.holds.intersect(reset.holds);
  if (both.size > 0 && begun.timing && reset.timing) {
    holds = holds.union(laterThan(begun.timing, reset.timing, both));
  }
  frame.keepSet(term, target, holds);
  const of = [begun, reset];
  return { term, target, candidates, holds: holds.intersect(candidates), timing: begun.timing, of };
}

/** Of several upstream assets or checks: one is enough, or all must be. Times are told of one only. */
function join(term: Term, target: Target, candidates: Subset, of: readonly Outcome[]): Outcome {
  if (term.rule.kind === "all-deps" || term.rule.kind === "all-checks") {
    const holds = of.reduce((left, each) => left.intersect(each.holds), candidates);
    return { term, target, candidates, holds, of };
  }
  const holds = unionOf(of.map((each) => each.holds)).intersect(candidates);
  const timings = of.flatMap(({ timing }) => timing ?? []);
  const timing: Timing | undefined = term.rule.kind === "any-deps" && timings.length > 0
    ? (within) => timings.flatMap((each) => each(within))
    : undefined;
  return { term, target, candidates, holds, timing, of };
}

function upstream(
  { of: [operand] }: Term,
  { only, except }: DepsRule,
  target: Target,
  candidates: Subset,
  frame: Frame,
): readonly Outcome[] {
  if (target.check !== undefined) return [evaluate(operand, { asset: target.asset }, candidates, frame)];
  const step = frame.asset(target)["~step"];
  return Array.from(inputsByKey(step))
    .filter(([key]) => (only?.has(key) ?? true) && !except.has(key))
    .map(([key, inputs]) => across(operand, target, { asset: key }, step, inputs, candidates, frame));
}

/** A term held against what an asset is made from; what holds is told of the partitions that read it. */
function across(
  operand: Term,
  target: Target,
  up: Target,
  step: StepDeclaration,
  inputs: readonly StepInput[],
  candidates: Subset,
  frame: Frame,
): Outcome {
  const { planning } = frame.world;
  const mappings = inputs.map((input) => planning.mapping(step, input));
  const read = unionOf(mappings.map((mapping) => mapping.toUpstream(candidates).existing));
  const inner = evaluate(operand, up, read, frame);
  const down = (set: Subset) =>
    set.size === 0 ? emptySubset() : unionOf(mappings.map((mapping) => mapping.toDownstream(set)));
  const { timing } = inner;
  return {
    term: undefined,
    target: up,
    reader: target.asset,
    candidates,
    holds: down(inner.holds).intersect(candidates),
    timing: timing &&
      ((within) =>
        timing(unionOf(mappings.map((mapping) => mapping.toUpstream(within).existing)))
          .map(({ atMs, subset }) => ({ atMs, subset: down(subset) }))),
    of: [inner],
  };
}

/** What an asset is made from, by key in their order; its own past as such is not. */
export function inputsByKey({ inputs }: StepDeclaration): ReadonlyMap<string, readonly StepInput[]> {
  const byKey = new Map<string, StepInput[]>();
  for (const input of inputs) {
    if (input.isPast) continue;
    const known = byKey.get(input.key);
    if (known) known.push(input);
    else byKey.set(input.key, [input]);
  }
  return new Map(Array.from(byKey).sort(([a], [b]) => a < b ? -1 : 1));
}

function ofChecks(
  { of: [operand] }: Term,
  { blockingOnly }: ChecksRule,
  target: Target,
  candidates: Subset,
  frame: Frame,
): readonly Outcome[] {
  if (target.check !== undefined) return [];
  return checksOf(target.asset, frame)
    .filter(({ blocking }) => blocking || !blockingOnly)
    .map(({ name }) => evaluate(operand, { asset: target.asset, check: name }, candidates, frame));
}

/** The checks of an asset by name: those in its step, and those that are steps of their own. */
function checksOf(
  asset: string,
  frame: Frame,
): readonly { readonly name: string; readonly blocking: boolean }[] {
  const { definitions } = frame.world.planning;
  const found = definitions.asset(asset);
  const step = found["~step"];
  const inline = step.kind === "multi-asset" ? [] : step.checks;
  const own = definitions.checks.filter((check) => check.asset === found.key)
    .map(({ name, "~step": { check } }) => ({ name, blocking: check?.blocking ?? false }));
  return [...inline, ...own].sort((a, b) => a.name < b.name ? -1 : 1);
}
