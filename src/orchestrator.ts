/** The live object: definitions, a store, IO managers and the run loop wired together; owns start and stop. */
export type { Orchestrator, OrchestratorOptions } from "./orchestrator/contract.ts";
