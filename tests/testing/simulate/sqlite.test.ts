/** The simulation over the SQLite store: takeovers from one connection to the next, and what its fence is worth. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { InvariantError } from "sluice/testing";
import { type Connect, connectNodeSqlite, type Statement } from "../../../src/stores/sqlite/file/driver.ts";
import type { Simulation } from "../../../src/testing/simulate/contract.ts";
import { simulateWorld } from "../../../src/testing/simulate/simulate.ts";
import { atScale } from "../../conformance/python.ts";
import { connect as connectTo, valueOf, withFolder } from "../../stores/support.ts";
import { graphOf, POOLS } from "./graphs.ts";
import { sqliteSource } from "./sqlite_source.ts";

/** A world over a file whose own check of the lease is the only one there is. */
function simulate(seed: number, connect: Connect): Promise<Simulation> {
  return withFolder(async (folder) => {
    const source = sqliteSource(folder, connect);
    const world = await simulateWorld(graphOf(seed), { seed, pools: POOLS }, { source, commit: () => {} });
    const file = connectTo(`${folder}/history.sqlite`);
    assert.equal(valueOf(file, "PRAGMA integrity_check"), "ok");
    file.close();
    return world;
  });
}

/** Connects so that a writer finds itself in the file whoever has taken it over: the fence is gone. */
const withoutFence: Connect = (path, options) => {
  const connection = connectNodeSqlite(path, options);
  let own: unknown;
  const prepare = (sql: string): Statement => {
    const statement = connection.prepare(sql);
    if (sql.startsWith("INSERT OR REPLACE INTO writer")) {
      return { ...methodsOf(statement), run: (...values) => (own = values[0], statement.run(...values)) };
    }
    if (!sql.startsWith("SELECT * FROM writer")) return statement;
    const get: Statement["get"] = (...values) => {
      const found = statement.get(...values);
      return own === undefined ? found : { ...found as object, instance: own };
    };
    return { ...methodsOf(statement), get };
  };
  return { exec: (sql) => connection.exec(sql), prepare, close: () => connection.close() };
};

function methodsOf(statement: Statement): Statement {
  return {
    run: (...values) => statement.run(...values),
    get: (...values) => statement.get(...values),
    all: (...values) => statement.all(...values),
  };
}

/** The rule that a world breaks; undefined when it breaks none. */
async function brokenBy(seed: number, connect: Connect): Promise<InvariantError | undefined> {
  try {
    await simulate(seed, connect);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof InvariantError, String(error));
    return error;
  }
}

describe("simulated processes over one SQLite file", () => {
  test("keep every invariant when they take it over from each other", async () => {
    let takeovers = 0;
    for (let seed = 1; seed <= atScale(12, 1_000); seed++) {
      const { processes, faults } = await simulate(seed, connectNodeSqlite);
      assert.equal(faults.length, 5);
      takeovers += processes - 1;
    }
    assert.ok(takeovers > 10, `${takeovers} takeovers`);
  });

  test("are found out within 200 seeds when the file does not look at its writer any more", async () => {
    let found: InvariantError | undefined;
    for (let seed = 1; seed <= 200 && !found; seed++) found = await brokenBy(seed, withoutFence);
    assert.ok(found, "200 seeds found nothing");
    assert.equal(found.invariant, "I1", found.message);
    assert.match(String(found), /was recorded by a process without the lease/);
  });
});
