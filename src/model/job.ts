/** Jobs: a named selection with config and tags. */
import type { Asset } from "./assets/declaration.ts";
import type { Compensate } from "./step/compensate.ts";
import type { RunHooks } from "./step/hooks.ts";
import { RUN_HOOKS } from "./validate/known.ts";
import { requireFields, requireJobFields, requireKnown, requireSpec, requireText } from "./validate/shape.ts";
import { requirePriority, requireRunConcurrency, type RunConcurrency } from "./gates/concurrency.ts";
import { captureSite, type Site } from "./assets/site.ts";
import { namesOf } from "./validate/options.ts";
import { show } from "./quote.ts";

/** What is to be run: a selection text, assets, or several of both (their union). */
export type Selection = string | Asset | readonly (string | Asset)[];

/** Config by step name; each value is validated by the step's schema. */
export type RunConfig = { readonly [step: string]: unknown };

/** A declared job; made by {@linkcode defineJob}. */
export interface Job {
  /** Says what this is. */
  readonly kind: "job";
  /** Its name. */
  readonly name: string;
  /** What it runs. */
  readonly selection: Selection;
  /** What it is, for people. */
  readonly description: string | undefined;
  /** Config by step name. */
  readonly config: RunConfig;
  /** Values by name, for selections and views. */
  readonly tags: { readonly [name: string]: string };
  /** What is called for its runs, and for every step of them; undefined for nothing. */
  readonly hooks: RunHooks | undefined;
  /** Of its runs, over all runs. */
  readonly priority: number;
  /** What limits its runs; undefined for nothing. */
  readonly concurrency: RunConcurrency | undefined;
  /** Whether its runs undo what they have made when they end badly; undefined for what the run says. */
  readonly compensate: Compensate | undefined;
  /** Where it was declared. */
  readonly site: Site;
}

const KNOWN = namesOf<Omit<Job, "kind" | "site">>()({
  name: true,
  selection: true,
  description: true,
  config: true,
  tags: true,
  hooks: true,
  priority: true,
  concurrency: true,
  compensate: true,
});

/**
 * Declares a job.
 *
 * @example
 * ```ts
 * import { defineAsset, defineJob } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "raw/orders", run: () => [] });
 * const nightly = defineJob({ name: "nightly", selection: [orders, "group:mart"], tags: { team: "data" } });
 * assert.equal(nightly.name, "nightly");
 * ```
 */
export function defineJob(spec: {
  /** Letters, digits and `_`. */
  readonly name: string;
  readonly selection: Selection;
  readonly description?: string;
  readonly config?: RunConfig;
  readonly tags?: { readonly [name: string]: string };
  /** What is called for its runs, and for every step of them. Default: nothing. */
  readonly hooks?: RunHooks;
  /** Runs with a higher number are served first, over all runs of the process. Default 0. */
  readonly priority?: number;
  /** How many steps of a run, and how many runs of one key, may be under way at once. Default: no limit of its own. */
  readonly concurrency?: RunConcurrency;
  /** Whether its runs undo what they have made when they fail; `"always"` also when they are canceled. Default true. */
  readonly compensate?: Compensate;
}): Job {
  const site = captureSite(defineJob);
  requireSpec(spec, "defineJob", site);
  const path = ["jobs", show(spec.name)];
  const declaring = { what: `The job ${show(spec.name)}`, path, site };
  requireText(spec.name, "name", declaring);
  requireKnown(spec, KNOWN, "", declaring);
  requireFields({ tags: spec.tags, description: spec.description }, "described", declaring);
  requireJobFields(spec, declaring);
  if (spec.concurrency !== undefined) {
    requireRunConcurrency(spec.concurrency, `The job ${show(spec.name)}`, path);
  }
  if (spec.priority !== undefined) requirePriority(spec.priority, path);
  if (spec.hooks) requireKnown(spec.hooks, RUN_HOOKS, "hooks", declaring);
  return Object.freeze({
    kind: "job",
    name: spec.name,
    selection: spec.selection,
    description: spec.description,
    config: Object.freeze({ ...spec.config }),
    tags: Object.freeze({ ...spec.tags }),
    priority: spec.priority ?? 0,
    concurrency: spec.concurrency && Object.freeze({ ...spec.concurrency }),
    hooks: spec.hooks && Object.freeze({ ...spec.hooks }),
    compensate: spec.compensate,
    site,
  });
}
