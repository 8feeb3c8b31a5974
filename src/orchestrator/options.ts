/** What an orchestrator and its runs are given, held to its shape before anything is opened or recorded. */
import { isBy } from "../model/audit/audit.ts";
import { type PoolOptions, requireBreaker } from "../model/gates/breaker.ts";
import { requirePriority, requireRunConcurrency } from "../model/gates/concurrency.ts";
import { SluiceError } from "../model/issue.ts";
import { areHooks, HOOKS_ARE } from "../model/validate/hooks.ts";
import { COMPENSATE_IS, isCompensate } from "../model/step/compensate.ts";
import { RUN_HOOKS } from "../model/validate/known.ts";
import { namesOf, refuseUnknown } from "../model/validate/options.ts";
import { nameType, quote } from "../model/quote.ts";
import {
  DURATION,
  type Fields,
  FILLED,
  FLAG,
  FUNCTION,
  isRecord,
  objectWith,
  oneOf,
  requireFields,
  TEXT,
  TEXTS,
} from "./arguments.ts";
import type { OrchestratorOptions } from "./contract.ts";
import { RUN_FIELDS } from "./fields.ts";

const OPTION_FIELDS = {
  folder: FILLED,
  defaultIO: TEXT,
  clock: objectWith("now", "after"),
  random: objectWith("next"),
  mask: objectWith("conceal", "apply", "nameOf", "stream"),
};

const ISOLATION_FIELDS = {
  module: FILLED,
  command: TEXTS,
  graceMs: DURATION,
  heartbeatMs: DURATION,
  workerHeapMb: DURATION,
};

const RECOVERY_FIELDS = { onStart: FLAG };
const RECOVERY = { ...RECOVERY_FIELDS, maxRecoveries: true };

const STORE_FIELDS = {
  path: FILLED,
  durability: oneOf("full", "normal"),
  events: oneOf("packed", "rows"),
  thread: FLAG,
  readonly: FLAG,
  shared: FLAG,
  lockWaitMs: DURATION,
  onWarning: FUNCTION,
};

const OPTIONS = namesOf<OrchestratorOptions>()({
  folder: true,
  store: true,
  io: true,
  defaultIO: true,
  resources: true,
  pools: true,
  concurrency: true,
  maxRuns: true,
  isolation: true,
  hooks: true,
  recovery: true,
  triggers: true,
  clock: true,
  random: true,
  mask: true,
  by: true,
});

const POOL = namesOf<PoolOptions>()({ slots: true, breaker: true });

const ISOLATION = { ...ISOLATION_FIELDS, workers: true, tasksPerWorker: true };

/**
 * Refuses definitions and options that cannot be worked with.
 *
 * @throws {SluiceError} DEFINITION_INVALID, or POLICY_INVALID for a limit that would let nothing run.
 */
export function checkOptions(definitions: unknown, options: unknown): void {
  if (!isRecord(definitions) || definitions.kind !== "definitions") {
    throw misfit(
      [],
      "An orchestrator needs what definitions() gives",
      definitions,
      "definitions({ assets })",
    );
  }
  if (!isRecord(options)) throw misfit([], "An orchestrator takes a record of options", options, "{}");
  refuseUnknown(options, OPTIONS, { what: "createOrchestrator()", code: "DEFINITION_INVALID" });
  requireFields("the options", [], options, OPTION_FIELDS);
  const { store, io, resources, pools, concurrency, maxRuns, hooks, isolation = {} } = options;
  if (!isRecord(isolation)) {
    throw misfit(["isolation"], "Isolation is a record of settings", isolation, "isolation: { workers: 2 }");
  }
  refuseUnknown(isolation, ISOLATION, { what: "Isolation", code: "DEFINITION_INVALID", path: ["isolation"] });
  requireFields("the settings of isolation", ["isolation"], isolation, ISOLATION_FIELDS);
  checkLimit(isolation.workers, ["isolation", "workers"]);
  checkLimit(isolation.tasksPerWorker, ["isolation", "tasksPerWorker"]);
  checkRecovery(options.recovery);
  if (store !== undefined && store !== "memory" && !isRecord(store)) {
    throw misfit(["store"], 'The store is "memory", a store, or options of a file', store, 'store: "memory"');
  }
  if (isRecord(store) && !("append" in store)) {
    refuseUnknown(store, STORE_FIELDS, { what: "The store", code: "DEFINITION_INVALID", path: ["store"] });
    requireFields("the options of the store", ["store"], store, STORE_FIELDS);
  }
  if (hooks !== undefined) checkHooks(hooks);
  if (options.triggers !== undefined) checkTriggers(options.triggers);
  if (io !== undefined && !(Array.isArray(io) && io.every(isManager))) {
    throw misfit(
      ["io"],
      "IO managers are a list of objects with a name, store() and load()",
      io,
      "io: [manager]",
    );
  }
  if (resources !== undefined && !(Array.isArray(resources) && resources.every(isOverride))) {
    const needs = "Resources are a list of what override() gives";
    throw misfit(["resources"], needs, resources, "resources: [override(db, fake)]");
  }
  if (pools !== undefined && !isRecord(pools)) {
    throw misfit(["pools"], "Pools are a record of limits by name", pools, "pools: { warehouse: 4 }");
  }
  for (const [name, pool] of Object.entries(pools ?? {})) checkPool(name, pool);
  checkLimit(concurrency, ["concurrency"]);
  checkLimit(maxRuns, ["maxRuns"]);
  if (options.by !== undefined) requireBy(options.by);
}

