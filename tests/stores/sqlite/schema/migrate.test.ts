import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { migrate, readMark } from "../../../../src/stores/sqlite/schema/migrate.ts";
import { APPLICATION_ID, type Migration } from "../../../../src/stores/sqlite/schema/tables.ts";
import { connect, valueOf, withFolder } from "../../support.ts";

const FIRST: Migration = ["CREATE TABLE notes (text TEXT)", "INSERT INTO notes VALUES ('one')"];
const SECOND: Migration = ["ALTER TABLE notes ADD COLUMN mood TEXT", "UPDATE notes SET mood = 'fine'"];
const BROKEN: Migration = ["INSERT INTO notes (text) VALUES ('half')", "CREATE TABLE notes (again)"];

describe("a migration", () => {
  test("brings a new file to the last version, without a backup", () =>
    withFolder(async (folder) => {
      const path = join(folder, "a.sqlite");
      const connection = connect(path);
      assert.equal(migrate(connection, path, [FIRST, SECOND]), undefined);
      assert.deepEqual(readMark(connection), { applicationId: APPLICATION_ID, version: 2, isEmpty: false });
      assert.equal(valueOf(connection, "SELECT mood FROM notes"), "fine");
      assert.equal(migrate(connection, path, [FIRST, SECOND]), undefined);
      connection.close();
    }));

  test("keeps a copy of an older file as it was", () =>
    withFolder(async (folder) => {
      const path = join(folder, "a.sqlite");
      const connection = connect(path);
      migrate(connection, path, [FIRST]);
      connection.exec("INSERT INTO notes VALUES ('two')");
      const backup = migrate(connection, path, [FIRST, SECOND]);
      assert.equal(backup, `${path}.v1.backup`);
      assert.equal(valueOf(connection, "SELECT count(*) FROM notes WHERE mood = 'fine'"), 2);
      connection.close();
      const old = connect(`${path}.v1.backup`);
      assert.equal(readMark(old).version, 1);
      assert.equal(valueOf(old, "SELECT group_concat(text) FROM notes"), "one,two");
      old.close();
      assert.ok(!existsSync(`${path}.v1.backup.part`));
    }));

  test("that fails leaves the file at the version before, and can be tried again", () =>
    withFolder(async (folder) => {
      const path = join(folder, "a.sqlite");
      const connection = connect(path);
      migrate(connection, path, [FIRST]);
      assert.throws(() => migrate(connection, path, [FIRST, SECOND, BROKEN]), /already exists/);
      assert.equal(readMark(connection).version, 2);
      assert.equal(valueOf(connection, "SELECT count(*) FROM notes"), 1);
      migrate(connection, path, [FIRST, SECOND, ["INSERT INTO notes VALUES ('three', '')"]]);
      assert.equal(readMark(connection).version, 3);
      connection.close();
    }));

  test("is refused for a newer file and for one of another program", () =>
    withFolder(async (folder) => {
      const path = join(folder, "a.sqlite");
      const connection = connect(path);
      migrate(connection, path, [FIRST, SECOND]);
      assert.throws(() => migrate(connection, path, [FIRST]), { code: "STORE_NEWER" });
      connection.exec("PRAGMA application_id = 5");
      assert.throws(() => migrate(connection, path, [FIRST, SECOND, BROKEN]), { code: "STORE_INVALID" });
      assert.equal(readMark(connection).version, 2);
      connection.close();
    }));
});
