/** Resources: things a body needs that are opened once per run and closed at its end. */
import { SluiceError } from "../issue.ts";
import { type BreakerPolicy, requireBreaker } from "../gates/breaker.ts";
import {
  ANYTHING,
  FUNCTION,
  isRecord,
  nameGiven,
  requireOptions,
  type Shapes,
  TEXT,
} from "../validate/options.ts";
import { show } from "../quote.ts";
import type { RevealSecret } from "./secret.ts";

/** What a resource's setup is told. */
export interface ResourceContext {
  /** Aborted when the run is canceled. */
  readonly signal: AbortSignal;
  /** Gives the value of a secret. Throws SECRET_MISSING when the environment does not have it. */
  readonly reveal: RevealSecret;
}

/** A handle to something a body uses (a client, a connection); made by {@linkcode defineResource}. */
export interface Resource<out T = unknown> {
  /** Says what this is. */
  readonly kind: "resource";
  /** Its name. */
  readonly name: string;
  /** Opens what the body gets. */
  readonly setup: (context: ResourceContext) => T | Promise<T>;
  /** Closes it again. */
  readonly teardown: (value: never) => void | Promise<void>;
  /** What stops the steps that use it when they fail too often; undefined without one. */
  readonly breaker?: BreakerPolicy | undefined;
}

/** A resource together with the value that stands in for it; made by {@linkcode override}. */
export interface ResourceOverride {
  /** The resource that is replaced. */
  readonly resource: Resource;
  /** The value. */
  readonly value: unknown;
}

const SPEC: Shapes<Omit<Resource, "kind">> = Object.freeze({
  name: TEXT,
  setup: FUNCTION,
  teardown: FUNCTION,
  breaker: ANYTHING,
});

/** The resources of a body by the name under which it uses them. */
export type Resources = { readonly [name: string]: Resource };

/**
 * Declares a resource. `setup` runs once per run, before the first step that needs it; `teardown` runs when the
 * run ends, also after a failure.
 *
 * @typeParam T What the body gets.
 * @example
 * ```ts
 * import { defineAsset, defineResource, materialize, override } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const greeter = defineResource({ name: "greeter", setup: () => ({ greet: (): string => "hello" }) });
 * const hello = defineAsset({
 *   key: "hello",
 *   resources: { greeter },
 *   run: ({ resources }) => resources.greeter.greet(),
 * });
 *
 * const result = await materialize(hello, { resources: [override(greeter, { greet: () => "hi" })] });
 * assert.equal(result.value, "hi");
 * ```
 */
export function defineResource<T>(spec: {
  readonly name: string;
  readonly setup: (context: ResourceContext) => T | Promise<T>;
  readonly teardown?: (value: NoInfer<T>) => void | Promise<void>;
  /** Stops the steps of all runs that use it when they fail too often: see docs/runs/concurrency.md. Default none. */
  readonly breaker?: BreakerPolicy;
}): Resource<T> {
  requireResource(spec);
  const path = ["resources", spec.name, "breaker"];
  if (spec.breaker !== undefined) requireBreaker(spec.breaker, `the resource ${spec.name}`, path);
  return Object.freeze({
    kind: "resource",
    name: spec.name,
    setup: spec.setup,
    teardown: (spec.teardown ?? noTeardown) as (value: never) => void | Promise<void>,
    breaker: spec.breaker && Object.freeze({ ...spec.breaker }),
  });
}

function requireResource(spec: { readonly name: unknown; readonly setup: unknown } | undefined): void {
  const path = ["resources", show(spec?.name)];
  const example = 'defineResource({ name: "db", setup: () => connect() })';
  if (typeof spec?.name !== "string" || typeof spec.setup !== "function") {
    throw new SluiceError({
      code: "DEFINITION_INVALID",
      message: "defineResource() needs a name, and a function as setup.",
      path,
      hint: `Write ${example}.`,
    });
  }
  requireOptions(spec, SPEC, { what: "defineResource()", code: "DEFINITION_INVALID", path, example });
}

function noTeardown(): void {}

/**
 * Puts a value in the place of a resource, for a test or one orchestrator. Its teardown is not called.
 *
 * @example
 * ```ts
 * import { defineResource, override } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const clock = defineResource({ name: "clock", setup: () => new Date() });
 * assert.equal(override(clock, new Date(0)).resource, clock);
 * ```
 */
export function override<T>(resource: Resource<T>, value: NoInfer<T>): ResourceOverride {
  if (isRecord(resource) && resource.kind === "resource") return Object.freeze({ resource, value });
  throw new SluiceError({
    code: "DEFINITION_INVALID",
    message: `override() takes what defineResource() gives, not ${nameGiven(resource)}.`,
    path: ["resources"],
    hint: "Write override(database, fake).",
  });
}