function checkTriggers(triggers: unknown): void {
  if (!Array.isArray(triggers) || !triggers.every(isTrigger)) {
    throw misfit(
      ["triggers"],
      "Triggers are a list of objects with an id, a type, start() and stop()",
      triggers,
      "triggers: [trigger]",
    );
  }
  const twice = triggers.find(({ id }, at) => triggers.findIndex((each) => each.id === id) !== at);
  if (!twice) return;
  throw new SluiceError({
    code: "DEFINITION_INVALID",
    message: `Two triggers have the id ${quote(twice.id)}.`,
    path: ["triggers", twice.id],
    hint: "Give each an id of its own: ticks and cursors are kept by it.",
  });
}

function isTrigger(value: unknown): value is { readonly id: string } {
  return isRecord(value) && [value.id, value.type].every((text) => typeof text === "string" && text !== "") &&
    [value.start, value.stop].every((each) => typeof each === "function");
}

function checkHooks(hooks: unknown): void {
  if (!isRecord(hooks) || !areHooks(hooks)) {
    throw misfit(["hooks"], `Hooks are ${HOOKS_ARE}`, hooks, "hooks: { onFailure: (fact) => ... }");
  }
  refuseUnknown(hooks, RUN_HOOKS, { what: "hooks", code: "DEFINITION_INVALID", path: ["hooks"], of: "hook" });
}

function checkPool(name: string, pool: unknown): void {
  const path = ["pools", name];
  if (!isRecord(pool)) return checkLimit(pool, path);
  refuseUnknown(pool, POOL, { what: `The pool ${name}`, code: "DEFINITION_INVALID", path });
  checkLimit(pool.slots, [...path, "slots"]);
  if (pool.breaker !== undefined) requireBreaker(pool.breaker, `the pool ${name}`, [...path, "breaker"]);
}

function checkRecovery(recovery: unknown = {}): void {
  if (!isRecord(recovery)) {
    throw misfit(["recovery"], "Recovery is a record of settings", recovery, "recovery: { onStart: true }");
  }
  refuseUnknown(recovery, RECOVERY, { what: "Recovery", code: "DEFINITION_INVALID", path: ["recovery"] });
  requireFields("the settings of recovery", ["recovery"], recovery, RECOVERY_FIELDS);
  checkLimit(recovery.maxRecoveries, ["recovery", "maxRecoveries"]);
}

/** Refuses options of a run that are not among the fields, or cannot be worked with. */
export function checkRunOptions(options: unknown, fields: Fields = RUN_FIELDS, what: string = "A run"): void {
  if (!isRecord(options)) throw misfit([], "A run takes a record of options", options, "{}");
  refuseUnknown(options, fields, { what, code: "DEFINITION_INVALID" });
  const { config, tags, concurrency, signal, priority, compensate, by } = options;
  if (by !== undefined) requireBy(by);
  if (config !== undefined && !isRecord(config)) {
    throw misfit(["config"], "Config is a record by step name", config, "config: { orders: { limit: 5 } }");
  }
  if (
    tags !== undefined && !(isRecord(tags) && Object.values(tags).every((tag) => typeof tag === "string"))
  ) {
    throw misfit(["tags"], "Tags are a record of texts by name", tags, 'tags: { by: "nightly" }');
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw misfit(["signal"], "The signal is an AbortSignal", signal, "signal: controller.signal");
  }
  if (priority !== undefined) requirePriority(priority, []);
  if (isRecord(concurrency)) return requireRunConcurrency(concurrency, what, []);
  checkLimit(concurrency, ["concurrency"]);
  if (compensate !== undefined && !isCompensate(compensate)) {
    throw misfit(["compensate"], `compensate is ${COMPENSATE_IS}`, compensate, "compensate: false");
  }
}

function requireBy(by: unknown): void {
  if (isBy(by)) return;
  throw misfit(["by"], "by says who acts", by, 'by: { actor: "ada", via: "api" }');
}

/** A limit below 1 would let nothing run, and the caller would wait for ever. */
function checkLimit(limit: unknown, path: readonly string[]): void {
  if (limit === undefined || limit === Infinity || (Number.isInteger(limit) && Number(limit) >= 1)) return;
  throw new SluiceError({
    code: "POLICY_INVALID",
    message: `${path.join(".")} must be a whole number from 1, not ${
      typeof limit === "number" ? limit : nameType(limit)
    }.`,
    path,
    hint: "Leave it out for no limit of its own.",
  });
}

function isManager(value: unknown): boolean {
  return isRecord(value) && typeof value.name === "string" &&
    [value.store, value.load].every((each) => typeof each === "function");
}

function isOverride(value: unknown): boolean {
  return isRecord(value) && isRecord(value.resource) && "value" in value;
}

function misfit(path: readonly string[], needs: string, value: unknown, example: string): SluiceError {
  const given = Array.isArray(value) ? "a list" : nameType(value);
  return new SluiceError({
    code: "DEFINITION_INVALID",
    message: `${needs}, not ${given}.`,
    path,
    hint: `Write ${example}.`,
  });
}
