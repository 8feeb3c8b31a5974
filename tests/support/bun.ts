/** What test files import as `bun:test` when they run on Deno: the same names, from `node:test`. */
export { after as afterAll, afterEach, before as beforeAll, beforeEach, describe, it, test } from "node:test";
