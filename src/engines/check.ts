/** What engines are given, held to its shape before anything is opened. */
import { SluiceError } from "../model/issue.ts";
import { quote } from "../model/quote.ts";
import {
  COUNT,
  isRecord,
  nameGiven,
  RECORD,
  requireOptions,
  type Shapes,
  TEXT,
} from "../model/validate/options.ts";
import { createOrchestrator } from "../orchestrator.ts";
import type {
  DefinitionsEngine,
  EnginesOptions,
  EngineSpec,
  ExecuteOptions,
  OrchestratorEngine,
  ThreadEngine,
  ThreadEngineOptions,
} from "./contract.ts";
import { localLink, type OpenLink } from "./link.ts";
import { misfit } from "./refusals.ts";
import { STRATEGIES } from "./strategy.ts";
import { threadLink } from "./thread/link.ts";
import { isEngineThread } from "./thread/mark.ts";
import { LIMIT, NAME } from "./workflow.ts";

/** The longest wait that timers of the runtimes keep. */
export const LONGEST_MS: number = 2 ** 31 - 1;

const OPTIONS: Shapes<EnginesOptions> = Object.freeze({
  strategy: {
    is: `one of ${STRATEGIES.join(", ")}`,
    fits: (value) => STRATEGIES.some((each) => each === value),
  },
  queue: { is: "a whole number from 0", fits: (value) => Number.isInteger(value) && Number(value) >= 0 },
  channel: COUNT,
  healthMs: {
    is: "a number of milliseconds above 0",
    fits: (value) => Number.isFinite(value) && Number(value) > 0,
  },
  missedChecks: COUNT,
  clock: RECORD,
  random: RECORD,
});
const EXECUTION: Shapes<ExecuteOptions> = Object.freeze({
  signal: { is: "an AbortSignal", fits: (value) => value instanceof AbortSignal },
  timeoutMs: LIMIT,
  key: TEXT,
  correlationId: NAME,
  actor: TEXT,
  tags: {
    is: "a record of texts",
    fits: (value) => isRecord(value) && Object.values(value).every((tag) => typeof tag === "string"),
  },
});
const IDENTITY = { id: NAME, capacity: COUNT };
const BY_ORCHESTRATOR: Shapes<OrchestratorEngine> = Object.freeze({
  ...IDENTITY,
  orchestrator: { is: "an orchestrator", fits: isOrchestrator },
});
const BY_DEFINITIONS: Shapes<DefinitionsEngine> = Object.freeze({
  ...IDENTITY,
  definitions: RECORD,
  options: RECORD,
});
const BY_MODULE: Shapes<ThreadEngine> = Object.freeze({
  ...IDENTITY,
  module: {
    is: "the address of a module",
    fits: (value) => typeof value === "string" && URL.canParse(value),
  },
  options: RECORD,
});
const IN_THREAD: Shapes<ThreadEngineOptions> = Object.freeze({
  folder: TEXT,
  defaultIO: TEXT,
  concurrency: COUNT,
  maxRuns: COUNT,
  pools: RECORD,
  recovery: RECORD,
  store: { is: '"memory" or how to open a file', fits: isStorePlan },
});

/** Throws ENGINE_INVALID. */
export function checkEngines(options: EnginesOptions): void {
  requireOptions(options, OPTIONS, { what: "createEngines()", code: "ENGINE_INVALID", path: ["engines"] });
  if (!isEngineThread()) return;
  throw misfit(
    "engines",
    [],
    "A module that an engine has loaded creates engines of its own, each of which would load it again.",
    "Keep the module of the definitions free of what runs them: create engines under `if (import.meta.main)`.",
  );
}

/** Throws WORKFLOW_INVALID. */
export function checkExecution(id: unknown, options: ExecuteOptions): void {
  if (typeof id !== "string") {
    throw new SluiceError({
      code: "WORKFLOW_INVALID",
      message: `executeWorkflow() takes the id of a workflow, not ${nameGiven(id)}.`,
      path: ["workflows"],
    });
  }
  requireOptions(options, EXECUTION, {
    what: "executeWorkflow()",
    code: "WORKFLOW_INVALID",
    path: ["workflows", id],
  });
}

/**
 * Holds an engine to its shape, and says how it is reached. Nothing is opened yet.
 *
 * @throws {SluiceError} ENGINE_INVALID.
 */
export function openEngine(spec: EngineSpec): OpenLink {
  const of = {
    what: "registerEngine()",
    code: "ENGINE_INVALID",
    path: ["engines"],
    needed: ["id"],
    example: 'registerEngine({ id: "here", orchestrator: sluice })',
  } as const;
  if (!isRecord(spec)) requireOptions(spec, IDENTITY, of);
  const kinds = ["orchestrator", "definitions", "module"].filter((kind) => Object.hasOwn(spec, kind));
  if (kinds.length !== 1) {
    const given = kinds.length === 0 ? "neither" : "more than one";
    throw misfit(
      "engines",
      [String(spec.id)],
      `The engine ${quote(String(spec.id))} has ${given} of an orchestrator, definitions and a module.`,
      "Give orchestrator for one of yours, definitions for one in this thread, or module for a thread of its own.",
    );
  }
  if ("orchestrator" in spec) {
    requireOptions(spec, BY_ORCHESTRATOR, of);
    return localLink(spec.orchestrator, false);
  }
  if ("definitions" in spec) {
    requireOptions(spec, BY_DEFINITIONS, of);
    return (parts) => localLink(createOrchestrator(spec.definitions, spec.options), true)(parts);
  }
  requireOptions(spec, BY_MODULE, of);
  const { options = {} } = spec;
  requireOptions(options, IN_THREAD, { ...of, what: `The engine ${quote(spec.id)}`, needed: [] });
  return threadLink(spec.module, options);
}

function isOrchestrator(value: unknown): boolean {
  return isRecord(value) &&
    ["materialize", "runJob", "pause", "resume", "load"].every((verb) => typeof value[verb] === "function");
}

/** A store that is open lives in this thread. */
function isStorePlan(value: unknown): boolean {
  return value === "memory" || isRecord(value) && !("append" in value);
}
