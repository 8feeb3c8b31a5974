/**
 * Kits for the tests of people who build on Sluice: contracts that their own parts must keep.
 *
 * @module
 */
export { ioContract } from "./io_contract.ts";
export type { ContractCase, IOContractOptions, IOFixture } from "./io_contract.ts";
