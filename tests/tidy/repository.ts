/** The files that the tidy rules judge: everything in the repository that .gitignore lets through. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The repository's root folder, with a slash at its end. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** Paths relative to the root, with forward slashes, mapped to their text. */
export type Files = ReadonlyMap<string, string>;

/** Every text file below the root. Binary files (those with a zero byte) are left out. */
export function readRepository(): Files {
  const ignored = parseIgnore(readFileSync(`${root}.gitignore`, "utf8"));
  const files = new Map<string, string>();
  for (const path of listFiles("", ignored)) {
    const text = readFileSync(root + path, "utf8");
    if (!text.includes("\0")) files.set(path, text);
  }
  return files;
}

/** The subset of `files` whose path passes `test`. */
export function only(files: Files, test: (path: string) => boolean): Files {
  return new Map([...files].filter(([path]) => test(path)));
}

/** Says whether a path is one of TypeScript. */
export function isSource(path: string): boolean {
  return /\.tsx?$/.test(path);
}

/**
 * A test for names that .gitignore hides. It knows the two forms this repository uses, `folder/` and `*.ext`,
 * and refuses any other, so that the tidy rules and git never see different files.
 */
export function parseIgnore(text: string): (name: string, isFolder: boolean) => boolean {
  const folders = new Set<string>();
  const endings: string[] = [];
  for (const line of text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))) {
    if (/^[\w.-]+\/$/.test(line)) folders.add(line.slice(0, -1));
    else if (/^\*\.\w+$/.test(line)) endings.push(line.slice(1));
    else throw new Error(`.gitignore: "${line}" is neither "folder/" nor "*.ext"`);
  }
  return (name, isFolder) => {
    // In a linked work tree ".git" is a file.
    if (name === ".git") return true;
    return isFolder ? folders.has(name) : endings.some((ending) => name.endsWith(ending));
  };
}

function listFiles(folder: string, ignored: (name: string, isFolder: boolean) => boolean): string[] {
  const entries = readdirSync(root + folder, { withFileTypes: true });
  return entries
    .filter((entry) => !ignored(entry.name, entry.isDirectory()) && (entry.isDirectory() || entry.isFile()))
    .sort((left, right) => left.name < right.name ? -1 : 1)
    .flatMap((entry) =>
      entry.isDirectory() ? listFiles(`${folder}${entry.name}/`, ignored) : [folder + entry.name]
    );
}
