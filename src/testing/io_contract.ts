/** What every IO manager must do, as cases for any test runner. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { Awaitable } from "../model/assets/result.ts";
import type { IOManager, Receipt, ValueAddress } from "../io/manager.ts";
import { hostileAddresses } from "./hostile_keys.ts";

/** One manager over storage of its own. */
export interface IOFixture {
  /** The manager, without any value. */
  readonly manager: IOManager;
  /** Opens a second manager over the same storage, as another process would. Asked for where `shared` is true. */
  readonly reopen?: () => Awaitable<IOManager>;
  /** Removes the storage. */
  readonly close?: () => Awaitable<void>;
}

/** The manager to be held to the contract. It must keep any JSON value. */
export interface IOContractOptions {
  /** Stands before the names of the cases. */
  readonly name: string;
  /** Gives a fixture without any value; called once for each case. */
  readonly open: () => Awaitable<IOFixture>;
}

/** One thing that must hold. Throws an AssertionError when it does not. */
export interface ContractCase {
  /** What must hold. */
  readonly name: string;
  /** Tries it. */
  readonly run: () => Promise<void>;
}

type Check = (fixture: IOFixture) => Promise<void>;

/**
 * The contract of an IO manager as named cases, independent of each other and of any test runner.
 *
 * @example
 * ```ts
 * import { memoryIO } from "sluice";
 * import { ioContract } from "sluice/testing";
 *
 * const cases = ioContract({ name: "memory", open: () => ({ manager: memoryIO() }) });
 * for (const { run } of cases) await run();
 * ```
 */
export function ioContract({ name, open }: IOContractOptions): readonly ContractCase[] {
  return Object.entries(CHECKS).map(([title, check]) => ({
    name: `${name}: ${title}`,
    run: async () => {
      const fixture = await open();
      try {
        await check(fixture);
      } finally {
        await fixture.close?.();
      }
    },
  }));
}

const CHECKS: { readonly [title: string]: Check } = {
  "gives back JSON values as they were": givesBack,
  "keeps partitions apart, and a value without any": keepsApart,
  "replaces a value and its receipt": replaces,
  "says what is missing": saysWhatIsMissing,
  "keeps hostile keys apart": keepsHostileKeys,
  "removes one value with its receipt": removes,
  "gives receipts back whole": givesReceipts,
  "tells when a value does not come back equal": tellsChanges,
  "keeps the old value when a new one is refused": keepsOldValue,
  "ends up with one whole value when many write at once": writesAtOnce,
  "shows readers whole values while they are replaced": readsWhileWriting,
  "locates each value at a place of its own": locates,
  "shows other processes what it keeps, if it is shared": shares,
};

const ONE: ValueAddress = { asset: "raw/orders", partition: "2026-01-01" };
const OTHER: ValueAddress = { asset: "raw/orders", partition: "2026-01-02" };
const WHOLE: ValueAddress = { asset: "raw/orders", partition: undefined };

function receiptOf(address: ValueAddress, dataVersion: string): Receipt {
  const { asset, partition } = address;
  const metadata = { rows: 3, source: { path: "in.csv", ok: true } };
  return {
    version: 1,
    asset,
    partition,
    runId: "run-1",
    atMs: 1_700_000_000_123,
    dataVersion,
    codeVersion: "2",
    metadata,
  };
}

async function keep(
  { manager }: IOFixture,
  address: ValueAddress,
  value: unknown,
  version = "v1",
): Promise<void> {
  await manager.store(address, value, receiptOf(address, version));
}

async function givesBack(fixture: IOFixture): Promise<void> {
  const values: unknown[] = [
    null,
    false,
    0,
    -1.5e300,
    "",
    " padded ",
    "line\nline\u2028\0 \ud83d\ude00 \ud800",
    [],
    {},
    [[1, [2]], { a: { b: [null] } }],
    JSON.parse('{"__proto__": {"x": 1}, "constructor": 2, "": 3, "10": 4}'),
    "x".repeat(1_000_000),
    Array.from({ length: 20_000 }, (_, id) => ({ id, name: `n${id}`, tags: ["a", "b"] })),
  ];
  for (const value of values) {
    await keep(fixture, ONE, value);
    assert.deepStrictEqual(await fixture.manager.load(ONE), value);
  }
}

