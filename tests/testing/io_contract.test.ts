import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import type { IOManager, Receipt, ValueAddress } from "../../src/io/manager.ts";
import { memoryIO } from "../../src/io/memory.ts";
import { ioContract } from "../../src/testing/io_contract.ts";

/** Managers with one defect each, and the case of the contract that must find it. */
const defects: readonly { readonly manager: () => IOManager; readonly foundBy: string }[] = [
  {
    foundBy: "gives back JSON values as they were",
    manager: () => damaged({ load: (value) => trimmed(value) }),
  },
  {
    foundBy: "keeps partitions apart",
    manager: () => renamed(({ asset }) => ({ asset, partition: undefined })),
  },
  { foundBy: "replaces a value", manager: () => keepsFirst() },
  { foundBy: "says what is missing", manager: () => damaged({ missing: () => undefined }) },
  { foundBy: "keeps hostile keys apart", manager: () => renamed(lowerCase) },
  { foundBy: "keeps hostile keys apart", manager: () => renamed(oneUnicodeForm) },
  { foundBy: "keeps hostile keys apart", manager: () => renamed(cutAt(199)) },
  { foundBy: "removes one value", manager: () => ({ ...memoryIO(), remove: () => {} }) },
  { foundBy: "removes one value", manager: () => removesAll() },
  {
    foundBy: "gives receipts back whole",
    manager: () => damaged({ receipt: ({ codeVersion: _, ...rest }) => rest }),
  },
  { foundBy: "tells when a value does not come back", manager: () => damaged({ load: throughJson }) },
  { foundBy: "keeps the old value when", manager: () => damaged({ store: throughJson }) },
  { foundBy: "ends up with one whole value", manager: () => lateReceipts() },
  { foundBy: "shows readers whole values", manager: () => storesInHalves() },
  { foundBy: "locates each value", manager: () => ({ ...memoryIO(), locate: ({ asset }) => asset }) },
  { foundBy: "shows other processes", manager: () => ({ ...memoryIO(), shared: true }) },
];

describe("ioContract", () => {
  for (const [index, { manager, foundBy }] of defects.entries()) {
    test(`defect ${index} fails the case "${foundBy}..."`, async () => {
      const open = () => ({ manager: manager(), reopen: () => memoryIO() });
      const found = ioContract({ name: "broken", open }).find(({ name }) =>
        name.startsWith(`broken: ${foundBy}`)
      );
      assert.ok(found);
      await assert.rejects(found.run());
    });
  }

  test("closes the fixture of each case, also of one that fails", async () => {
    let closed = 0;
    const open = () => ({ manager: keepsFirst(), close: () => void closed++ });
    const cases = ioContract({ name: "closing", open });
    await Promise.allSettled(cases.map(({ run }) => run()));
    assert.equal(closed, cases.length);
  });
});

interface Damage {
  readonly load?: (value: unknown) => unknown;
  readonly store?: (value: unknown) => unknown;
  readonly receipt?: (receipt: Receipt) => unknown;
  readonly missing?: () => unknown;
}

/** A memory manager that changes what passes through it. */
function damaged({ load, store, receipt, missing }: Damage): IOManager {
  const inner = memoryIO();
  return {
    ...inner,
    store: (address, value, slip) => inner.store(address, store ? store(value) : value, slip),
    load: (address) => {
      if (missing && !inner.has(address)) return missing();
      const value = inner.load(address);
      return load ? load(value) : value;
    },
    receipt: (address) => {
      const found = inner.receipt(address);
      return found && receipt ? receipt(found) as Receipt : found;
    },
  };
}

function trimmed(value: unknown): unknown {
  return typeof value === "string" ? value.trim() : value;
}

function throughJson(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : JSON.parse(text);
}

/** A memory manager that knows values by other addresses than it is given. */
function renamed(rename: (address: ValueAddress) => ValueAddress): IOManager {
  const inner = memoryIO();
  return {
    ...inner,
    store: (address, value, receipt) => inner.store(rename(address), value, receipt),
    load: (address) => inner.load(rename(address)),
    has: (address) => inner.has(rename(address)),
    receipt: (address) => inner.receipt(rename(address)),
    remove: (address) => inner.remove(rename(address)),
  };
}

function lowerCase({ asset, partition }: ValueAddress): ValueAddress {
  return { asset: asset.toLowerCase(), partition };
}

function oneUnicodeForm({ asset, partition }: ValueAddress): ValueAddress {
  return { asset, partition: partition?.normalize("NFC") };
}

function cutAt(length: number): (address: ValueAddress) => ValueAddress {
  return ({ asset, partition }) => ({ asset: asset.slice(0, length), partition });
}

function keepsFirst(): IOManager {
  const inner = memoryIO();
  return {
    ...inner,
    store: (address, value, receipt) => inner.has(address) ? undefined : inner.store(address, value, receipt),
  };
}

function removesAll(): IOManager {
  const inner = memoryIO();
  return { ...inner, remove: () => inner.clear() };
}

/** Values and receipts end up in opposite orders. */
function lateReceipts(): IOManager {
  const inner = memoryIO();
  const first = new Map<string, Receipt>();
  return {
    ...inner,
    store: (address, value, receipt) => {
      if (!first.has(address.asset)) first.set(address.asset, receipt);
      inner.store(address, value, first.get(address.asset));
    },
  };
}

function storesInHalves(): IOManager {
  const inner = memoryIO();
  return {
    ...inner,
    store: async (address, value, receipt) => {
      const { version, rows } = value as { version: number; rows: number[] };
      inner.store(address, { version, rows: rows.slice(1) }, receipt);
      await new Promise((resolve) => setTimeout(resolve, 1));
      inner.store(address, value, receipt);
    },
  };
}
