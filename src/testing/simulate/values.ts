/** Values in a simulated world: one memory that outlives processes, reached by each of them in its own way. */
import type { IOManager, ValueAddress } from "../../io/manager.ts";
import { memoryIO } from "../../io/memory.ts";
import { SluiceError } from "../../model/issue.ts";
import type { Definitions } from "../../model/definitions.ts";
import { chance } from "./chance.ts";
import { InvariantError } from "./contract.ts";
import type { Faults } from "./faults.ts";
import type { Guards } from "./guards.ts";
import type { Life } from "./life.ts";

/** The name of the manager for assets that name none. */
export const DEFAULT_IO = "files";

/** Keeps values. */
export class SharedValues {
  readonly #names: readonly string[];
  readonly #kept: Map<string, IOManager> = new Map();
  readonly #faults: Faults;
  readonly #guards: Guards;
  readonly #broken: (error: InvariantError) => void;
  /** The number of the process whose value is there, by address. */
  readonly #keepers: Map<string, number> = new Map();
  /** Whether values are kept at once, as in memory, or after a wait that may end badly. */
  readonly #isPlain: boolean;

  /** @param broken Hears that a rule does not hold. */
  constructor(
    definitions: Definitions,
    seed: number,
    faults: Faults,
    guards: Guards,
    broken: (error: InvariantError) => void,
  ) {
    this.#names = [...new Set([DEFAULT_IO, ...definitions.assets.flatMap(({ io }) => io?.manager ?? [])])];
    for (const name of this.#names) this.#kept.set(name, memoryIO({ name }));
    this.#faults = faults;
    this.#guards = guards;
    this.#broken = broken;
    this.#isPlain = chance(seed, "values") < 0.5;
  }

  /** The managers as a process has them: one for each name that an asset uses. */
  open(life: Life): readonly IOManager[] {
    return this.#names.map((name) => {
      const kept = this.#kept.get(name) as IOManager;
      const view: IOManager = this.#isPlain ? kept : this.#view(kept, life);
      return { ...view, configure: () => view };
    });
  }

  #view(kept: IOManager, life: Life): IOManager {
    const ask = async <T>(what: string, work: () => T | PromiseLike<T>): Promise<T> => {
      await life.alive();
      if (this.#faults.strikes("value")) throw failed(what);
      const answer = await work();
      await life.alive();
      return answer;
    };
    return {
      name: kept.name,
      shared: true,
      store: (address, value, receipt) =>
        ask(`${address.asset} could not be kept`, async () => {
          this.#guards.value(receipt.fence, (await kept.receipt(address))?.fence);
          this.#note(address, life);
          return kept.store(address, value, receipt);
        }),
      load: (address) => ask(`${address.asset} could not be loaded`, () => kept.load(address)),
      has: (address) => kept.has(address),
      receipt: (address) => kept.receipt(address),
      remove: (address) =>
        ask(`${address.asset} could not be removed`, () => {
          // Its receipt goes with it: what comes late then is not told apart.
          this.#keepers.delete(nameOf(address));
          return kept.remove(address);
        }),
      locate: () => undefined,
    };
  }

  /** A value of a process that was followed by another one may come late, and then does not replace that one's. */
  #note(where: ValueAddress, life: Life): void {
    const address = nameOf(where);
    const before = this.#keepers.get(address) ?? 0;
    if (before > life.number) {
      const what = `process ${life.number} has replaced the value of ${address} that process ${before} kept`;
      this.#broken(new InvariantError("I1", what));
    }
    this.#keepers.set(address, life.number);
  }
}

function nameOf({ asset, partition }: ValueAddress): string {
  return `${asset} ${partition ?? ""}`;
}

function failed(what: string): SluiceError {
  return new SluiceError({ code: "IO_FAILED", message: `Simulated: ${what}.`, path: ["io"] });
}