async function keepsApart(fixture: IOFixture): Promise<void> {
  const addresses = [ONE, OTHER, WHOLE, { asset: "raw", partition: "orders" }, {
    asset: "raw",
    partition: undefined,
  }];
  for (const [index, address] of addresses.entries()) await keep(fixture, address, { index });
  for (const [index, address] of addresses.entries()) {
    assert.deepStrictEqual(await fixture.manager.load(address), { index });
    assert.equal(await fixture.manager.has(address), true);
  }
}

async function replaces(fixture: IOFixture): Promise<void> {
  await keep(fixture, ONE, { long: "x".repeat(10_000) }, "v1");
  await keep(fixture, ONE, { short: 1 }, "v2");
  assert.deepStrictEqual(await fixture.manager.load(ONE), { short: 1 });
  assert.equal((await fixture.manager.receipt(ONE))?.dataVersion, "v2");
}

async function saysWhatIsMissing(fixture: IOFixture): Promise<void> {
  const { manager } = fixture;
  for (const address of [ONE, WHOLE]) {
    assert.equal(await manager.has(address), false);
    assert.equal(await manager.receipt(address), undefined);
    await manager.remove(address);
    const error = await failureOf(() => manager.load(address));
    assert.equal(error.code, "VALUE_MISSING");
    assert.ok(error.message.includes("raw/orders"), error.message);
    assert.ok(error.message.includes(address.partition ?? ""), error.message);
  }
}

async function keepsHostileKeys(fixture: IOFixture): Promise<void> {
  const { manager } = fixture;
  const addresses = hostileAddresses();
  await Promise.all(
    addresses.map((address) => keep(fixture, address, address.asset + "\n" + address.partition)),
  );
  for (const address of addresses) {
    const shown = JSON.stringify(address);
    assert.equal(await manager.load(address), address.asset + "\n" + address.partition, shown);
    assert.equal((await manager.receipt(address))?.partition, address.partition, shown);
  }
  for (const [index, address] of addresses.entries()) if (index % 2 === 0) await manager.remove(address);
  for (const [index, address] of addresses.entries()) {
    assert.equal(await manager.has(address), index % 2 === 1, JSON.stringify(address));
  }
}

async function removes(fixture: IOFixture): Promise<void> {
  const { manager } = fixture;
  for (const address of [ONE, OTHER, WHOLE]) await keep(fixture, address, address.partition ?? "whole");
  await manager.remove(ONE);
  assert.equal(await manager.has(ONE), false);
  assert.equal(await manager.receipt(ONE), undefined);
  assert.equal((await failureOf(() => manager.load(ONE))).code, "VALUE_MISSING");
  assert.equal(await manager.load(OTHER), OTHER.partition);
  await manager.remove(OTHER);
  assert.equal(await manager.load(WHOLE), "whole");
  await manager.remove(WHOLE);
  await keep(fixture, ONE, "again", "v2");
  assert.equal(await manager.load(ONE), "again");
}

async function givesReceipts(fixture: IOFixture): Promise<void> {
  const { manager } = fixture;
  for (const address of [ONE, WHOLE]) {
    const full = receiptOf(address, "v1");
    await manager.store(address, 1, full);
    assert.deepStrictEqual(await manager.receipt(address), full);
    const bare = { ...full, codeVersion: undefined, metadata: undefined };
    await manager.store(address, 2, bare);
    assert.deepStrictEqual(await manager.receipt(address), bare);
  }
}

