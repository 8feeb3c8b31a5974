/** A folder for one test's history and files. */
import { afterAll, beforeAll } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes a folder before the tests of a file and removes it after them; each call of the result gives a new one in it. */
export function useFolders(): () => string {
  const state = { root: "", next: 0 };
  beforeAll(() => {
    state.root = mkdtempSync(join(tmpdir(), "sluice-cli-"));
  });
  afterAll(() => rmSync(state.root, { recursive: true, force: true }));
  return () => join(state.root, String(state.next++));
}
