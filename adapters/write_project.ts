/** An exported project on the disk: written whole, over nothing but an older export of its own. */
import { createHash } from "node:crypto";
import {
  type Dirent,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Issue, SluiceError } from "../src/model/issue.ts";
import { quote } from "../src/model/quote.ts";
import type { ExportedFile } from "./export.ts";

/** The file that lists what an export wrote. */
export const MARKER: string = ".sluice-export.json";

/** What a write did. */
export interface WrittenProject {
  /** Paths that are new or changed. */
  readonly written: readonly string[];
  /** Paths that were as they are to be. */
  readonly unchanged: readonly string[];
  /** Paths of the older export that are no longer part of it, and were removed. */
  readonly removed: readonly string[];
}

/** What an older export wrote: the SHA-256 of each file by path. */
interface Marker {
  readonly kind: "sluice-export";
  readonly version: 1;
  readonly files: { readonly [path: string]: string };
}

/**
 * Writes a project into a folder. What an older export wrote there is replaced, and removed where it is no longer part
 * of the project; nothing else is touched.
 *
 * @throws {SluiceError} EXPORT_REFUSED when the folder holds files that no export wrote, or that were changed since, in the
 * place of files to be written (`force` writes over them all the same), when a path leads out of the folder or through a
 * link, and when the folder is a file.
 */
export function writeProject(
  folder: string,
  files: readonly ExportedFile[],
  { force = false }: { readonly force?: boolean } = {},
): WrittenProject {
  for (const { path } of files) checkPath(folder, path);
  const marker = readMarker(folder);
  refuseForeign(folder, files, marker, force);
  const written: string[] = [];
  const unchanged: string[] = [];
  for (const { path, text } of files) {
    if (textAt(join(folder, path)) === text) unchanged.push(path);
    else {
      writeWhole(join(folder, path), text);
      written.push(path);
    }
  }
  const kept = new Set(files.map(({ path }) => path));
  const removed = Object.keys(marker?.files ?? {}).filter((path) => !kept.has(path)).filter((path) =>
    removeOwn(folder, path, marker?.files[path])
  );
  const hashes = Object.fromEntries(files.map(({ path, text }) => [path, hashOf(text)]));
  const list: Marker = { kind: "sluice-export", version: 1, files: hashes };
  writeWhole(join(folder, MARKER), `${JSON.stringify(list, null, 2)}\n`);
  return { written, unchanged, removed };
}

/** Paths are ours, and still checked: a plugin of a third party may write what it likes. */
function checkPath(folder: string, path: string): void {
  const parts = path.split("/");
  if (
    path === MARKER || parts.some((part) => part === "" || part === "." || part === "..") ||
    /[\\\0]/.test(path)
  ) {
    throw refused(`The path ${quote(path)} leads out of the project.`, [path]);
  }
  for (let length = 0; length <= parts.length; length++) {
    const above = join(folder, ...parts.slice(0, length));
    const found = lstatSync(above, { throwIfNoEntry: false });
    if (!found) return;
    if (found.isSymbolicLink() && length > 0) {
      throw refused(`${above} is a link; exports follow none.`, [path]);
    }
    const isLast = length === parts.length;
    if (isLast ? found.isDirectory() : !found.isDirectory() && !found.isSymbolicLink()) {
      throw refused(`${above} is ${isLast ? "a folder" : "a file"}, where the export needs the other.`, [
        path,
      ]);
    }
  }
}

function readMarker(folder: string): Marker | undefined {
  const text = textAt(join(folder, MARKER));
  if (text === undefined) return undefined;
  try {
    const marker = JSON.parse(text) as Partial<Marker>;
    if (marker.kind === "sluice-export" && marker.version === 1 && typeof marker.files === "object") {
      return marker as Marker;
    }
  } catch {
    // Told below, as for any other document.
  }
  throw refused(`${join(folder, MARKER)} is not what an export wrote.`, [MARKER]);
}

/** Names what would be lost: files of others in a folder without a marker, and our own files that were changed. */
function refuseForeign(
  folder: string,
  files: readonly ExportedFile[],
  marker: Marker | undefined,
  force: boolean,
): void {
  if (force) return;
  if (!marker) {
    const entries = entriesOf(folder);
    if (entries.length === 0) return;
    const few = entries.slice(0, 3).map(({ name }) => quote(name)).join(", ");
    throw refused(
      `The folder ${folder} is not empty, and not an export: it holds ${few}${
        entries.length > 3 ? " and more" : ""
      }.`,
      [],
      "Give a new folder, or --force to write among these files.",
    );
  }
  const issues = files.flatMap(({ path, text }): readonly Issue[] => {
    const now = textAt(join(folder, path));
    if (now === undefined || now === text || hashOf(now) === marker.files[path]) return [];
    const what = path in marker.files ? "was changed since it was exported" : "was not written by an export";
    return [{
      code: "EXPORT_REFUSED",
      message: `${join(folder, path)} ${what}.`,
      path: [path],
      hint: "Keep your changes elsewhere; --force writes over them.",
    }];
  });
  const [first, ...rest] = issues;
  if (first) throw new SluiceError([first, ...rest]);
}

function entriesOf(folder: string): readonly Dirent[] {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found ? readdirSync(folder, { withFileTypes: true }) : [];
}

/** Removes a file of an older export, unless it was changed since; and the folders that it leaves empty. */
function removeOwn(folder: string, path: string, hash: string | undefined): boolean {
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "..")) return false;
  const text = textAt(join(folder, path));
  if (text === undefined || hashOf(text) !== hash) return false;
  rmSync(join(folder, path));
  for (let length = parts.length - 1; length > 0; length--) {
    const above = join(folder, ...parts.slice(0, length));
    if (readdirSync(above).length > 0) break;
    rmSync(above, { recursive: true });
  }
  return true;
}

function textAt(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? readFileSync(path, "utf8") : undefined;
}

/** Nobody ever reads half a file. */
function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${hashOf(text).slice(0, 8)}.new`;
  writeFileSync(draft, text);
  renameSync(draft, path);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

function refused(message: string, path: readonly string[], hint?: string): SluiceError {
  return new SluiceError({ code: "EXPORT_REFUSED", message, path, ...(hint !== undefined && { hint }) });
}