async function tellsChanges(fixture: IOFixture): Promise<void> {
  const { manager } = fixture;
  const values = [new Date(0), { when: new Date(0) }, { a: undefined }, [-0], new URL("http://localhost/"), [
    1,
    "a",
  ]];
  for (const value of values) {
    let isEqual: boolean | void;
    try {
      isEqual = await manager.store(ONE, value, receiptOf(ONE, "v1"));
    } catch (error) {
      assert.equal(codeOf(error), "VALUE_INVALID");
      continue;
    }
    if (isEqual !== false) assert.deepStrictEqual(await manager.load(ONE), value);
  }
}

async function keepsOldValue(fixture: IOFixture): Promise<void> {
  const { manager } = fixture;
  const circle: unknown[] = [];
  circle.push({ circle });
  for (const value of [undefined, Number.NaN, 1n, Symbol("s"), () => 1, new Map(), { deep: [circle] }]) {
    await keep(fixture, ONE, "old", "old");
    try {
      await keep(fixture, ONE, value, "new");
    } catch (error) {
      assert.equal(codeOf(error), "VALUE_INVALID");
      assert.equal(await manager.load(ONE), "old");
      assert.equal((await manager.receipt(ONE))?.dataVersion, "old");
      continue;
    }
    assert.deepStrictEqual(await manager.load(ONE), value);
  }
}

interface Numbered {
  readonly version: number;
  readonly rows: readonly number[];
}

function numbered(version: number): Numbered {
  return { version, rows: new Array<number>(2_000).fill(version) };
}

function assertWhole(value: unknown): asserts value is Numbered {
  const { version } = value as Numbered;
  assert.deepStrictEqual(value, numbered(version));
}

async function writesAtOnce(fixture: IOFixture): Promise<void> {
  const versions = Array.from({ length: 100 }, (_, version) => version);
  await Promise.all(versions.map((version) => keep(fixture, ONE, numbered(version), `v${version}`)));
  const value = await fixture.manager.load(ONE);
  assertWhole(value);
  assert.equal((await fixture.manager.receipt(ONE))?.dataVersion, `v${value.version}`);
}

async function readsWhileWriting(fixture: IOFixture): Promise<void> {
  await keep(fixture, ONE, numbered(0), "v0");
  let isWriting = true;
  const write = async () => {
    try {
      for (let version = 1; version <= 30; version++) {
        await keep(fixture, ONE, numbered(version), `v${version}`);
      }
    } finally {
      isWriting = false;
    }
  };
  const read = async () => {
    for (let last = 0; isWriting; await setImmediate()) {
      const value = await fixture.manager.load(ONE);
      assertWhole(value);
      assert.ok(value.version >= last, `version ${value.version} came after ${last}`);
      last = value.version;
    }
  };
  await Promise.all([write(), read(), read()]);
}

async function locates({ manager }: IOFixture): Promise<void> {
  const places = hostileAddresses().map((address) => manager.locate(address)).filter((place) =>
    place !== undefined
  );
  assert.equal(new Set(places).size, places.length);
  assert.ok(!places.includes(""));
}

async function shares(fixture: IOFixture): Promise<void> {
  const { manager, reopen } = fixture;
  if (!manager.shared) return;
  assert.ok(reopen, "a shared manager needs a fixture with reopen");
  await keep(fixture, ONE, { rows: [1] }, "v7");
  const other = await reopen();
  assert.deepStrictEqual(await other.load(ONE), { rows: [1] });
  assert.deepStrictEqual(await other.receipt(ONE), await manager.receipt(ONE));
  assert.equal(other.locate(ONE), manager.locate(ONE));
  await other.remove(ONE);
  assert.equal(await manager.has(ONE), false);
}

interface Failure {
  readonly code: unknown;
  readonly message: string;
}

async function failureOf(work: () => Awaitable<unknown>): Promise<Failure> {
  try {
    await work();
  } catch (error) {
    return { code: codeOf(error), message: String(error) };
  }
  return assert.fail("nothing was thrown");
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : error;
}
