/** Values in a simulated world: one memory that outlives processes, reached by each of them in its own way. */
import type { IOManager } from "../../io/manager.ts";
import { memoryIO } from "../../io/memory.ts";
import { SluiceError } from "../../model/issue.ts";
import type { Definitions } from "../../model/definitions.ts";
import { chance } from "./chance.ts";
import type { Faults } from "./faults.ts";
import type { Life } from "./life.ts";

/** The name of the manager for assets that name none. */
export const DEFAULT_IO = "files";

/** Keeps values. */
export class SharedValues {
  readonly #names: readonly string[];
  readonly #kept: Map<string, IOManager> = new Map();
  readonly #faults: Faults;
  /** Whether values are kept at once, as in memory, or after a wait that may end badly. */
  readonly #isPlain: boolean;

  constructor(definitions: Definitions, seed: number, faults: Faults) {
    this.#names = [...new Set([DEFAULT_IO, ...definitions.assets.flatMap(({ io }) => io?.manager ?? [])])];
    for (const name of this.#names) this.#kept.set(name, memoryIO({ name }));
    this.#faults = faults;
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
        ask(`${address.asset} could not be kept`, () => kept.store(address, value, receipt)),
      load: (address) => ask(`${address.asset} could not be loaded`, () => kept.load(address)),
      has: (address) => kept.has(address),
      receipt: (address) => kept.receipt(address),
      remove: (address) => kept.remove(address),
      locate: () => undefined,
    };
  }
}

function failed(what: string): SluiceError {
  return new SluiceError({ code: "IO_FAILED", message: `Simulated: ${what}.`, path: ["io"] });
}
