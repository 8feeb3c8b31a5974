/**
 * Kits for the tests of people who build on Sluice: contracts that their own parts must keep, and a clock that stands
 * still until it is told to go on.
 *
 * @module
 */
export { virtualClock } from "./clock.ts";
export type { VirtualClock } from "./clock.ts";
export { ioContract } from "./io_contract.ts";
export type { ContractCase, IOContractOptions, IOFixture } from "./io_contract.ts";
export { pluginContract } from "./plugin_contract.ts";
export type { PluginContractOptions } from "./plugin_contract.ts";
export { replay } from "./replay.ts";
export type { ReplayedRun } from "./replay.ts";
export { InvariantError } from "./simulate/contract.ts";
export type {
  DaysOptions,
  FaultKind,
  Invariant,
  PlannedFault,
  Simulation,
  SimulationOptions,
} from "./simulate/contract.ts";
export { triggerContract } from "./trigger_contract.ts";
export type { TriggerContractOptions, TriggerFixture } from "./trigger_contract.ts";
export { simulate, simulateRuns } from "./simulate/simulate.ts";
export { storeContract } from "./store_contract.ts";
export type { StoreContractOptions } from "./store_contract.ts";
export type { StoreFixture } from "./store/world.ts";
