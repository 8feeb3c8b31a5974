/** IO managers as a step by itself uses them: what it keeps is noted, and what other processes keep must be shared. */
import type { IOManager, Receipt, ValueAddress } from "../../io/manager.ts";
import type { FindManager, Kept } from "../../io/managers.ts";
import { missingValue } from "../../io/missing.ts";

/** Notes the receipts of the values that a step keeps. */
export class NotedReceipts {
  readonly #noted: Map<string, Receipt> = new Map();
  readonly #views: Map<IOManager, IOManager> = new Map();
  readonly #findManager: FindManager;
  readonly #amend: (receipt: Receipt) => Receipt;

  /** @param amend Gives the receipt that is kept in the place of one. */
  constructor(findManager: FindManager, amend: (receipt: Receipt) => Receipt) {
    this.#findManager = findManager;
    this.#amend = amend;
  }

  /** Finds managers whose receipts are noted. One that is not there is refused when it is used. */
  readonly findManager: FindManager = (asset) => {
    const manager = this.#find(asset);
    const known = this.#views.get(manager);
    if (known) return known;
    const view = this.#view(manager);
    this.#views.set(manager, view);
    return view;
  };

  /** The receipt that was kept with a value; undefined when none was kept. */
  receiptOf(asset: string, partition: string | undefined): Receipt | undefined {
    return this.#noted.get(addressKey({ asset, partition }));
  }

  #find(asset: Kept): IOManager {
    try {
      return this.#findManager(asset);
    } catch (error) {
      return absentManager(asset.io?.manager ?? "", error);
    }
  }

  #view(manager: IOManager): IOManager {
    return {
      name: manager.name,
      shared: manager.shared,
      store: async (address, value, receipt) => {
        const kept = this.#amend(receipt);
        const isEqual = await manager.store(address, value, kept);
        this.#noted.set(addressKey(address), kept);
        return isEqual;
      },
      load: async (address) => {
        if (!manager.shared && !await manager.has(address)) throw notShared(manager, address);
        return await manager.load(address);
      },
      has: (address) => manager.has(address),
      receipt: (address) => manager.receipt(address),
      remove: (address) => manager.remove(address),
      locate: (address) => manager.locate(address),
    };
  }
}

function addressKey({ asset, partition }: ValueAddress): string {
  return partition === undefined ? asset : `${asset}\n${partition}`;
}

function notShared({ name }: IOManager, address: ValueAddress): Error {
  return missingValue(
    address,
    `the IO manager ${JSON.stringify(name)} keeps values in the memory of one process, and this is another`,
    "Choose an IO manager that processes share, such as files.",
  );
}

/** Stands for a manager that cannot be had: assets that the step does not touch may name one. */
function absentManager(name: string, error: unknown): IOManager {
  const refuse = (): never => {
    throw error;
  };
  return {
    name,
    shared: true,
    store: refuse,
    load: refuse,
    has: refuse,
    receipt: refuse,
    remove: refuse,
    locate: () => undefined,
  };
}
