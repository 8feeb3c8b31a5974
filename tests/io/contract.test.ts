import { describe, test } from "bun:test";
import { filesIO } from "../../src/io/files.ts";
import { memoryIO } from "../../src/io/memory.ts";
import { ioContract } from "../../src/testing/io_contract.ts";
import { temporaryFolder } from "./support.ts";

const managers = [
  ioContract({ name: "memory", open: () => ({ manager: memoryIO() }) }),
  ioContract({
    name: "files",
    open: () => {
      const { path: folder, close } = temporaryFolder();
      return { manager: filesIO({ folder }), reopen: () => filesIO({ folder }), close };
    },
  }),
];

describe("the contract of IO managers", () => {
  for (const { name, run } of managers.flat()) test(name, run);
});
