/** Checks: what must be true of an asset. */
import type { Asset } from "./declaration.ts";
import type { Awaitable } from "./result.ts";
import type { StepRules } from "./spec.ts";
import type { StepContext } from "./context.ts";
import { openStep, stepInput } from "./declare.ts";
import { identityMapping } from "../partitions/mapping.ts";
import type { MaybePartitions } from "../partitions/relation.ts";
import { show } from "../quote.ts";
import type { Resources } from "./resource.ts";
import { requireCheckedAsset, requireSpec, requireText } from "../validate/shape.ts";
import { captureSite } from "./site.ts";
import type { CheckResult, CheckSeverity, StepDeclaration } from "./declaration.ts";

/** A declared check; made by {@linkcode defineCheck}. */
export interface Check {
  /** Says what this is. */
  readonly kind: "check";
  /** Its name. */
  readonly name: string;
  /** The key of the asset that is checked. */
  readonly asset: string;
  /** The step that runs it. */
  readonly "~step": StepDeclaration;
}

/** What the body of a check gets: the value of one partition in place of inputs. */
export type CheckContext<Value, P extends MaybePartitions, R> =
  & Omit<StepContext<Record<never, never>, P, undefined, R>, "inputs" | "report" | "each">
  & {
    /** The value of the partition that is checked. */
    readonly value: NoInfer<Value>;
  };

/** What {@linkcode defineCheck} takes. */
export interface CheckSpec<Value, P extends MaybePartitions, R> extends StepRules {
  /** The asset. */
  readonly asset: Asset<Value, P>;
  /** Letters, digits, `_` and `.`; unique among the checks of the asset. */
  readonly name: string;
  /** What it is, for people. */
  readonly description?: string;
  /** Default `"error"`. */
  readonly severity?: CheckSeverity;
  /** Whether a failure of severity `error` stops what is downstream of the asset. Default false. */
  readonly blocking?: boolean;
  /** What the body uses, by the names under which it uses it. */
  readonly resources?: R;
  /** The body. */
  readonly run: (context: CheckContext<Value, P, R>) => Awaitable<boolean | CheckResult>;
}

/**
 * Declares a check that runs as a step of its own after its asset, partition by partition.
 *
 * @example
 * ```ts
 * import { defineAsset, defineCheck } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const rows = defineAsset({ key: "rows", run: () => [1, 2] });
 * const notEmpty = defineCheck({
 *   asset: rows,
 *   name: "not_empty",
 *   blocking: true,
 *   run: ({ value }) => value.length > 0,
 * });
 * assert.equal(notEmpty["~step"].name, "rows:not_empty");
 * ```
 */
export function defineCheck<Value, P extends MaybePartitions, R extends Resources = Record<never, never>>(
  spec: CheckSpec<Value, P, R>,
): Check {
  const site = captureSite(defineCheck);
  requireSpec(spec, "defineCheck", site);
  const { asset, name } = spec;
  const declaring = { what: `The check ${show(name)}`, path: ["checks", show(name)], site };
  requireCheckedAsset(asset, declaring);
  requireText(name, "name", declaring);
  const step = openStep(
    "check",
    `${asset.key}:${name}`,
    { ...spec, partitions: asset.partitions } as never,
    site,
  );
  const mapping = asset.partitions ? identityMapping() : undefined;
  step.inputs = Object.freeze([stepInput("value", { asset, mapping }, asset.key)]);
  step.check = Object.freeze({
    asset: asset.key,
    name,
    description: spec.description,
    severity: spec.severity ?? "error",
    blocking: spec.blocking ?? false,
  });
  return Object.freeze({ kind: "check", name, asset: asset.key, "~step": Object.freeze(step) });
}
