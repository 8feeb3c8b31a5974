/** Rules about size and form: nothing grows without anybody noticing. */

import { posix } from "node:path";
import { isProduct, roomOf } from "./imports.ts";
import type { Files } from "./repository.ts";
import type { SyntaxMap } from "./syntax.ts";

/** The caps of the style guide. */
export const caps: Readonly<Record<"fileLines" | "functionLines" | "folderFiles", number>> = {
  fileLines: 500,
  functionLines: 70,
  folderFiles: 16,
};

/** Source files with more lines than the cap. */
export function findLongFiles(sources: Files): string[] {
  return [...sources]
    .map(([path, text]) => ({ path, lines: text.replace(/\n$/, "").split("\n").length }))
    .filter(({ lines }) => lines > caps.fileLines)
    .map(({ path, lines }) => `${path}: ${lines} lines, the cap is ${caps.fileLines}`);
}

/** Functions longer than the cap; the callback of a `describe` is a chapter and may be longer. */
export function findLongFunctions(syntax: SyntaxMap): string[] {
  return [...syntax].flatMap(([path, { functions }]) =>
    functions
      .filter(({ lines, isSuite }) => lines > caps.functionLines && !isSuite)
      .map(({ name, line, lines }) =>
        `${path}:${line}: ${name} has ${lines} lines, the cap is ${caps.functionLines}`
      )
  );
}

/** Folders that hold more files than a reader can take in at a glance. */
export function findCrowdedFolders(files: Files): string[] {
  const counts = new Map<string, number>();
  for (const path of files.keys()) {
    const folder = posix.dirname(path);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > caps.folderFiles)
    .map(([folder, count]) => `${folder}: ${count} files, the cap is ${caps.folderFiles}`);
}

/** Default exports and variables at module level in the product: names are given once, and modules hold no state. */
export function findForbiddenStatements(syntax: SyntaxMap): string[] {
  return [...syntax].filter(([path]) => isProduct(path)).flatMap(([path, { statements }]) =>
    statements.flatMap(({ kind, line }) => {
      if (kind === "default") return [`${path}:${line}: a default export; give it a name`];
      return kind === "let" ? [`${path}:${line}: a variable at module level; pass the state along`] : [];
    })
  );
}

/** Reads of the clock or of chance where both are ports; only the file of the ports itself may fill them. */
export function findAmbientReads(syntax: SyntaxMap): string[] {
  const rooms = [
    "src/model",
    "src/planner",
    "src/stores",
    "src/io",
    "src/runtime",
    "src/triggers",
    "src/monitor",
  ];
  return [...syntax]
    .filter(([path]) => rooms.includes(roomOf(path)) && path !== "src/model/ports.ts")
    .flatMap(([path, { calls }]) =>
      calls.map(({ name, line }) => `${path}:${line}: ${name} is ambient; take a Clock or a Random`)
    );
}
